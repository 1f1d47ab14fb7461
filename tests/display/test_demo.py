"""The demo as a newcomer runs it: a real window on an X display of its own, driven by keyboard."""

from __future__ import annotations

import os
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.display.desk import ROOT, press, running_demo, until, window_of


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_newcomer_finds_files_and_takes_them_away(desktop: dict[str, str], tmp_path: Path, scheme: str) -> None:
    with running_demo(desktop, tmp_path / "data", scheme):
        window = until(lambda: window_of(desktop), "the window appears")
        time.sleep(2)  # its first paint can't be seen from here
        _picture(desktop, window, tmp_path, f"first-{scheme}.png")
        press(desktop, window, "key", "ctrl+f")
        press(desktop, window, "type", "--delay", "30", "Harbour Street")
        press(desktop, window, "key", "Return")
        time.sleep(2)
        _picture(desktop, window, tmp_path, f"find-{scheme}.png")
        press(desktop, window, "key", "ctrl+s")
        downloads = Path(desktop["HOME"]) / "Downloads"
        archive = until(lambda: next(downloads.glob("*.zip"), None), "the ZIP is saved")
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
            assert len(opened.namelist()) > 50
        assert not list(downloads.glob("*.part"))


def _picture(desktop: dict[str, str], window: str, folder: Path, name: str) -> None:
    """Take a picture of the window; into `docs/` where the README's pictures are wanted anew."""
    target = ROOT / "docs" if os.environ.get("README_PICTURES") else folder
    path = target / name
    subprocess.run(["import", "-window", window, "-strip", str(path)], env=desktop, check=True, timeout=20)
    assert path.stat().st_size > 5_000
