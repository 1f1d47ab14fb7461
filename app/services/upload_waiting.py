"""An upload that waits for its turn."""

from __future__ import annotations

from app.core.job import Job
from app.core.ports.journal import TransferJournal, UploadRecord
from app.core.ports.storage import ObjectWriter
from app.core.uploads import UploadRequest
from app.services.interrupted import give_up_upload
from app.services.uploads.items import planned_items
from app.services.waiting import WaitingRun, waiting_again

WaitingUpload = WaitingRun[UploadRequest, UploadRecord]


def waiting_upload(request: UploadRequest, journal: TransferJournal, storage: ObjectWriter) -> WaitingUpload:
    """Return an upload before its turn.

    Args:
        request: what is to be uploaded; with the run id of one that was interrupted.
        journal: where it is noted.
        storage: where parts are freed of one that is forgotten.
    """

    def ask() -> tuple[UploadRequest, UploadRecord]:
        return request, journal.begin(request, [item.number for item in planned_items(request)])

    def give_up(request: UploadRequest, record: UploadRecord, _job: Job) -> None:
        give_up_upload(request, record, storage)

    if request.run_id is not None:
        return waiting_again(request.run_id, journal.take_up, give_up)
    return WaitingRun(ask, journal.take_up, give_up)
