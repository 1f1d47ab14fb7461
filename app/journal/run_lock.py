"""Who is at an upload of the journal, over all processes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from app.core.file_lock import lock


class RunLock:
    """Held while somebody is at an upload; the system frees it when the process dies."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """Take the lock that the file `path` stands for; None where somebody else has it.

        Raises:
            OSError: the file can't be made.
        """
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        if lock(file):
            return cls(path, file)
        file.close()
        return None

    def release(self, *, for_good: bool = False) -> None:
        """Let somebody else have it; `for_good` where there is nothing left to lock."""
        self._file.close()
        if for_good:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
