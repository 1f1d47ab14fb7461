"""What was interrupted and nobody goes on with."""

from __future__ import annotations

import contextlib

from app.core.errors import MissingError
from app.core.job import Job
from app.core.open_transfers import TransferKind
from app.core.ports.journal import Journal, RetagJournal, UploadRecord
from app.core.ports.storage import ObjectStore, ObjectWriter
from app.core.uploads import UploadRequest
from app.services.downloading import give_up_download
from app.services.linking import give_up_link


def discard(run_id: int, storage: ObjectWriter, staging: ObjectStore, journal: Journal, job: Job) -> None:
    """Forget a transfer and free what it has left: parts of files in the storage, a part of a ZIP and its copies.

    What is done stays done, and changes of tags can still be undone.

    Raises:
        NothingFoundError: `no-such-transfer`.
        InputError: `transfer-in-use`, another process is at it.
        LocalFileError: what it has left on this computer can't be deleted; the transfer stays.
        AppError: the storage refuses or can't be reached; the transfer stays.
        CancelledError: when cancelled; the transfer stays.
    """
    kind = journal.kind_of(run_id)
    if kind is TransferKind.UPLOAD:
        give_up_upload(*journal.uploads.take_up(run_id), storage)
    elif kind is TransferKind.FETCH:
        give_up_download(*journal.downloads.take_up(run_id), staging, job)
    elif kind is TransferKind.SHARE:
        give_up_link(*journal.shares.take_up(run_id), staging, job)
    elif kind is TransferKind.DELETE:
        journal.deletions.take_up(run_id)[1].finish()
    else:
        _discard_retag(run_id, journal.retags)


def give_up_upload(request: UploadRequest, record: UploadRecord, storage: ObjectWriter) -> None:
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


def _discard_retag(run_id: int, journal: RetagJournal) -> None:
    journal.take_up(run_id)[1].finish()
