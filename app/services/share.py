"""Sharing files with colleagues: a finished ZIP that everybody in the organisation may read for 24 hours."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from app.core.downloads import FetchRequest
from app.core.errors import AppError, local_file_error
from app.core.events import Match, PackedHere, Progressed, SourceFile, Stage
from app.core.job import Job
from app.core.links import Link, link_to_text
from app.core.objects import Condition, Put, StoredObject
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectStore
from app.core.public_links import LinkSigner
from app.core.query import Query
from app.core.sharing import ShareRequest
from app.core.staging import LIFETIME, new_place, place_of
from app.core.zipnames import zip_name
from app.services.cloud_zip import CloudStores, CloudZip, CloudZipRequest, assemble, taken_back
from app.services.cloud_zipping.assembly import UnsuitableError
from app.services.fetch import FetchReport, fetch
from app.services.packing_folder import packing_folder
from app.services.stage import delete_staged, write_label
from app.services.uploads.sources import LargeSource

_SLACK = timedelta(minutes=2)


class CutBy(Enum):
    """What ends a link earlier than was asked for."""

    ZIP = "zip"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link to a shared ZIP.

    Attributes:
        zipped: the ZIP.
        text: the link.
        expires_at: when it ends, aware UTC.
        is_public: whether anyone can open it who has it.
        wanted_until: when it should have ended; later than `expires_at` where that can't be had.
    """

    zipped: CloudZip
    text: str = field(repr=False)
    expires_at: datetime
    is_public: bool
    wanted_until: datetime

    @property
    def cut_by(self) -> CutBy | None:
        """What ends it noticeably earlier than was asked for; None where it doesn't."""
        if self.expires_at >= self.wanted_until - _SLACK:
            return None
        return CutBy.ZIP if self.expires_at >= self.zipped.expires_at - _SLACK else CutBy.SESSION


PacksIn = Callable[[Path], None]
"""Notes the folder in which a ZIP is packed on this computer."""


def share(
    request: CloudZipRequest,
    stores: CloudStores,
    clock: Clock,
    job: Job,
    folder: Path | None = None,
    packs_in: PacksIn | None = None,
) -> CloudZip:
    """Make a ZIP of the files under `shared/`: in the cloud, or packed on this computer (`PackedHere`) and sent.

    Args:
        request: what is shared.
        stores: where the files are, and where the ZIP goes.
        clock: tells the time.
        job: cancels it and hears of it.
        folder: in which an interrupted one was packed; what is sound of that is gone on with.
        packs_in: notes the folder; without it none outlives an interruption.

    Raises:
        LocalFileError: there is no room to pack it on this computer.
        AppError: as `assemble` and `fetch`.
        CancelledError: when cancelled; nothing stays.
    """
    request = replace(request, is_shared=True)
    try:
        return assemble(request, stores, clock, job)
    except UnsuitableError as unsuitable:
        job.events(PackedHere(unsuitable.reason))
    try:
        with packing_folder(folder, packs_in, job) as packed_in:
            return _packed_here(request, packed_in, stores, clock, job)
    except OSError as error:
        raise local_file_error(error, tempfile.gettempdir()) from error


def packed_by(request: ShareRequest, folder: Path) -> FetchRequest:
    """Return what packs the ZIP of a link on this computer, in `folder`."""
    return _packing(request.files, request.query.describe(), request.user_id, folder)


def make_link(
    request: ShareRequest,
    stores: CloudStores,
    signer: LinkSigner,
    clock: Clock,
    job: Job,
    packs_in: PacksIn | None = None,
) -> SharedLink:
    """Make the ZIP of `request` and the link to it, as `share` and `public_link` do.

    Raises:
        AppError: as those.
        CancelledError: when cancelled; nothing stays.
    """
    query = request.query
    wanted = CloudZipRequest(request.files, query.describe(), request.user_id, query=query)
    zipped = share(wanted, stores, clock, job, request.folder, packs_in)
    if request.public_for is None:
        return tagdrop_link(zipped, query)
    return public_link(zipped, request.public_for, signer, stores.staging, clock)


def tagdrop_link(zipped: CloudZip, query: Query) -> SharedLink:
    """Return the link that colleagues open in their own Tagdrop."""
    text = link_to_text(Link(query, zipped.stored.key))
    return SharedLink(zipped, text, zipped.expires_at, False, zipped.expires_at)


def public_link(
    zipped: CloudZip, wanted: timedelta, signer: LinkSigner, staging: ObjectStore, clock: Clock
) -> SharedLink:
    """Return a link that anyone can open who has it, for as long, or until the ZIP is deleted.

    Raises:
        AppError: no session can be had that signs it; the ZIP is deleted then.
    """
    until = clock.now() + wanted
    key = zipped.stored.key
    with taken_back(zipped.place, staging):
        signed = signer.sign(key, key.rpartition("/")[2], min(until, zipped.expires_at))
    return SharedLink(zipped, signed.url, signed.expires_at, True, until)


def _packed_here(request: CloudZipRequest, folder: Path, stores: CloudStores, clock: Clock, job: Job) -> CloudZip:
    packing = _packing(request.files, request.name, request.user_id, folder)
    report = fetch(packing, stores.storage, stores.staging, clock, job)
    copies = place_of(f"{report.staged_prefix}request.json")
    if copies is not None:  # they were needed for the ZIP alone; those that stay are listed, and swept
        with contextlib.suppress(AppError):
            delete_staged(copies.request_id, copies.user_id, stores.staging, Job(job.cancel))
    return _send(report, request, stores, clock, job)


def _packing(files: tuple[Match, ...], name: str, user_id: str, folder: Path) -> FetchRequest:
    # One that was packed before it could be sent is packed again.
    return FetchRequest(files, folder / zip_name(name), name, user_id, force=True)


def _send(report: FetchReport, request: CloudZipRequest, stores: CloudStores, clock: Clock, job: Job) -> CloudZip:
    """Send the ZIP in parts; unless that succeeds nothing of it stays in the staging bucket."""
    place = new_place(request.user_id, clock.now(), is_shared=True)
    expires_at = clock.now() + LIFETIME
    key = place.archive_key(report.output.name)
    info = report.output.stat()
    source = SourceFile(report.output, (), key, info.st_size, info.st_mtime_ns)
    sent = 0

    def tell(size_bytes: int) -> None:
        nonlocal sent
        sent += size_bytes
        job.events(Progressed(Stage.UPLOADING, 0, report.files, sent, info.st_size))

    put = Put(key, b"", 0, content_type="application/zip", condition=Condition())
    with taken_back(place, stores.staging):
        write_label(place, request.name, stores.staging, report.files, request.query)
        result = stores.staging.put_large(put, info.st_size, LargeSource(source), tell, job.cancel)
        if result.error is not None:
            raise result.error
    stored = StoredObject(key, info.st_size, clock.now(), result.etag or "")
    return CloudZip(place, stored, report.files, report.failures, report.size_bytes, expires_at)
