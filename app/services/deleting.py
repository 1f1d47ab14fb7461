"""Deletions that outlive the program."""

from __future__ import annotations

import contextlib

from app.core.deletions import CopiesDeletion
from app.core.errors import NothingFoundError
from app.core.job import Job
from app.core.ports.journal import RequestJournal, RunRecord
from app.core.ports.storage import ObjectStore
from app.services.stage import delete_staged


def delete_copies(
    deletion: CopiesDeletion, staging: ObjectStore, journal: RequestJournal[CopiesDeletion], job: Job
) -> int:
    """Delete temporary copies and return how many objects that were.

    Only what the program itself broke off stays in the journal: of everything else the person is told, sees the copies
    listed as before, and may want to keep them by now.

    Raises:
        NothingFoundError: `no-such-copies`.
        LocalFileError: the journal can't be written; nothing was deleted.
        AppError: the storage refuses, or can't be reached.
        CancelledError: when cancelled.
    """
    return _deleted(deletion, journal.begin(deletion), staging, job)


def go_on_deleting(run_id: int, staging: ObjectStore, journal: RequestJournal[CopiesDeletion], job: Job) -> int:
    """Delete what is left of temporary copies, as `delete_copies` does; none where the storage was quicker.

    Raises:
        NothingFoundError: `no-such-transfer`.
        InputError: `transfer-in-use`, another process is at it.
        AppError: as `delete_copies`.
        CancelledError: when cancelled.
    """
    deletion, record = journal.take_up(run_id)
    with contextlib.suppress(NothingFoundError):
        return _deleted(deletion, record, staging, job)
    return 0


def _deleted(deletion: CopiesDeletion, record: RunRecord[CopiesDeletion], staging: ObjectStore, job: Job) -> int:
    try:
        return delete_staged(deletion.request_id, deletion.user_id, staging, job)
    finally:
        record.leave() if job.cancel.is_for_later else record.finish()
