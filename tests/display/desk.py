"""What tests do at a desktop of their own: wait, look for the window, press keys."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tests.browser import shown_to
from tests.desktop import MARIA
from tests.display.screen_reader import ScreenReader

ROOT = Path(__file__).parents[2]
SECONDS = 40.0

Found = TypeVar("Found")

# The window follows the system's scheme; under a bare X server there is none to follow.
_IN_SCHEME = """
import sys
import app.ui.run as run
plain = run.apply_theme
run.apply_theme = lambda application, _kept: plain(application, {scheme!r})
from app.__main__ import main
sys.exit(main())
"""


@contextmanager
def running_demo(desktop: Mapping[str, str], data: Path, scheme: str = "light") -> Iterator[None]:
    """Run `tagdrop demo` in the desktop's environment; it must end well when it is told to."""
    command = [sys.executable, "-c", _IN_SCHEME.format(scheme=scheme), "demo", "--data-dir", str(data)]
    demo = subprocess.Popen(command, cwd=ROOT, env=dict(desktop))
    try:
        yield
    finally:
        demo.terminate()
        assert demo.wait(timeout=60) == 0


def until(look: Callable[[], Found | None], what: str) -> Found:
    """Look again and again, as another program tells nobody, and return what is found."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.2)


@contextmanager
def browsing_as(desktop: Mapping[str, str], who: str, reason: str) -> Iterator[None]:
    """Let the browser, which the block has opened, sign in as `who`, and be told this of them there."""
    person = Path(desktop["SIGN_IN_AS"])
    person.write_text(who, encoding="utf-8")
    page = shown_to(person)
    page.unlink(missing_ok=True)
    yield
    until(page.exists, f"{who} has been at the sign-in page")
    assert f"{who} {reason}" in page.read_text(encoding="utf-8")


def sign_in(desktop: Mapping[str, str], screen_reader: ScreenReader) -> None:
    """Sign in as somebody of the organisation, and wait for the first view."""
    until(lambda: screen_reader.has("push button", "Sign in with Google"), "the sign-in page is told")
    with browsing_as(desktop, MARIA, "can use Tagdrop now"):
        assert screen_reader.press("Sign in with Google")
    until(lambda: screen_reader.has("push button", "Choose files…"), "the first view is told")


def window_of(desktop: Mapping[str, str], title: str = "Tagdrop") -> str | None:
    """Return the id of the window with this title; None while there is none."""
    command = ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"]
    found = subprocess.run(command, env=desktop, capture_output=True, text=True).stdout.split()
    return found[0] if found else None


def press(desktop: Mapping[str, str], window: str, *words: str) -> None:
    """Give the window the keyboard and do what xdotool calls `words`."""
    do(desktop, "windowfocus", "--sync", window)
    do(desktop, *words)


def do(desktop: Mapping[str, str], *words: str) -> None:
    """Do what xdotool calls `words`."""
    subprocess.run(["xdotool", *words], env=desktop, check=True, timeout=20)
