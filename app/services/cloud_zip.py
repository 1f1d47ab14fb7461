"""A ZIP that the storage puts together itself, in the staging bucket, with next to no traffic from here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.assembling import Assembler
from app.core.errors import AppError, CancelledError, InputError, NothingFoundError
from app.core.events import FilePacked, Match, Progressed, Stage
from app.core.job import Job, limited_to
from app.core.objects import StoredObject
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectReader, ObjectStore
from app.core.query import Query
from app.core.staging import LIFETIME, Place, new_place
from app.core.tags import visible
from app.core.zip_plan import Plan, Source, plan_zip
from app.core.zipnames import MemberNames, zip_name
from app.services.cloud_zipping.assembly import (
    PutTogether,
    SourcesFailedError,
    UnsuitableError,
    ZipSource,
    put_together,
    unable,
)
from app.services.stage import changed_error, delete_staged, gone_error, is_threat, threat_error, write_label

_TIDY_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class CloudZipRequest:
    """What is put together.

    Attributes:
        files: in the order that the ZIP gets.
        name: what was looked for, in a few words (`Query.describe`).
        user_id: whose place in the staging bucket is used.
        is_shared: whether everybody in the organisation may read it.
        query: what was looked for, where a link shall say so.
    """

    files: tuple[Match, ...]
    name: str
    user_id: str
    is_shared: bool = False
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class CloudZip:
    """A ZIP in the staging bucket.

    Attributes:
        place: where it is.
        stored: the ZIP.
        files: in it.
        failures: files that aren't, with the reason.
        size_bytes: content of the files in it.
        expires_at: when it is deleted, aware UTC.
    """

    place: Place
    stored: StoredObject
    files: int
    failures: tuple[FilePacked, ...]
    size_bytes: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CloudStores:
    """What it is made from and where.

    Attributes:
        storage: the storage bucket.
        staging: the staging bucket.
        assembler: puts objects together there.
    """

    storage: ObjectStore
    staging: ObjectStore
    assembler: Assembler


def assemble(request: CloudZipRequest, stores: CloudStores, clock: Clock, job: Job) -> CloudZip:
    """Put a ZIP together, uncompressed, telling `Progressed` and then a `FilePacked` for each file.

    A file that changed, vanished or can't be read is named and left out. When it fails or is cancelled, nothing
    stays in the staging bucket, nor an open multipart upload.

    Raises:
        UnsuitableError: it wouldn't pay, or the storage can't.
        NothingFoundError: `nothing-to-pack`, `nothing-packed`.
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    if not request.files:
        raise NothingFoundError("nothing-to-pack", "There is nothing to download", "No file was found.")
    names = MemberNames()
    sources = [ZipSource(match.stored, names.name_for(match.stored.key), None) for match in request.files]
    _worthwhile_plan(sources)  # said before anything is asked of the storage
    if not stores.assembler.is_able(job.cancel):
        raise unable()
    taken = _Taken(request.files, sources)
    _look_at(taken, stores.storage, job)
    place = new_place(request.user_id, clock.now(), is_shared=request.is_shared)
    expires_at = clock.now() + LIFETIME
    with taken_back(place, stores.staging):
        write_label(place, request.name, stores.staging)
        done = _put_together(taken, place, place.archive_key(zip_name(request.name)), stores, job)
        write_label(place, request.name, stores.staging, len(taken.sources), request.query)
    packed = taken.packed(done.member_crc32s)
    for file in packed:
        job.events(file)
    failures = tuple(file for file in packed if file.error)
    size_bytes = sum(file.size_bytes for file in packed if not file.error)
    return CloudZip(place, done.stored, len(packed) - len(failures), failures, size_bytes, expires_at)


