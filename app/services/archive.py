"""Taking files away: temporary copies, packed as one ZIP that is whole or isn't there."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from app.core.errors import (
    AppError,
    CancelledError,
    InputError,
    LocalFileError,
    NothingFoundError,
    local_file_error,
)
from app.core.events import FilePacked, Match, Progressed, Stage
from app.core.job import Job, limited_to
from app.core.ports import Clock, ObjectStore
from app.core.staging import LIFETIME, Place, new_place
from app.core.tags import visible
from app.core.units import size_text
from app.services.packing import StagedFile, pack_all
from app.services.stage import StagedRequest, delete_staged, stage, write_label
from app.services.zip_writer import ZipWriter

_TIDY_SECONDS = 15.0
_OVERHEAD_BYTES = 2200  # of a member: two records, each with a name of up to 1,024 bytes


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What is taken away, and where to.

    Attributes:
        files: in the order that the ZIP gets.
        output: the ZIP.
        name: what was looked for, in a few words (`Query.describe`).
        user_id: whose place in the staging bucket is used.
        force: whether a file that has the name of `output` is replaced.
    """

    files: tuple[Match, ...]
    output: Path
    name: str
    user_id: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class FetchReport:
    """How a download ended.

    Attributes:
        files: in the ZIP.
        failures: files that aren't, with the reason.
        size_bytes: content of the files in the ZIP.
        output: the ZIP.
        zip_bytes: its size.
        staged_prefix: what the keys of the temporary copies begin with.
        expires_at: when those are deleted, aware UTC.
    """

    files: int
    failures: tuple[FilePacked, ...]
    size_bytes: int
    output: Path
    zip_bytes: int
    staged_prefix: str
    expires_at: datetime


def fetch(request: FetchRequest, storage: ObjectStore, staging: ObjectStore, clock: Clock, job: Job) -> FetchReport:
    """Copy the files to the staging bucket and pack them, telling `Progressed` and `FilePacked`.

    A file that changed, vanished or can't be read is named and the rest goes on. When nothing can be packed,
    or it is cancelled, neither the ZIP nor temporary copies stay.

    Raises:
        NothingFoundError: `nothing-to-pack`, `nothing-packed`.
        InputError: `output-exists`.
        LocalFileError: the ZIP can't be written; `disk-full` before anything is copied.
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    if not request.files:
        raise NothingFoundError("nothing-to-pack", "There is nothing to download", "No file was found.")
    size_bytes = sum(match.stored.size_bytes for match in request.files)
    _check_output(request.output, request.force, size_bytes, len(request.files))
    job.events(Progressed(Stage.PREPARING, 0, len(request.files), 0, size_bytes))
    place = new_place(request.user_id, clock.now())
    expires_at = clock.now() + LIFETIME
    copies = stage(request.files, place, storage.bucket, staging, job.cancel)
    # Closed before the copies are taken back, so that none is made after that.
    with _taken_back(place, staging), contextlib.closing(copies):
        write_label(place, request.name, staging)
        staged = (
            StagedFile(
                result.copy.source.key,
                result.copy.key,
                result.copy.source.size_bytes,
                result.copy.source.last_modified,
                result.error,
            )
            for result in copies
        )
        totals = len(request.files), size_bytes
        packed, zip_bytes = _write(request.output, request.force, staged, totals, staging, job)
    return _report(packed, request.output, zip_bytes, place.prefix, expires_at)


def fetch_staged(
    request: StagedRequest, output: Path, staging: ObjectStore, job: Job, force: bool = False
) -> FetchReport:
    """Pack temporary copies that are there already, as `fetch` does; they stay.

    Raises:
        AppError: as `fetch`.
        CancelledError: when cancelled.
    """
    if not request.copies:
        raise NothingFoundError("nothing-to-pack", "There is nothing to download", "The copies are gone.")
    _check_output(output, force, request.size_bytes, request.files)
    start = len(f"{request.prefix}files/")
    staged = (StagedFile(copy.key[start:], copy.key, copy.size_bytes, copy.last_modified) for copy in request.copies)
    packed, zip_bytes = _write(output, force, staged, (request.files, request.size_bytes), staging, job)
    return _report(packed, output, zip_bytes, request.prefix, request.expires_at)


def _check_output(output: Path, force: bool, size_bytes: int, files: int) -> None:
    """Raise unless the ZIP can be written; said before anything is copied or downloaded."""
    if not output.parent.is_dir():
        raise LocalFileError(
            "no-folder", "The folder isn’t there", "Create it or choose another.", _shown(output.parent)
        )
    if output.is_dir():
        raise InputError("output-exists", "A folder has this name", "Choose another name.", _shown(output))
    if output.exists() and not force:
        raise _taken(output)
    needed = size_bytes + files * _OVERHEAD_BYTES
    free = shutil.disk_usage(output.parent).free
    if needed > free:
        raise LocalFileError(
            "disk-full",
            f"Not enough space on this computer: {size_text(needed)} needed, {size_text(free)} free",
            "Free some space, or save it elsewhere.",
            _shown(output),
        )


@contextlib.contextmanager
def _taken_back(place: Place, staging: ObjectStore) -> Iterator[None]:
    """Delete the temporary copies again unless all went well; what that can't reach is swept later."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(AppError, CancelledError), limited_to(_TIDY_SECONDS) as patience:
            delete_staged(place.request_id, place.user_id, staging, Job(patience))
        raise


