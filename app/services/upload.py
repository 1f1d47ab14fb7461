"""Uploading files: nothing is overwritten silently, and each file comes to one end that is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from app.core.conflicts import Choice
from app.core.errors import (
    AppError,
    CancelledError,
    ConflictError,
    InputError,
    LocalFileError,
    MissingError,
    OutageError,
    SignInError,
)
from app.core.events import FileBegunAgain, FileSent, FileStarted, Recorded, UploadStatus
from app.core.file_wishes import FileWishes
from app.core.job import CancelToken, Job
from app.core.keys import check_key
from app.core.objects import Condition, Put, PutResult
from app.core.ports.conflicts import ConflictResolver
from app.core.ports.journal import TransferJournal, UploadRecord
from app.core.ports.storage import ObjectStore
from app.core.tags import visible
from app.core.uploads import UploadRequest
from app.services.upload_waiting import WaitingUpload, waiting_upload
from app.services.uploads.conflicts import Settler, Verdict
from app.services.uploads.items import Item, planned_items
from app.services.uploads.parts import FileParts, drop_all_parts, drop_parts
from app.services.uploads.second_look import SecondLook
from app.services.uploads.sources import LargeSource
from app.services.uploads.tally import Tally, UploadReport
from app.services.uploads.wishes import WishedFiles

_MAX_RESTARTS = 3


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
        self._unsure: set[Item] = set()  # sent, but no answer came
        self._second_look = SecondLook(storage, job.cancel)
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
        pending = [item for item in items if self._has_good_name(item)]
        try:
            while pending:
                conflicts = self._send(self._wished.wanted(pending))
                self._job.cancel.raise_if_cancelled()
                settled = self._settler.settle(self._wished.wanted(conflicts))
                pending = [item for item, verdict in settled if self._is_sent_again(item, verdict)]
                pending += self._again()
                if self._record is not None:
                    self._record.flush()  # a copy is known by its number, also if the program dies now
        except CancelledError:
            self._recover_unsure()
            self._wished.wanted(items)  # what was left out isn't gone on with
            if self._record is not None and self._job.cancel.is_for_later:
                return replace(self._tally.report(is_cancelled=True), is_open=True)
            drop_all_parts(items, self._record, self._storage)
            return self._tally.report(is_cancelled=True)
        except AppError as error:
            self._recover_unsure()
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

    def _has_good_name(self, item: Item) -> bool:
        try:
            check_key(item.key, visible(str(item.source.path)))
        except InputError as error:
            self._tally.finish(item, UploadStatus.FAILED, error)
            return False
        return True

    def _send(self, items: list[Item]) -> list[Item]:
        """Send every item, again where it failed and that is wanted; return those whose condition didn't hold."""
        conflicts: list[Item] = []

        def meanwhile() -> None:
            self._believe(self._second_look.at_due(), conflicts)
            self._wished.heed()
            if self._record is not None:
                self._record.flush_due()

        for item in items:
            item.is_under_way = False
        large: deque[Item] = deque()
        while items or large:
            large.extend(item for item in items if not item.is_small)
            if small := [item for item in items if item.is_small]:
                for result in self._storage.put_many(self._small_puts(small), self._job.cancel, meanwhile):
                    self._take(result, conflicts)
                large.extend(item for item in small if not item.is_small and not item.is_done)  # it grew meanwhile
            if large:
                self._job.cancel.raise_if_cancelled()
                self._send_large(large.popleft(), conflicts, meanwhile)
            items = self._again()
        self._believe(self._second_look.at_all(), conflicts)
        return conflicts

    def _again(self) -> list[Item]:
        """Leave out what nobody wants any more, and return what failed and shall be tried again."""
        self._wished.heed()
        return [item for item in self._wished.again() if self._has_good_name(item)]

    def _small_puts(self, items: Iterable[Item]) -> Iterator[Put]:
        for item in filter(self._wished.is_wanted, items):
            item.is_under_way = True
            self._job.events(FileStarted(item.source.path))
            put = self._read(item)
            if put is not None:
                yield put

    def _read(self, item: Item) -> Put | None:
        """Return the request for a small file; None where it can't be read, or isn't small any more."""
        while item.is_small:
            try:
                return item.small_put(self._request.uploaded_by)
            except LocalFileError as error:
                if error.code == "file-gone" and self._had_arrived(item):
                    self._tally.finish(item, item.status)
                    break
                if not self._begin_again(item, error):
                    break
        return None

    def _had_arrived(self, item: Item) -> bool:
        """Tell whether a file that is gone from this computer was stored before the upload was interrupted."""
        if not item.is_resumed:
            return False
        try:
            head = self._storage.head(item.key, self._job.cancel)
        except (OutageError, SignInError):
            raise
        except AppError:
            return False
        return head is not None and item.is_own(head)

    def _send_large(self, item: Item, conflicts: list[Item], meanwhile: Callable[[], None]) -> None:
        if not self._wished.is_wanted(item):
            return
        item.is_under_way = True
        self._job.events(FileStarted(item.source.path))
        try:
            with self._wishes.stopping(item.place, self._job.cancel) as cancel:
                self._send_parts(item, conflicts, meanwhile, cancel)
        except CancelledError:
            if self._job.cancel.is_cancelled or self._wished.is_wanted(item):
                raise

    def _send_parts(
        self, item: Item, conflicts: list[Item], meanwhile: Callable[[], None], cancel: CancelToken
    ) -> None:
        if self._is_in_use(item):
            drop_parts(item, self._record, self._storage)  # they were sent under a name that is in use by now
            conflicts.append(item)  # noticed before gigabytes are sent in vain
            return
        while not item.is_done:
            if item.is_small:
                conflicts.append(item)  # it shrank meanwhile, and is sent with the small ones of the next round
                return
            source = LargeSource(item.source)
            try:
                result = self._storage.put_large(
                    item.large_put(self._request.uploaded_by),
                    item.source.size_bytes,
                    source,
                    lambda size_bytes: self._note_part(item, size_bytes),
                    cancel,
                    meanwhile,
                    self._parts_of(item),
                )
            except LocalFileError as error:
                if not self._begin_again(item, error):
                    return
                continue
            except (OutageError, SignInError, CancelledError):
                raise
            except AppError as error:
                drop_all_parts([item], self._record, self._storage)
                self._tally.finish(item, UploadStatus.FAILED, error)
                return
            item.crc32 = source.crc32()
            if result.is_unknown and result.error is not None:
                self._unsure.add(item)
                raise result.error
            if isinstance(result.error, SignInError):
                raise result.error
            if isinstance(result.error, ConflictError) and result.error.code == "written-meanwhile":
                if self._begin_again(item, result.error):
                    continue
                return
            self._take(result, conflicts)
            return

    def _is_in_use(self, item: Item) -> bool:
        try:
            return item.condition == Condition() and self._storage.head(item.key, self._job.cancel) is not None
        except (OutageError, SignInError):
            raise
        except AppError:  # who may write need not be allowed to look; the write itself has its condition
            return False

    def _begin_again(self, item: Item, error: AppError) -> bool:
        """Tell whether a file that changed, or was in the way of another writer, is tried again; else it failed."""
        if error.code in ("file-changed", "written-meanwhile") and item.restarts < _MAX_RESTARTS:
            item.restarts += 1
            try:
                item.look_again()
            except LocalFileError as found:
                error = found
            else:
                if error.code == "file-changed":
                    self._job.events(FileBegunAgain(item.source.path))
                return True
        self._tally.finish(item, UploadStatus.FAILED, error)
        return False

    def _take(self, result: PutResult, conflicts: list[Item]) -> None:
        item = result.put.context
        assert isinstance(item, Item)  # noqa: S101 -- put there by Item itself
        if result.error is None and self._storage.writes_atomically:
            self._tally.finish(item, item.status)
        elif result.error is None:
            self._tally.sent(item, item.source.size_bytes)
            self._second_look.add(item)
        elif isinstance(result.error, ConflictError) or result.error.code == "no-such-upload":
            conflicts.append(item)
        elif isinstance(result.error, MissingError) and item.condition.replaces_etag is not None:
            conflicts.append(item)  # what was to be replaced is gone
        elif result.is_unknown:
            self._unsure.add(item)
        else:
            self._tally.finish(item, UploadStatus.FAILED, result.error)

    def _believe(self, looked_at: Iterator[tuple[Item, bool]], conflicts: list[Item]) -> None:
        """Finish the files that are there; one that was overwritten in the same moment is in conflict after all."""
        for item, is_there in looked_at:
            if is_there:
                self._tally.finish(item, item.status)
            else:
                conflicts.append(item)

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

    def _recover_unsure(self) -> None:
        """Find out which of the files that were under way at the end had reached the storage."""
        unsure = [item for item in self._unsure if not item.is_done]
        for item in self._second_look.at_the_end(unsure):
            self._tally.finish(item, item.status)

    def _parts_of(self, item: Item) -> FileParts | None:
        return FileParts(item, self._record, self._job.cancel, self._note_found) if self._record else None

    def _note_found(self, item: Item, size_bytes: int) -> None:
        self._job.events(FileSent(item.source.path, self._tally.found(item, size_bytes)))

    def _note_part(self, item: Item, size_bytes: int) -> None:
        self._job.events(FileSent(item.source.path, self._tally.sent(item, size_bytes)))

    def _fail_rest(self, items: Iterable[Item], error: AppError) -> None:
        for item in self._wished.wanted(items):
            self._tally.finish(item, UploadStatus.FAILED, error.about(visible(str(item.source.path))))
