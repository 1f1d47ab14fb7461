"""Keeps the window's log in a small file, as nobody reads its stderr."""

from __future__ import annotations

import contextlib
import logging
import platform
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

from app import __version__
from app.logs.formatting import add_handler

FILE_BYTES = 512 * 1024
"""When a file is this large, the next one begins."""

OLDER_FILES = 2
"""How many full ones are kept."""

_log = logging.getLogger(__name__)


def log_path() -> Path:
    """Return the file: `tagdrop.log` in the folder that the platform has for logs."""
    return platformdirs.user_log_path("tagdrop", appauthor=False) / "tagdrop.log"


def log_to_file() -> None:
    """Keep the log in the file from now on; where none can be written the program goes on without."""
    path = log_path()
    # It names files, which is nobody else's business: hence the mode.
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        add_handler(_LogFile(path), "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    _log.info("Tagdrop %s on %s, Python %s", __version__, platform.platform(), platform.python_version())


class _LogFile(RotatingFileHandler):
    """A file that begins anew when it is full, and that nothing fails for."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=FILE_BYTES, backupCount=OLDER_FILES, encoding="utf-8", errors="backslashreplace"
        )

    def rotate(self, source: str, dest: str) -> None:
        """Put the full file aside; on Windows another window may hold it, then it grows on."""
        with contextlib.suppress(OSError):
            super().rotate(source, dest)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- logging's name
        """Do without the record: the disk is full, or the folder is gone."""
