"""Taking files away by way of a ZIP that the storage puts together itself."""

from __future__ import annotations

from app.core.downloads import FetchRequest
from app.core.errors import NothingFoundError
from app.core.events import PackedHere
from app.core.job import Job
from app.core.ports.clock import Clock
from app.services.archive import FetchReport, fetch
from app.services.archive_saving import save_archive
from app.services.cloud_zip import CloudStores, CloudZipRequest, assemble, taken_back
from app.services.output_check import check_output, check_room
from app.services.zip_assembly import UnsuitableError


def fetch_in_cloud(request: FetchRequest, stores: CloudStores, clock: Clock, job: Job) -> FetchReport:
    """Put the ZIP together in the staging bucket and download it; where that can't be or doesn't pay, as `fetch` does.

    Tells `PackedHere` in that case, else what `assemble` and `save_archive` tell. The finished ZIP stays for 24 hours,
    unless it fails or is cancelled.

    Raises:
        AppError: as `fetch`, `assemble` and `save_archive`.
        CancelledError: when cancelled.
    """
    if not request.files:
        raise NothingFoundError("nothing-to-pack", "There is nothing to download", "No file was found.")
    check_output(request.output, force=request.force)
    check_room(request.output, sum(match.stored.size_bytes for match in request.files))
    try:
        zipped = assemble(CloudZipRequest(request.files, request.name, request.user_id), stores, clock, job)
    except UnsuitableError as unsuitable:
        job.events(PackedHere(unsuitable.reason))
        return fetch(request, stores.storage, stores.staging, clock, job)
    with taken_back(zipped.place, stores.staging):
        saved = save_archive(
            zipped.stored.key,
            request.output,
            zipped.files,
            stores.staging,
            job,
            force=request.force,
            is_marked=request.is_marked,
        )
    return FetchReport(
        files=zipped.files,
        failures=zipped.failures,
        size_bytes=zipped.size_bytes,
        output=request.output,
        zip_bytes=saved.stored.size_bytes,
        staged_prefix=zipped.place.prefix,
        expires_at=zipped.expires_at,
    )
