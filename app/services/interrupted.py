"""Uploads that were interrupted and that nobody goes on with."""

from __future__ import annotations

import contextlib

from app.core.errors import MissingError
from app.core.ports.journal import TransferJournal, UploadRecord
from app.core.ports.storage import ObjectWriter
from app.core.uploads import UploadRequest


def discard(run_id: int, storage: ObjectWriter, journal: TransferJournal) -> int:
    """Forget an upload and free the parts of its unfinished files; return how many files aren't uploaded then.

    Raises:
        NothingFoundError: `no-such-transfer`.
        InputError: `transfer-in-use`, another process is at it.
        AppError: the storage refuses or can't be reached; the upload stays.
    """
    return give_up(*journal.take_up(run_id), storage)


def give_up(request: UploadRequest, record: UploadRecord, storage: ObjectWriter) -> int:
    """Do so with an upload that was taken up.

    Raises:
        AppError: as `discard`.
    """
    is_done = False
    try:
        for key, upload_id in request.begun_uploads():
            with contextlib.suppress(MissingError):  # the storage's lifecycle ended it
                storage.abort_upload(key, upload_id)
        is_done = True
    finally:
        record.finish() if is_done else record.leave()
    return sum(found.status is None for found in request.before.values())
