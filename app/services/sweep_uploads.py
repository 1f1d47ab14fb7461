"""Ending multipart uploads to the storage bucket that nobody is going to go on with."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from app.core.errors import MissingError
from app.core.job import Job
from app.core.ports.clock import Clock
from app.core.ports.journal import TransferJournal
from app.core.ports.storage import ObjectStore


def sweep_uploads(storage: ObjectStore, journal: TransferJournal, age: timedelta, clock: Clock, job: Job) -> int:
    """End the open uploads that began longer ago than `age`, whoever began them; return how many.

    One that an upload of this computer's journal goes on with stays, however old it is. Other computers' journals
    aren't known here: `age` is the time that they have to come back, as it is with the bucket's lifecycle rule.

    Args:
        storage: the storage bucket.
        journal: tells which are needed.
        age: of what is ended.
        clock: tells what is old.
        job: to cancel.

    Raises:
        LocalFileError: the journal can't be read; nothing was ended.
        AppError: the storage refuses to list open uploads, or can't be reached.
        CancelledError: when cancelled.
    """
    needed = journal.needed_uploads()
    old = [upload for upload in storage.open_uploads("") if upload.initiated + age <= clock.now()]
    ended = 0
    for upload in old:
        job.cancel.raise_if_cancelled()
        if upload.upload_id not in needed:
            with contextlib.suppress(MissingError):  # somebody else ended it at the same time
                storage.abort_upload(upload.key, upload.upload_id)
                ended += 1
    return ended
