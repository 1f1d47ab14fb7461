"""Which part beside a ZIP belongs to which download: taken, recognised, discarded."""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from app.core.errors import local_file_error
from app.core.file_lock import lock
from app.core.tags import visible
from app.services.zip_part.check import Wanted
from app.services.zip_part.notes import append_lines, notes_of, read_lines


def part_path(output: Path, number: int = 1) -> Path:
    """Return where the ZIP comes to be; numbered where others write beside the same name."""
    return output.with_name(f"{output.name}.part" if number == 1 else f"{output.name}.{number}.part")


def journal_path(part: Path) -> Path:
    """Return where the members of a part are noted."""
    return part.with_name(f"{part.name}.json")


def taken_path(output: Path, wanted: Wanted) -> tuple[Path, IO[bytes]]:
    """Return the first part that is free or ours, and its journal, locked."""
    for number in itertools.count(1):
        path = part_path(output, number)
        journal = _taken_journal(path, wanted)
        if journal is not None:
            return path, journal
    raise AssertionError("there is no end of numbers")


def _taken_journal(path: Path, wanted: Wanted) -> IO[bytes] | None:
    """Return the locked journal of a part that nobody has or that was left by the same search; None otherwise.

    Where other files were found since, or they changed, nothing that was left is of use, and it begins again.
    """
    if _is_in_the_way(path) or (path.exists() and not journal_path(path).exists()):
        return None
    journal = journal_path(path).open("a+b")
    try:
        if not lock(journal) or not is_at(journal, journal_path(path)):
            journal.close()
            return None
        header = next(iter(read_lines(journal)), None)
        if header == wanted.header():
            return journal
        is_left_alone = path.exists() if header is None else not wanted.replaces(header)
        if is_left_alone:
            journal.close()
            return None
        path.unlink(missing_ok=True)
        journal.truncate(0)
        append_lines(journal, wanted.header())
        os.fsync(journal.fileno())  # without this line a power cut would leave a part that nobody takes up
    except BaseException:
        journal.close()
        raise
    return journal


def _is_in_the_way(part: Path) -> bool:
    """Tell whether something that is no file has the name of a part or of its journal.

    A link would be written through, to wherever it leads; a pipe would be waited for.
    """

    def is_other(path: Path) -> bool:
        try:
            return not stat.S_ISREG(path.lstat().st_mode)
        except FileNotFoundError:
            return False

    return is_other(part) or is_other(journal_path(part))


def is_at(file: IO[bytes], path: Path) -> bool:
    """Tell whether an open file is still the one at `path`; who had it may have deleted it in between."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def delete_part(path: Path, journal: IO[bytes]) -> None:
    """Delete what is left of a part, as long as it is locked where the system allows that."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        _delete_journal(journal)


def _delete_journal(journal: IO[bytes]) -> None:
    """Delete and close it.

    Raises:
        OSError: it can't be deleted; it is closed all the same.
    """
    if sys.platform == "win32":
        journal.close()
    try:
        Path(journal.name).unlink(missing_ok=True)
    finally:
        journal.close()


def can_go_on(output: Path, wanted: Wanted) -> bool:
    """Tell whether an interrupted download of the same files would go on beside `output`."""
    return _has_left(output, lambda header: header == wanted.header())


def takes_over(output: Path, wanted: Wanted) -> bool:
    """Tell whether a download would write to what an interrupted one of the same search has left beside `output`.

    It goes on there, or begins again where it finds other files.
    """
    return _has_left(output, wanted.replaces)


def discard_parts(output: Path, wanted: Wanted) -> set[str]:
    """Delete what interrupted downloads of the same search have left beside `output`.

    Return the requests that the temporary copies belong to which they have made, as noted.

    Raises:
        LocalFileError: it can't be deleted.
    """
    request_ids: set[str] = set()
    try:
        for number in itertools.count(1):
            path = part_path(output, number)
            if _is_in_the_way(path):
                continue
            if not journal_path(path).exists():
                break
            with journal_path(path).open("r+b") as journal:
                header, *lines = read_lines(journal) or [None]
                if lock(journal) and wanted.replaces(header):
                    request_ids |= notes_of(lines).request_ids()
                    path.unlink(missing_ok=True)
                    _delete_journal(journal)
    except OSError as error:
        raise local_file_error(error, visible(str(output))) from error
    return request_ids


def _has_left(output: Path, fits: Callable[[object], bool]) -> bool:
    path = part_path(output)
    try:
        if _is_in_the_way(path):
            return False
        with journal_path(path).open("r+b") as journal:
            return lock(journal) and any(map(fits, read_lines(journal)[:1]))
    except OSError:
        return False
