from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.logs import file


@pytest.fixture(autouse=True)
def logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave the process's logging as it was found."""
    root, own = logging.getLogger(), logging.getLogger("app")
    handlers, level = list(root.handlers), own.level
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        with contextlib.suppress(OSError):  # on a full disk there is something left to write
            handler.close()
    own.setLevel(level)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the log file will be."""
    path = tmp_path / "state" / "tagdrop" / "tagdrop.log"
    monkeypatch.setattr(file.platformdirs, "user_log_path", lambda *_, **__: path.parent)
    return path
