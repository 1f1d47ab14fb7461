"""The demo as a newcomer runs it: a real window on an X display of its own, driven by keyboard, and a browser."""

from __future__ import annotations

import os
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.desktop import MARIA, PERSONAL
from tests.display.desk import ROOT, browsing_as, press, running_demo, until, window_of


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_newcomer_signs_in_finds_files_and_takes_them_away(
    desktop: dict[str, str], tmp_path: Path, scheme: str
) -> None:
    with running_demo(desktop, tmp_path / "data", scheme):
        window = until(lambda: window_of(desktop), "the window appears")
        _sign_in(desktop, window, tmp_path / f"sign-in-{scheme}.png", PERSONAL, "is a personal account")
        _sign_in(desktop, window, tmp_path / f"refused-{scheme}.png", MARIA, "can use Tagdrop now")
        time.sleep(3)
        _picture(desktop, window, _folder(tmp_path) / f"first-{scheme}.png")
        press(desktop, window, "key", "ctrl+f")
        press(desktop, window, "type", "--delay", "30", "Harbour Street")
        press(desktop, window, "key", "Return")
        time.sleep(2)
        _picture(desktop, window, _folder(tmp_path) / f"find-{scheme}.png")
        press(desktop, window, "key", "ctrl+s")
        downloads = Path(desktop["HOME"]) / "Downloads"
        archive = until(lambda: next(downloads.glob("*.zip"), None), "the ZIP is saved")
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
            assert len(opened.namelist()) > 50
        assert not list(downloads.glob("*.part"))


def _sign_in(desktop: dict[str, str], window: str, picture: Path, who: str, reason: str) -> None:
    """Press the sign-in page's first button, and be told this in the browser."""
    time.sleep(2)  # what is painted can't be seen from here
    _picture(desktop, window, picture)
    with browsing_as(desktop, who, reason):
        press(desktop, window, "key", "Return")


def _folder(folder: Path) -> Path:
    """Return where the pictures go: into `docs/` where the README's are wanted anew."""
    return ROOT / "docs" if os.environ.get("README_PICTURES") else folder


def _picture(desktop: dict[str, str], window: str, path: Path) -> None:
    subprocess.run(["import", "-window", window, "-strip", str(path)], env=desktop, check=True, timeout=20)
    assert path.stat().st_size > 5_000
