"""Uploading files: nothing is overwritten silently, and each file comes to one end that is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.core.conflicts import Choice
from app.core.errors import AppError, CancelledError
from app.core.events import Recorded, UploadStatus
from app.core.file_wishes import FileWishes
from app.core.job import Job
from app.core.ports.conflicts import ConflictResolver
from app.core.ports.journal import TransferJournal, UploadRecord
from app.core.ports.storage import ObjectStore
from app.core.tags import visible
from app.core.uploads import UploadRequest
from app.services.upload_waiting import WaitingUpload, waiting_upload
from app.services.uploads.conflicts import Settler, Verdict
from app.services.uploads.items import Item, planned_items
from app.services.uploads.parts import drop_all_parts
from app.services.uploads.sending import Sender
from app.services.uploads.tally import Tally, UploadReport
from app.services.uploads.wishes import WishedFiles


def upload(
    request: UploadRequest,
    storage: ObjectStore,
    resolver: ConflictResolver,
    job: Job,
    journal: TransferJournal | None = None,
) -> UploadReport:
    """Upload the files of `request`, telling `FileStarted`, `FileSent`, `FileUploaded` and `Progressed`.

    Files whose name is in use are asked about when all others are up, so that their number is known. A cancel
    ends in a report too: it keeps what the storage acknowledged and leaves nothing half done. What the storage or
    the program broke off stays in the journal (`Recorded`), to be gone on with. A file that changes while it is read
    is told by `FileBegunAgain`.

    Raises:
        InputError: a tag that can't be stored; nothing was sent.
        LocalFileError: the journal can't be written; nothing was sent.
        OutageError: the storage can't be reached and nothing was uploaded.
        SignInError: the session has ended and nothing was uploaded.
    """
    if journal is not None:
        return upload_waiting(waiting_upload(request, journal, storage), storage, resolver, job)
    return _Upload(request, storage, resolver, job, None).run()


def resume(
    run_id: int, storage: ObjectStore, resolver: ConflictResolver, job: Job, journal: TransferJournal
) -> UploadReport:
    """Go on with an upload from where it was interrupted, as `upload` does.

    What was stored isn't sent again, and a large file goes on from the part that it had reached. A file that changed
    meanwhile is begun anew, one that is gone is named. The report tells what became of those that were left.

    Raises:
        NothingFoundError: `no-such-transfer`.
        InputError: `transfer-in-use`, another process goes on with it.
        AppError: as `upload`.
    """
    request, record = journal.take_up(run_id)
    return _Upload(request, storage, resolver, job, record).run()


def upload_waiting(
    waiting: WaitingUpload,
    storage: ObjectStore,
    resolver: ConflictResolver,
    job: Job,
    wishes: FileWishes | None = None,
) -> UploadReport:
    """Upload what has waited for its turn until now, as `upload` does.

    A file that is left out by `wishes` is skipped, with no part of it in the storage.

    Raises:
        AppError: as `upload`, and as `resume` where it was interrupted before.
    """
    begun = waiting.begin()
    return _Upload(begun.request, storage, resolver, job, begun.record, wishes).run()


class _Upload:
    """One run; `run` reads from top to bottom, the rest is in the order in which it is needed."""

    def __init__(
        self,
        request: UploadRequest,
        storage: ObjectStore,
        resolver: ConflictResolver,
        job: Job,
        record: UploadRecord | None,
        wishes: FileWishes | None = None,
    ) -> None:
        self._request = request
        self._storage = storage
        self._job = job
        self._record = record
        self._wishes = wishes or FileWishes()
        self._taken: set[str] = set()
        self._settler = Settler(
            storage,
            resolver,
            request.rules,
            request.allow_replace,
            self._taken,
            job.cancel,
            request.on_conflict,
            self._note_decided,
        )
        self._tally = Tally(job.events, request, self._note_settled)

    def run(self) -> UploadReport:
        is_open = True
        try:
            items = planned_items(self._request)
            self._taken.update(item.key for item in items)
            if self._record is not None:
                self._job.events(Recorded(self._record.run_id))
            report = self._upload([item for item in items if not item.is_done])
            is_open = report.is_open
        finally:
            if self._record is not None:
                self._record.leave() if is_open else self._record.finish()
        return report

    def _upload(self, items: list[Item]) -> UploadReport:
        for left_out in self._request.left_out:
            self._tally.leave_out(left_out)
        self._wished = WishedFiles(
            self._wishes, items, self._tally, lambda item: drop_all_parts([item], self._record, self._storage)
        )
        sender = Sender(self._request.uploaded_by, self._storage, self._job, self._record, self._tally, self._wished)
        pending = sender.sendable(items)
        try:
            while pending:
                conflicts = sender.send(self._wished.wanted(pending))
                self._job.cancel.raise_if_cancelled()
                settled = self._settler.settle(self._wished.wanted(conflicts))
                pending = [item for item, verdict in settled if self._is_sent_again(item, verdict)]
                pending += sender.again()
                if self._record is not None:
                    self._record.flush()  # a copy is known by its number, also if the program dies now
        except CancelledError:
            sender.look_for_unanswered()
            self._wished.wanted(items)  # what was left out isn't gone on with
            if self._record is not None and self._job.cancel.is_for_later:
                return replace(self._tally.report(is_cancelled=True), is_open=True)
            drop_all_parts(items, self._record, self._storage)
            return self._tally.report(is_cancelled=True)
        except AppError as error:
            sender.look_for_unanswered()
            if not self._tally.has_stored_any:
                self._wished.wanted(items)
                raise
            self._fail_rest(items, error)
            return replace(self._tally.report(is_cancelled=False), is_open=self._record is not None)
        return self._tally.report(is_cancelled=False)

    def _note_settled(self, item: Item, status: UploadStatus) -> None:
        """Note what became of a file for good; one that failed is tried again when the upload is gone on with."""
        if self._record is not None and status is not UploadStatus.FAILED:
            self._record.settled(item.place, status)

    def _note_decided(self, choice: Choice) -> None:
        if self._record is not None:
            self._record.decided(choice)

    def _is_sent_again(self, item: Item, verdict: Verdict) -> bool:
        if verdict is Verdict.STORED:
            self._tally.finish(item, item.status)
        elif verdict is Verdict.ALREADY_THERE:
            self._tally.finish(item, UploadStatus.ALREADY_THERE)
        elif verdict is Verdict.SKIPPED:
            self._tally.finish(item, UploadStatus.SKIPPED)
        elif self._record is not None:
            self._record.renamed(item.place, item.number, item.condition.replaces_etag)
        return verdict is Verdict.SEND_AGAIN

    def _fail_rest(self, items: Iterable[Item], error: AppError) -> None:
        for item in self._wished.wanted(items):
            self._tally.finish(item, UploadStatus.FAILED, error.about(visible(str(item.source.path))))
