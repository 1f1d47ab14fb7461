"""Desktops that a test has for itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import environment_of
from tests.display.screen_reader import SYSTEM_PYTHON, ScreenReader
from tests.keyring_session import keyring_session
from tests.screen import x_server

_HAS_READER = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An X server with a window manager, a keyring and a browser that signs in, as environment variables."""
    home = tmp_path / "home"
    (home / "Downloads").mkdir(parents=True)
    with x_server("openbox", "xdotool", "import") as name:
        environment = {
            **os.environ,
            **environment_of(tmp_path / "person"),
            "DISPLAY": name,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_CONFIG_HOME": str(home / ".config"),
        }
        with keyring_session(home, environment) as session:
            manager = subprocess.Popen(["openbox"], env=session, stderr=subprocess.DEVNULL)
            yield session
            manager.terminate()
            manager.wait(timeout=20)


@pytest.fixture
def spoken_desktop(desktop: dict[str, str]) -> dict[str, str]:
    """The same, whose programs tell screen readers what they show."""
    missing = _missing_for_screen_readers()
    if missing:
        reason = f"needs {' and '.join(missing)}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return {**desktop, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}


@pytest.fixture
def screen_reader(spoken_desktop: dict[str, str]) -> ScreenReader:
    return ScreenReader(spoken_desktop)


def _missing_for_screen_readers() -> list[str]:
    wanted = {
        "at-spi2-core": Path("/usr/share/dbus-1/services/org.a11y.Bus.service").exists(),
        "python3-gi and gir1.2-atspi-2.0": _runs(SYSTEM_PYTHON, "-c", _HAS_READER),
    }
    return [name for name, is_there in wanted.items() if not is_there]


def _runs(*command: str) -> bool:
    return Path(command[0]).exists() and subprocess.run(command, capture_output=True, timeout=30).returncode == 0
