"""Saving a ZIP that is finished in the staging bucket: checked as it arrives, and whole or not there."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from app.core.errors import InputError, IntegrityError, LocalFileError, MissingError, RefusalError, local_file_error
from app.core.events import Progressed, Stage
from app.core.job import CancelToken, Job
from app.core.objects import ObjectHead, StoredObject
from app.core.ports import ObjectReader
from app.core.staging import LIFETIME, place_of
from app.core.tags import visible
from app.core.units import size_text
from app.services.archive import FetchReport
from app.services.origin import mark_origin


def fetch_archive(
    key: str, output: Path, staging: ObjectReader, job: Job, *, force: bool = False, is_marked: bool = True
) -> FetchReport:
    """Download a ZIP that somebody put together before, and return what is in it.

    Raises:
        AppError: as `save_archive`.
        CancelledError: when cancelled.
    """
    place = place_of(key)
    stored = save_archive(key, output, 0, staging, job, force=force, is_marked=is_marked)
    with zipfile.ZipFile(output) as archive:
        members = archive.infolist()
    return FetchReport(
        files=len(members),
        failures=(),
        size_bytes=sum(member.file_size for member in members),
        output=output,
        zip_bytes=stored.size_bytes,
        staged_prefix=place.prefix if place else "",
        expires_at=stored.last_modified + LIFETIME,
    )


def save_archive(
    key: str,
    output: Path,
    files: int,
    staging: ObjectReader,
    job: Job,
    *,
    force: bool = False,
    is_marked: bool = True,
) -> StoredObject:
    """Download the ZIP `key`, telling `Progressed`, and return what the storage told of it.

    It must have the checksum that the storage keeps; where it keeps none, each of its members must have its own.

    Args:
        key: in the staging bucket.
        output: where it goes; nothing stands there before it is whole.
        files: in the ZIP; 0 where that isn't known.
        staging: the staging bucket.
        job: cancels it and hears of it.
        force: whether a file that has the name of `output` is replaced.
        is_marked: whether it gets the system's mark of what was downloaded.

    Raises:
        MissingError: `archive-gone`.
        IntegrityError: `archive-damaged`.
        InputError: `output-exists`.
        LocalFileError: it can't be written; `disk-full` before anything is downloaded.
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    head = _head(key, staging, job.cancel)
    size_bytes = head.stored.size_bytes
    check_output(output, size_bytes, force=force)
    with _saved(output, force) as stream:
        crc32 = written = 0
        job.events(Progressed(Stage.DOWNLOADING, 0, files, 0, size_bytes))
        for piece in staging.read_stream(head.stored, job.cancel):
            stream.write(piece)
            crc32 = zlib.crc32(piece, crc32)
            written += len(piece)
            job.events(Progressed(Stage.DOWNLOADING, 0, files, written, size_bytes))
        if written != size_bytes or head.crc32 not in (None, crc32) or (head.crc32 is None and not _is_sound(stream)):
            raise IntegrityError(
                "archive-damaged",
                "The ZIP was damaged on the way",
                "Try again; if it stays, tell IT.",
                visible(output.name),
            )
    if is_marked:
        mark_origin(output, staging.bucket)
    job.events(Progressed(Stage.DOWNLOADING, files, files, size_bytes, size_bytes))
    return head.stored


def check_output(output: Path, needed_bytes: int, *, force: bool) -> None:
    """Raise unless a file of this size can be written.

    Raises:
        InputError: `output-exists`.
        LocalFileError: `no-folder`, `disk-full`.
    """
    if not output.parent.is_dir():
        raise LocalFileError(
            "no-folder", "The folder isn’t there", "Create it or choose another.", visible(str(output.parent))
        )
    if output.is_dir() or (output.exists() and not force):
        raise _taken(output)
    free = shutil.disk_usage(output.parent).free
    if needed_bytes > free:
        raise LocalFileError(
            "disk-full",
            f"Not enough space on this computer: {size_text(needed_bytes)} needed, {size_text(free)} free",
            "Free some space, or save it elsewhere.",
            visible(str(output)),
        )


def _head(key: str, staging: ObjectReader, cancel: CancelToken) -> ObjectHead:
    """Return what the storage tells of the ZIP.

    Whoever may not list a whole bucket gets the same refusal for what is gone as for what is forbidden (API Reference,
    HeadObject), so the place is listed then, which people may.
    """
    try:
        head = staging.head(key, cancel)
    except RefusalError:
        place = place_of(key)
        listed = staging.list_objects(place.prefix if place else key, cancel)
        if any(stored.key == key for page in listed for stored in page):
            raise
        head = None
    if head is None:
        raise MissingError(
            "archive-gone",
            "This ZIP isn’t there any more",
            "Shared files are deleted after 24 hours. Search for the files, or ask for a new link.",
            visible(key.rpartition("/")[2]),
        )
    return head


@contextlib.contextmanager
def _saved(output: Path, force: bool) -> Iterator[BinaryIO]:
    """Yield a file beside `output` that takes its place when all went well, and is deleted otherwise."""
    try:
        with _new_part(output) as part:
            with part.open("w+b") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            _put_in_place(part, output, force)
    except OSError as error:
        raise local_file_error(error, visible(str(output))) from error


@contextlib.contextmanager
def _new_part(output: Path) -> Iterator[Path]:
    """Yield a new file beside `output`, numbered where another download has one, and delete it at the end."""
    for number in itertools.count(1):
        part = output.with_name(f"{output.name}.{number}.part" if number > 1 else f"{output.name}.part")
        with contextlib.suppress(FileExistsError):
            part.touch(exist_ok=False)
            break
    try:
        yield part
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _put_in_place(part: Path, output: Path, force: bool) -> None:
    if not force:
        try:
            output.touch(exist_ok=False)
        except FileExistsError:
            raise _taken(output) from None
    part.replace(output)


def _taken(output: Path) -> InputError:
    return InputError("output-exists", "A file has this name already", "Choose another name.", visible(str(output)))


def _is_sound(stream: BinaryIO) -> bool:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error):
        return False
