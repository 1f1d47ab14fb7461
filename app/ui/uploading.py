"""Uploads on their way into the queue."""

from __future__ import annotations

from app.core.file_wishes import FileWishes
from app.core.job import Job
from app.core.uploads import UploadRequest
from app.services.upload import upload_waiting
from app.services.upload_waiting import waiting_upload
from app.services.uploads.tally import UploadReport
from app.ui.services import WindowServices
from app.ui.transfers.upload import Upload
from app.workers.ask import AskingResolver


def queued_upload(request: UploadRequest, services: WindowServices, resolver: AskingResolver) -> Upload:
    """Return an upload for the queue.

    Args:
        request: what is uploaded.
        services: to where.
        resolver: asks about names in use.
    """
    storage, wishes = services.storage, FileWishes()
    waiting = waiting_upload(request, services.journal.uploads, storage)

    def work(job: Job) -> UploadReport:
        return upload_waiting(waiting, storage, resolver, job, wishes)

    return Upload(request, work, wishes, waiting)
