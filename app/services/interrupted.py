"""Uploads that were interrupted: gone on with, or discarded."""

from __future__ import annotations

import contextlib

from app.core.errors import MissingError
from app.core.job import Job
from app.core.ports.conflicts import ConflictResolver
from app.core.ports.journal import TransferJournal
from app.core.ports.storage import ObjectStore, ObjectWriter
from app.services.upload import upload
from app.services.upload_tally import UploadReport


def resume(
    run_id: int, storage: ObjectStore, resolver: ConflictResolver, job: Job, journal: TransferJournal
) -> UploadReport:
    """Go on with an upload from where it was interrupted, as `upload` does.

    What was stored isn't sent again, and a large file goes on from the part that it had reached. A file that changed
    meanwhile is begun anew, one that is gone is named. The report tells what became of those that were left.

    Raises:
        NothingFoundError: `no-such-transfer`.
        AppError: as `upload`.
    """
    return upload(journal.read(run_id), storage, resolver, job, journal)


def discard(run_id: int, storage: ObjectWriter, journal: TransferJournal) -> int:
    """Forget an upload and free the parts of its unfinished files; return how many files aren't uploaded then.

    Raises:
        NothingFoundError: `no-such-transfer`.
        InputError: `transfer-in-use`, another process is at it.
        AppError: the storage refuses or can't be reached; the upload stays.
    """
    request, record = journal.take_up(run_id)
    is_done = False
    try:
        left = {place: found for place, found in request.before.items() if found.status is None}
        for place, found in left.items():
            if found.upload_id is not None:
                with contextlib.suppress(MissingError):  # the storage's lifecycle ended it
                    storage.abort_upload(request.key_of(place), found.upload_id)
        is_done = True
    finally:
        record.finish() if is_done else record.leave()
    return len(left)
