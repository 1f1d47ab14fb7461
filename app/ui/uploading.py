"""Uploads on their way into the queue: what has to wait there is noted, so that it isn't lost."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.core.file_wishes import FileWishes
from app.core.job import Job
from app.core.uploads import UploadRequest
from app.services.upload import upload_waiting
from app.services.upload_tally import UploadReport
from app.services.upload_waiting import WaitingUpload
from app.ui.services import WindowServices
from app.ui.transfers.queue import TransferQueue
from app.ui.transfers.transfer import State
from app.ui.transfers.upload import Upload
from app.workers.ask import AskingResolver
from app.workers.job import JobRunner


class Uploading(QObject):
    """Adds uploads to `queue`.

    Args:
        queue: in which they wait for their turn.
        resolver: asks about names in use.
        runner: keeps the journal's disk out of the window's thread.
    """

    def __init__(self, queue: TransferQueue, resolver: AskingResolver, runner: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = queue
        self._resolver = resolver
        self._runner = runner

    def add(self, request: UploadRequest, services: WindowServices, beside: Upload | None = None) -> None:
        """Let it be uploaded when it is its turn.

        Args:
            request: what is uploaded.
            services: to where.
            beside: an upload that has ended and stays in view.
        """
        storage, resolver, wishes = services.storage, self._resolver, FileWishes()
        waiting = WaitingUpload(request, services.journal.uploads)

        def work(job: Job) -> UploadReport:
            return upload_waiting(waiting, storage, resolver, job, wishes)

        def withdraw(is_for_later: bool) -> None:
            self._runner.start(lambda _job: waiting.leave() if is_for_later else waiting.forget(storage), "withdraw")

        transfer = Upload(request, work, wishes)
        transfer.withdrawn.connect(withdraw)
        self._queue.add(transfer, beside)
        if transfer.state is State.WAITING:
            # What can't be noted now is said when its turn comes.
            self._runner.start(lambda _job: waiting.note(), "note")
