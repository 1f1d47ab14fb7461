"""One demo at a time on a data folder."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import IO

from app.core.errors import LocalFileError, local_file_error
from app.core.file_lock import lock


def lock_folder(folder: Path, patience_seconds: float) -> IO[bytes]:
    """Return a file whose lock says that the folder is in use, until it is closed in every process that has it.

    Args:
        folder: exists and can be written to.
        patience_seconds: how long to wait for a demo that is just ending; its server takes some seconds.

    Raises:
        LocalFileError: `demo-running`, or what keeps the lock file from being written.
    """
    path = folder / "lock"
    try:
        file = path.open("ab")
    except OSError as error:
        raise local_file_error(error, str(path)) from error
    deadline = time.monotonic() + patience_seconds
    while not _try(file):
        if time.monotonic() > deadline:
            file.close()
            raise LocalFileError(
                "demo-running",
                "Another demo runs on this folder",
                "Close it first, or choose another folder with --data-dir.",
                str(folder),
            )
        time.sleep(0.05)  # A lock that can be given up waiting for has no event.
    return file


def _try(file: IO[bytes]) -> bool:
    if not lock(file):
        return False
    if sys.platform != "win32":
        # The server's guardian gets it too, so that the lock lasts as long as the server does.
        os.set_inheritable(file.fileno(), True)
    return True
