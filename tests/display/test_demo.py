"""The demo as a newcomer runs it: a real window on an X display of its own, driven by keyboard."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.screen import x_server

ROOT = Path(__file__).parents[2]
PROGRAMS = ("openbox", "xdotool", "import")
SECONDS = 40.0

Found = TypeVar("Found")

# The window follows the system's scheme; under a bare X server there is none to follow.
IN_SCHEME = """
import sys
import app.ui.run as run
plain = run.apply_theme
run.apply_theme = lambda application: plain(application, {scheme!r})
from app.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def display(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An X server with a window manager, as environment variables."""
    home = tmp_path / "home"
    (home / "Downloads").mkdir(parents=True)
    with x_server(*PROGRAMS) as name:
        environment = {
            **os.environ,
            "DISPLAY": name,
            "HOME": str(home),
            "QT_QPA_PLATFORM": "xcb",
            "XDG_CONFIG_HOME": str(home / ".config"),
        }
        manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
        yield environment
        manager.terminate()
        manager.wait(timeout=20)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_newcomer_finds_files_and_takes_them_away(display: dict[str, str], tmp_path: Path, scheme: str) -> None:
    command = [sys.executable, "-c", IN_SCHEME.format(scheme=scheme), "demo", "--data-dir", str(tmp_path / "data")]
    demo = subprocess.Popen(command, cwd=ROOT, env=display)
    try:
        window = _until(lambda: _window(display), "the window appears")
        time.sleep(2)  # its first paint can't be seen from here
        _picture(display, window, tmp_path, f"first-{scheme}.png")
        _press(display, window, "key", "ctrl+f")
        _press(display, window, "type", "--delay", "30", "Harbour Street")
        _press(display, window, "key", "Return")
        time.sleep(2)
        _picture(display, window, tmp_path, f"find-{scheme}.png")
        _press(display, window, "key", "ctrl+s")
        downloads = Path(display["HOME"]) / "Downloads"
        archive = _until(lambda: next(downloads.glob("*.zip"), None), "the ZIP is saved")
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
            assert len(opened.namelist()) > 50
        assert not list(downloads.glob("*.part"))
    finally:
        demo.terminate()
        assert demo.wait(timeout=60) == 0


def _until(look: Callable[[], Found | None], what: str) -> Found:
    deadline = time.monotonic() + SECONDS
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.2)


def _window(display: dict[str, str]) -> str | None:
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "^Tagdrop$"], env=display, capture_output=True, text=True
    )
    return found.stdout.split()[0] if found.stdout.split() else None


def _press(display: dict[str, str], window: str, *words: str) -> None:
    for command in (["windowfocus", "--sync", window], list(words)):
        subprocess.run(["xdotool", *command], env=display, check=True, timeout=20)


def _picture(display: dict[str, str], window: str, folder: Path, name: str) -> None:
    """Take a picture of the window; into `docs/` where the README's pictures are wanted anew."""
    target = ROOT / "docs" if os.environ.get("README_PICTURES") else folder
    path = target / name
    subprocess.run(["import", "-window", window, "-strip", str(path)], env=display, check=True, timeout=20)
    assert path.stat().st_size > 5_000
