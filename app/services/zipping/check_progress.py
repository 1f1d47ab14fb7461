"""Telling how far the reading back of a file is."""

from __future__ import annotations

from collections.abc import Callable

from app.core.events import Progressed, Stage
from app.core.job import Job

_TOLD_BYTES = 4 * 1024**2  # read back in some milliseconds; more often nobody sees it


def telling_checked(files: int, files_total: int, size_bytes: int, job: Job) -> Callable[[int], None]:
    """Return what tells how far a file is read back, given the size of each piece.

    Args:
        files: told as done.
        files_total: of the whole request.
        size_bytes: that are read in all.
        job: hears of it.
    """
    checked = 0

    def tell(piece_bytes: int) -> None:
        nonlocal checked
        before, checked = checked, checked + piece_bytes
        if checked == size_bytes or checked // _TOLD_BYTES > before // _TOLD_BYTES:
            job.events(Progressed(Stage.CHECKING, files, files_total, checked, size_bytes))

    return tell
