"""Sending the files of an upload: small ones together, large ones part by part, again what changed meanwhile."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

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
from app.core.events import FileBegunAgain, FileSent, FileStarted, UploadStatus
from app.core.job import CancelToken, Job
from app.core.keys import check_key
from app.core.objects import Condition, Put, PutResult
from app.core.ports.journal import UploadRecord
from app.core.ports.storage import ObjectStore
from app.core.tags import visible
from app.services.uploads.items import Item
from app.services.uploads.parts import FileParts, drop_all_parts, drop_parts
from app.services.uploads.second_look import SecondLook
from app.services.uploads.sources import LargeSource
from app.services.uploads.tally import Tally
from app.services.uploads.wishes import WishedFiles

_MAX_RESTARTS = 3


class Sender:
    """Sends files as often as it takes to know what became of each, or that its condition doesn't hold.

    Args:
        uploaded_by: stored with each file.
        storage: to where.
        job: is told of each file, and cancels.
        record: of the upload; None where the journal doesn't keep it.
        tally: is told the end of each file.
        wished: knows which files are wanted.
    """

    def __init__(
        self,
        uploaded_by: str,
        storage: ObjectStore,
        job: Job,
        record: UploadRecord | None,
        tally: Tally,
        wished: WishedFiles,
    ) -> None:
        self._uploaded_by = uploaded_by
        self._storage = storage
        self._job = job
        self._record = record
        self._tally = tally
        self._wished = wished
        self._unsure: set[Item] = set()  # sent, but no answer came
        self._second_look = SecondLook(storage, job.cancel)

    def sendable(self, items: Iterable[Item]) -> list[Item]:
        """Return those whose name can be stored; the others have failed."""
        return [item for item in items if self._has_good_name(item)]

    def send(self, items: list[Item]) -> list[Item]:
        """Send every item, again where it failed and that is wanted; return those whose condition didn't hold.

        Raises:
            OutageError: the storage can't be reached.
            SignInError: the session has ended.
            AppError: the storage refuses.
            CancelledError: when cancelled.
        """
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
            items = self.again()
        self._believe(self._second_look.at_all(), conflicts)
        return conflicts

    def again(self) -> list[Item]:
        """Leave out what nobody wants any more, and return what failed and shall be tried again."""
        self._wished.heed()
        return self.sendable(self._wished.again())

    def look_for_unanswered(self) -> None:
        """Find out which of the files that were under way at the end had reached the storage."""
        unsure = [item for item in self._unsure if not item.is_done]
        for item in self._second_look.at_the_end(unsure):
            self._tally.finish(item, item.status)

    def _has_good_name(self, item: Item) -> bool:
        try:
            check_key(item.key, visible(str(item.source.path)))
        except InputError as error:
            self._tally.finish(item, UploadStatus.FAILED, error)
            return False
        return True

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
                return item.small_put(self._uploaded_by)
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
            with self._wished.stopping(item, self._job.cancel) as cancel:
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
                    item.large_put(self._uploaded_by),
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

    def _parts_of(self, item: Item) -> FileParts | None:
        return FileParts(item, self._record, self._job.cancel, self._note_found) if self._record else None

    def _note_found(self, item: Item, size_bytes: int) -> None:
        self._job.events(FileSent(item.source.path, self._tally.found(item, size_bytes)))

    def _note_part(self, item: Item, size_bytes: int) -> None:
        self._job.events(FileSent(item.source.path, self._tally.sent(item, size_bytes)))
