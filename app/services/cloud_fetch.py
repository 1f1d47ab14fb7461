"""Taking files away by way of a ZIP that the storage puts together itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.core.downloads import FetchRequest
from app.core.errors import AppError, MissingError, NothingFoundError
from app.core.events import FilePacked, PackedHere, Progressed, Stage
from app.core.job import CancelToken, Job
from app.core.objects import ObjectHead
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectReader
from app.core.staging import LIFETIME, Place, place_of
from app.core.tags import visible
from app.core.zipnames import MemberNames
from app.services.cloud_zip import CloudStores, CloudZipRequest, assemble, taken_back
from app.services.cloud_zipping.assembly import UnsuitableError
from app.services.fetch import FetchReport, fetch, wanted_files
from app.services.fetch_archive import archive_head
from app.services.zip_part.check import Wanted
from app.services.zip_part.file import PartFile, part_file
from app.services.zip_part.notes import NotedArchive
from app.services.zip_part.output_check import check_output, check_room
from app.services.zip_part.receiving import Received, receive

_STILL_OF_USE = LIFETIME - timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Made:
    """The ZIP in the staging bucket.

    Attributes:
        head: of it.
        place: where it is.
        expires_at: when it is deleted, aware UTC.
        failures: files that aren't in it, with the reason.
        is_told: whether it was told of each file what became of it.
    """

    head: ObjectHead
    place: Place
    expires_at: datetime
    failures: tuple[FilePacked, ...]
    is_told: bool


def wanted_in_cloud(request: FetchRequest) -> Wanted:
    """Return what tells whether an interrupted download was of the same.

    It has another name than what is packed here: neither can go on with what the other has left.
    """
    wanted = wanted_files(request)
    return replace(wanted, name=f"{wanted.name} (in the cloud)")


def fetch_in_cloud(request: FetchRequest, stores: CloudStores, clock: Clock, job: Job) -> FetchReport:
    """Put the ZIP together in the staging bucket and download it; where that can't be or doesn't pay, as `fetch` does.

    Tells `PackedHere` in that case, else what `assemble` and `fetch_archive` tell. The finished ZIP stays for 24 hours,
    unless it fails or is cancelled. When the download is interrupted, the ZIP and what has arrived of it stay, and the
    same request goes on with them.

    Raises:
        AppError: as `fetch`, `assemble` and `fetch_archive`.
        CancelledError: when cancelled.
    """
    if not request.files:
        raise NothingFoundError("nothing-to-pack", "There is nothing to download", "No file was found.")
    check_output(request.output, force=request.force)
    try:
        with part_file(request.output, wanted_in_cloud(request), job) as part:
            return _fetch(request, part, stores, clock, job)
    except UnsuitableError as unsuitable:
        job.events(PackedHere(unsuitable.reason))
    return fetch(request, stores.storage, stores.staging, clock, job)


def _fetch(request: FetchRequest, part: PartFile, stores: CloudStores, clock: Clock, job: Job) -> FetchReport:
    output, staging = request.output, stores.staging
    check_room(output, sum(match.stored.size_bytes for match in request.files) - part.size_bytes)
    made = _made_before(request, part, staging, clock, job.cancel) or _make(request, part, stores, clock, job)
    missing = {file.key for file in made.failures}
    sizes = [match.stored.size_bytes for match in request.files if match.stored.key not in missing]
    with taken_back(made.place, staging, part.stays_after):
        received = receive(made.head, part, len(sizes), visible(output.name), staging, job)
        part.finish(output, request.force, staging.bucket if request.is_marked else "")
    if not made.is_told:
        _tell_files(request, made.failures, received, job)
    job.events(Progressed(Stage.DOWNLOADING, len(sizes), len(sizes), received.moved_bytes, received.moved_bytes))
    return FetchReport(
        files=len(sizes),
        failures=made.failures,
        size_bytes=sum(sizes),
        output=output,
        zip_bytes=made.head.stored.size_bytes,
        staged_prefix=made.place.prefix,
        expires_at=made.expires_at,
    )


def _make(request: FetchRequest, part: PartFile, stores: CloudStores, clock: Clock, job: Job) -> _Made:
    """Put the ZIP together, and note which it is."""
    zipped = assemble(CloudZipRequest(request.files, request.name, request.user_id), stores, clock, job)
    with taken_back(zipped.place, stores.staging):
        head = archive_head(zipped.stored.key, stores.staging, job.cancel)
        part.note_archive(NotedArchive(head.stored.key, head.stored.etag, tuple(map(_noted, zipped.failures))))
    return _Made(head, zipped.place, zipped.expires_at, zipped.failures, is_told=True)


def _noted(failure: FilePacked) -> tuple[str, str, str, str]:
    error = failure.error or AppError("unknown", "")
    return failure.key, error.code, error.title, error.detail


def _made_before(
    request: FetchRequest, part: PartFile, staging: ObjectReader, clock: Clock, cancel: CancelToken
) -> _Made | None:
    """Return the ZIP that an interrupted download has made; None where there is none, or its day is nearly over."""
    noted = part.archive
    place = place_of(noted.key) if noted else None
    if noted is None or place is None or (place.user_id, place.is_shared) != (request.user_id, False):
        return None
    if not place.begun_at <= clock.now() <= place.begun_at + _STILL_OF_USE:
        return None
    try:
        head = archive_head(noted.key, staging, cancel)
    except MissingError:
        return None
    if head.stored.etag != noted.etag:
        return None
    reasons = {key: AppError(code, title, detail, key) for key, code, title, detail in noted.failures}
    failures = tuple(
        FilePacked(key, name, size_bytes, None, reasons[key])
        for key, name, size_bytes in _named(request)
        if key in reasons
    )
    return _Made(head, place, head.stored.last_modified + LIFETIME, failures, is_told=False)


def _tell_files(request: FetchRequest, failures: Sequence[FilePacked], received: Received, job: Job) -> None:
    """Tell what became of each file, as the interrupted download would have."""
    failed = {file.key: file for file in failures}
    crc32s = {member.filename: member.CRC for member in received.members}
    for key, name, size_bytes in _named(request):
        job.events(failed.get(key) or FilePacked(key, name, size_bytes, crc32s.get(name)))


def _named(request: FetchRequest) -> Iterator[tuple[str, str, int]]:
    """Yield key, name in the ZIP and size of each file."""
    names = MemberNames()
    for match in request.files:
        yield match.stored.key, names.name_for(match.stored.key), match.stored.size_bytes