class _Taken:
    """Which files are taken, by their number, and why others aren't."""

    def __init__(self, files: Sequence[Match], sources: Sequence[ZipSource]) -> None:
        self._all = sources
        self.sources = dict(enumerate(sources))
        self.errors: dict[int, AppError] = {}
        for number, match in enumerate(files):
            if is_threat(match.tags):
                self.leave_out(number, threat_error(match.stored.key))

    def leave_out(self, number: int, error: AppError) -> None:
        self.errors[number] = error
        del self.sources[number]

    def packed(self, crc32s: Sequence[int]) -> list[FilePacked]:
        """Return what became of every file, given the checksums of those that are taken."""
        known = dict(zip(self.sources, crc32s, strict=True))
        return [
            FilePacked(
                source.stored.key, source.name, source.stored.size_bytes, known.get(number), self.errors.get(number)
            )
            for number, source in enumerate(self._all)
        ]


def _look_at(taken: _Taken, storage: ObjectReader, job: Job) -> None:
    """Learn the stored checksums, and leave out what isn't as it was found any more."""
    numbers = {source.stored.key: number for number, source in taken.sources.items()}
    for read in storage.head_many(list(numbers), job.cancel):
        number = numbers[read.key]
        source = taken.sources[number]
        if read.error is not None:
            taken.leave_out(number, read.error)
        elif read.head is None:
            taken.leave_out(number, gone_error(read.key))
        elif read.head.stored.etag != source.stored.etag:
            taken.leave_out(number, changed_error(read.key))
        else:
            taken.sources[number] = replace(source, crc32=read.head.crc32)


def _put_together(taken: _Taken, place: Place, key: str, stores: CloudStores, job: Job) -> PutTogether:
    """Put the ZIP together; again without those that fail meanwhile."""
    total_bytes = sum(source.stored.size_bytes for source in taken.sources.values())
    most_bytes = 0
    damaged_before: set[int] = set()
    while taken.sources:
        moved_bytes = 0

        def moved(size_bytes: int) -> None:
            nonlocal moved_bytes, most_bytes
            moved_bytes += size_bytes
            most_bytes = max(most_bytes, moved_bytes)
            job.events(Progressed(Stage.PREPARING, 0, len(taken.sources), most_bytes, total_bytes))

        numbers, sources = list(taken.sources), list(taken.sources.values())
        try:
            return put_together(
                _worthwhile_plan(sources), sources, place, key, stores.staging, stores.assembler, moved, job.cancel
            )
        except SourcesFailedError as failed:
            errors = {numbers[number]: error for number, error in failed.errors.items()}
            damaged = {number for number, error in errors.items() if error.code == "damaged"}
            for number in errors.keys() - (damaged - damaged_before):  # what was damaged on the way gets another try
                taken.leave_out(number, errors[number])
            damaged_before |= damaged
    error = taken.errors[min(taken.errors)]
    raise NothingFoundError("nothing-packed", "No file could be packed", f"{visible(error.target)}: {error.title}.")


def _worthwhile_plan(sources: Sequence[ZipSource]) -> Plan:
    """Return the plan.

    Raises:
        UnsuitableError: it can't be made, or it doesn't pay.
    """
    contents = [Source(source.name, source.stored.size_bytes, source.stored.last_modified) for source in sources]
    try:
        plan = plan_zip(contents)
    except InputError as error:
        raise UnsuitableError(f"{error.title}.") from error
    if not plan.is_worthwhile:
        raise UnsuitableError("Most of it comes from small files, which have to pass through this computer anyway.")
    return plan


@contextlib.contextmanager
def taken_back(
    place: Place, staging: ObjectStore, stays_after: Callable[[BaseException], bool] = lambda error: False
) -> Iterator[None]:
    """Delete what is at a place again unless all went well; what that can't reach is swept later.

    Args:
        place: in the staging bucket.
        staging: that bucket.
        stays_after: tells whether what is there is gone on with after an error.
    """
    try:
        yield
    except BaseException as error:
        if stays_after(error):
            raise
        with contextlib.suppress(AppError, CancelledError), limited_to(_TIDY_SECONDS) as patience:
            delete_staged(place.request_id, place.user_id, staging, Job(patience))
        raise
