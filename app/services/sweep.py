"""Removing temporary copies whose 24 hours are over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.errors import MissingError, NothingFoundError
from app.core.events import Removed, UnknownObject
from app.core.job import Job
from app.core.objects import StoredObject
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectStore
from app.core.staging import LIFETIME, place_of, user_prefixes
from app.services.stage import delete_staged, group


@dataclass(frozen=True, slots=True)
class SweepReport:
    """How a sweep ended.

    Attributes:
        removed: requests whose copies were deleted.
        unknown: objects that aren't laid out as ours, and were left alone.
        uploads_aborted: multipart uploads that were ended.
    """

    removed: int
    unknown: int
    uploads_aborted: int


def sweep(staging: ObjectStore, clock: Clock, job: Job, user_id: str | None = None) -> SweepReport:
    """Delete temporary copies older than 24 hours, telling `Removed`.

    Open multipart uploads of that age are ended where everybody's place is swept: no policy can narrow their listing
    down to one person's (IAM has no `s3:prefix` for ListBucketMultipartUploads). The bucket's lifecycle ends them too.
    An object outside our layout is told as `UnknownObject` and left alone.

    Args:
        staging: the staging bucket.
        clock: tells what is old.
        job: to cancel, and for events.
        user_id: only this user's place; everybody's when None.

    Raises:
        AppError: the staging bucket can't be listed, or refuses.
        CancelledError: when cancelled.
    """
    prefixes = user_prefixes(user_id) if user_id else ("",)
    unknown = 0

    def known() -> Iterator[tuple[StoredObject, ...]]:
        nonlocal unknown
        for page in (page for prefix in prefixes for page in staging.list_objects(prefix, job.cancel)):
            strangers = [stored for stored in page if place_of(stored.key) is None]
            unknown += len(strangers)
            for stored in strangers:
                job.events(UnknownObject(stored.key))
            yield page

    removed = 0
    for request in group(known()):
        if request.expires_at <= clock.now():
            try:
                objects = delete_staged(request.id, request.user_id, staging, job)
            except NothingFoundError:  # somebody else swept it at the same time
                continue
            removed += 1
            job.events(Removed(request.id, objects))
    return SweepReport(removed, unknown, _abort_old_uploads(staging, clock) if user_id is None else 0)


def _abort_old_uploads(staging: ObjectStore, clock: Clock) -> int:
    old = [
        upload
        for upload in staging.open_uploads("")
        if place_of(upload.key) and upload.initiated + LIFETIME <= clock.now()
    ]
    aborted = 0
    for upload in old:
        with contextlib.suppress(MissingError):  # somebody else ended it at the same time
            staging.abort_upload(upload.key, upload.upload_id)
            aborted += 1
    return aborted
