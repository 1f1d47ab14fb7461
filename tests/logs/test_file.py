"""The window's log file: small, for its owner's eyes, and never a reason to fail."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from app.logs.file import FILE_BYTES, OLDER_FILES, log_path, log_to_file
from app.logs.setup import start_logging


def test_it_lies_in_the_platforms_folder_for_logs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
        assert log_path() == tmp_path / "tagdrop" / "log" / "tagdrop.log"
    assert log_path().name == "tagdrop.log"


def test_it_tells_the_version_first_and_hides_secrets(log: Path) -> None:
    start_logging(is_verbose=False)
    log_to_file()
    logging.getLogger("app.x").error("refused", exc_info=ValueError("secret_key='canary'"))
    logging.getLogger("app.x").debug("chatter")
    first, *others = log.read_text(encoding="utf-8").splitlines()
    assert " INFO MainThread app.logs.file: Tagdrop 0.1.0 on " in first
    assert others[0].endswith(" ERROR MainThread app.x: refused")
    assert others[1] == "ValueError: secret_key='***'"
    assert len(others) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="permission bits")
def test_nobody_else_can_read_it(log: Path) -> None:
    log_to_file()
    assert log.parent.stat().st_mode & 0o077 == 0


def test_it_begins_anew_when_it_is_full(log: Path) -> None:
    start_logging(is_verbose=False)
    log_to_file()
    line = "x." * 5000
    for _ in range((OLDER_FILES + 2) * FILE_BYTES // len(line)):
        logging.getLogger("app.x").info(line)
    files = sorted(log.parent.iterdir())
    assert [file.name for file in files] == ["tagdrop.log", "tagdrop.log.1", "tagdrop.log.2"]
    assert all(file.stat().st_size <= FILE_BYTES for file in files)


def test_a_folder_that_cannot_be_made_is_not_fatal(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.parent.parent.write_text("a file in the way")
    start_logging(is_verbose=False)
    log_to_file()
    logging.getLogger("app.x").error("goes nowhere")
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_is_not_fatal(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.parent.mkdir(parents=True)
    log.symlink_to("/dev/full")
    start_logging(is_verbose=False)
    log_to_file()
    logging.getLogger("app.x").error("goes nowhere")
    assert capsys.readouterr().err == ""