@contextlib.contextmanager
def _zip_file(output: Path, force: bool) -> Iterator[BinaryIO]:
    """Yield a file beside `output` that takes its place when all went well, and is deleted otherwise.

    Raises:
        LocalFileError: it can't be written.
        InputError: `output-exists`, something has the name by now.
    """
    try:
        with _new_part(output) as part:
            with part.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            _put_in_place(part, output, force)
    except OSError as error:
        raise local_file_error(error, _shown(output)) from error


@contextlib.contextmanager
def _new_part(output: Path) -> Iterator[Path]:
    """Yield a new file beside `output` and delete it at the end.

    It is numbered where another download writes to `.part`, or one that was killed has left it.
    """
    part, numbers = output.with_name(f"{output.name}.part"), itertools.count(2)
    while not _makes(part):
        part = output.with_name(f"{output.name}.{next(numbers)}.part")
    try:
        yield part
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _makes(path: Path) -> bool:
    """Make a file and tell whether the name was free."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _put_in_place(part: Path, output: Path, force: bool) -> None:
    if force:
        part.replace(output)
        return
    try:
        os.link(part, output)  # unlike a rename, this fails when the name was taken meanwhile
    except FileExistsError:
        raise _taken(output) from None
    except OSError:  # a file system without links
        if not _makes(output):
            raise _taken(output) from None
        part.replace(output)


def _taken(output: Path) -> InputError:
    return InputError("output-exists", "A file has this name already", "Choose another name.", _shown(output))


def _write(
    output: Path, force: bool, staged: Iterator[StagedFile], totals: tuple[int, int], staging: ObjectStore, job: Job
) -> tuple[Sequence[FilePacked], int]:
    """Write the ZIP and return what became of each file, and the size of the archive."""
    with _zip_file(output, force) as stream:
        writer = ZipWriter(stream)
        packed = pack_all(staged, *totals, staging, writer, job)
        if all(file.error for file in packed):
            first = packed[0].error
            reason = f"{visible(packed[0].key)}: {first.title}." if first else ""
            raise NothingFoundError("nothing-packed", "No file could be packed", reason)
        return packed, writer.finish()


def _report(
    packed: Sequence[FilePacked], output: Path, zip_bytes: int, prefix: str, expires_at: datetime
) -> FetchReport:
    failures = tuple(file for file in packed if file.error)
    return FetchReport(
        files=len(packed) - len(failures),
        failures=failures,
        size_bytes=sum(file.size_bytes for file in packed if not file.error),
        output=output,
        zip_bytes=zip_bytes,
        staged_prefix=prefix,
        expires_at=expires_at,
    )


def _shown(path: Path) -> str:
    return visible(str(path))
