"""The folder of one's own in which a ZIP is packed that is to be sent; it outlives the program where it is noted."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.job import Job, is_broken_off


@contextmanager
def packing_folder(before: Path | None, note: Callable[[Path], None] | None, job: Job) -> Iterator[Path]:
    """Yield the folder; it is deleted at the end, unless it was noted and the packing can go on another time.

    Args:
        before: that of an interrupted one, taken where it is there still.
        note: writes down a new one, before anything is in it; None where nobody does.
        job: tells whether what was cancelled shall be gone on with.

    Raises:
        OSError: it can't be made.
    """
    kept = before if before is not None and is_own_folder(before) else None
    folder = kept or Path(tempfile.mkdtemp(prefix="tagdrop-"))
    try:
        if note is not None and kept is None:
            note(folder)
        yield folder
    except BaseException as error:
        if note is None or not is_broken_off(error, job.cancel):
            delete_packing_folder(folder)
        raise
    delete_packing_folder(folder)


def delete_packing_folder(folder: Path) -> None:
    """Delete one that is noted, as far as the system lets it; whatever else has come to its name stays."""
    if is_own_folder(folder):
        shutil.rmtree(folder, ignore_errors=True)


def is_own_folder(folder: Path) -> bool:
    """Tell whether it is still the folder that was made: where all may write, another one can have got its name."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    is_mine = os.name == "nt" or (found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077)
    return stat.S_ISDIR(found.st_mode) and is_mine
