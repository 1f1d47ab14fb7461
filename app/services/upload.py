"""Uploading files: nothing is overwritten silently, and each file comes to one end that is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import uuid4

from app.core.errors import (
    AppError,
    CancelledError,
    ConflictError,
    InputError,
    LocalFileError,
    MissingError,
    OutageError,
    SignInError,
    local_file_error,
)
from app.core.events import (
    Events,
    FileSent,
    FileStarted,
    FileUploaded,
    LeftOut,
    NameChecked,
    NameStatus,
    Progressed,
    SourceFile,
    Stage,
    UploadStatus,
)
from app.core.job import CancelToken, Job
from app.core.keys import check_key
from app.core.objects import Condition, Put, PutResult
from app.core.ports import ConflictResolver, ObjectStore
from app.core.tags import TagRules, TagSet, visible
from app.services.conflicts import Settler, Verdict
from app.services.names import StoredFile, has_same_content, stored_files
from app.services.second_look import SecondLook
from app.services.sources import LargeSource
from app.services.upload_items import Item

_MAX_RESTARTS = 3
_STORED = (UploadStatus.UPLOADED, UploadStatus.KEPT_BOTH, UploadStatus.REPLACED)


@dataclass(frozen=True, slots=True)
class UploadFile:
    """A file to be uploaded.

    Attributes:
        source: the file.
        values: its tag values, the first one first.
    """

    source: SourceFile
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What is uploaded, and how.

    Attributes:
        files: in this order.
        left_out: what the walk left out; told again, so that the report is whole.
        prefix: put before every key, with its placeholders filled in.
        rules: how tags are made.
        uploaded_by: who uploads, for the object's metadata.
        allow_replace: whether a stored file may be replaced.
    """

    files: tuple[UploadFile, ...]
    left_out: tuple[LeftOut, ...]
    prefix: str
    rules: TagRules
    uploaded_by: str
    allow_replace: bool


@dataclass(frozen=True, slots=True)
class UploadReport:
    """How an upload ended.

    Attributes:
        counts: files by what became of them.
        size_bytes: uploaded.
        failures: the files that failed, with the reason.
        is_cancelled: whether it was cancelled; files that weren't reached are in no count then.
    """

    counts: Mapping[UploadStatus, int]
    size_bytes: int
    failures: tuple[FileUploaded, ...]
    is_cancelled: bool

    def count(self, status: UploadStatus) -> int:
        """Return the number of files that came to this end."""
        return self.counts.get(status, 0)


def upload(request: UploadRequest, storage: ObjectStore, resolver: ConflictResolver, job: Job) -> UploadReport:
    """Upload the files of `request`, telling `FileStarted`, `FileSent`, `FileUploaded` and `Progressed`.

    Files whose name is in use are asked about when all others are up, so that their number is known. A cancel
    ends in a report too: it keeps what the storage acknowledged and leaves nothing half done.

    Raises:
        InputError: a tag that can't be stored; nothing was sent.
        OutageError: the storage can't be reached and nothing was uploaded.
        SignInError: the session has ended and nothing was uploaded.
    """
    return _Upload(request, storage, resolver, job).run()


def check_names(request: UploadRequest, storage: ObjectStore, job: Job) -> None:
    """Tell for each file whether its name is in use, as `NameChecked`; a file without values has any tags.

    Raises:
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    keys = [request.prefix + file.source.key for file in request.files]
    stored = stored_files({key for key in keys if _is_good(key)}, storage, job.cancel)
    for key, file in zip(keys, request.files, strict=True):
        status = _name_status(file, stored.get(key), request.rules, job.cancel)
        job.events(NameChecked(file.source.path, status))


def _is_good(key: str) -> bool:
    try:
        check_key(key, key)
    except InputError:
        return False
    return True


def _name_status(file: UploadFile, stored: StoredFile | None, rules: TagRules, cancel: CancelToken) -> NameStatus:
    cancel.raise_if_cancelled()
    if stored is None:
        return NameStatus.FREE
    has_same_tags = not file.values or rules.are_same(stored.tags or {}, rules.tag_set(file.values))
    is_there = has_same_tags and has_same_content(file.source, stored.head, cancel)
    return NameStatus.ALREADY_THERE if is_there else NameStatus.IN_USE


class _Upload:
    """One run; `run` reads from top to bottom, the rest is in the order in which it is needed."""

    def __init__(self, request: UploadRequest, storage: ObjectStore, resolver: ConflictResolver, job: Job) -> None:
        self._request = request
        self._storage = storage
        self._job = job
        self._unsure: set[Item] = set()  # sent, but no answer came
        self._second_look = SecondLook(storage, job.cancel)
        self._taken: set[str] = set()
        self._settler = Settler(storage, resolver, request.rules, request.allow_replace, self._taken, job.cancel)
        self._tally = _Tally(job.events, len(request.files), sum(file.source.size_bytes for file in request.files))

    def run(self) -> UploadReport:
        items = self._plan()
        for left_out in self._request.left_out:
            self._tally.leave_out(left_out)
        pending = [item for item in items if self._has_good_name(item)]
        try:
            while pending:
                conflicts = self._send(pending)
                self._job.cancel.raise_if_cancelled()
                pending = [
                    item for item, verdict in self._settler.settle(conflicts) if self._is_sent_again(item, verdict)
                ]
        except CancelledError:
            self._recover_unsure()
            return self._tally.report(is_cancelled=True)
        except AppError as error:
            self._recover_unsure()
            if not self._tally.has_stored_any:
                raise
            self._fail_rest(items, error)
        return self._tally.report(is_cancelled=False)

    def _plan(self) -> list[Item]:
        """Make an item of each file; two of one drop that come to the same key are both kept."""
        transfer = uuid4().hex
        tag_set: Callable[[tuple[str, ...]], TagSet] = cache(self._request.rules.tag_set)
        items = []
        for number, file in enumerate(self._request.files):
            key = self._request.prefix + file.source.key
            item = Item(file.source, key, key, tag_set(file.values), f"{transfer}-{number}")
            while item.key in self._taken:
                item.keep_both(item.number + 1)
            self._taken.add(item.key)
            items.append(item)
        return items

    def _has_good_name(self, item: Item) -> bool:
        try:
            check_key(item.key, visible(str(item.source.path)))
        except InputError as error:
            self._tally.finish(item, UploadStatus.FAILED, error)
            return False
        return True

    def _send(self, items: list[Item]) -> list[Item]:
        """Send every item once and return those whose condition didn't hold."""
        conflicts: list[Item] = []
        small = (item for item in items if item.is_small)

        def look_again() -> None:
            self._believe(self._second_look.at_due(), conflicts)

        for result in self._storage.put_many(self._small_puts(small), self._job.cancel, look_again):
            self._take(result, conflicts)
        for item in items:
            if not item.is_small and not item.is_done:
                self._job.cancel.raise_if_cancelled()
                self._send_large(item, conflicts, look_again)
        self._believe(self._second_look.at_all(), conflicts)
        return conflicts

    def _small_puts(self, items: Iterable[Item]) -> Iterator[Put]:
        for item in items:
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
                if not self._begin_again(item, error):
                    break
        return None

    def _send_large(self, item: Item, conflicts: list[Item], meanwhile: Callable[[], None]) -> None:
        self._job.events(FileStarted(item.source.path))
        if self._is_in_use(item):
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
                    self._job.cancel,
                    meanwhile,
                )
            except LocalFileError as error:
                if not self._begin_again(item, error):
                    return
                continue
            except (OutageError, SignInError, CancelledError):
                raise
            except AppError as error:
                self._tally.finish(item, UploadStatus.FAILED, error)
                return
            item.crc32 = source.crc32()
            if result.is_unknown and result.error is not None:
                self._unsure.add(item)
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
            except OSError as gone:
                error = local_file_error(gone, visible(str(item.source.path)))
            else:
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
        return verdict is Verdict.SEND_AGAIN

    def _recover_unsure(self) -> None:
        """Find out which of the files that were under way at the end had reached the storage."""
        unsure = [item for item in self._unsure if not item.is_done]
        for item in self._second_look.at_the_end(unsure):
            self._tally.finish(item, item.status)

    def _note_part(self, item: Item, size_bytes: int) -> None:
        self._job.events(FileSent(item.source.path, self._tally.sent(item, size_bytes)))

    def _fail_rest(self, items: Iterable[Item], error: AppError) -> None:
        for item in items:
            if not item.is_done:
                self._tally.finish(item, UploadStatus.FAILED, error.about(visible(str(item.source.path))))


class _Tally:
    """Counts and tells what became of the files."""

    def __init__(self, events: Events, files: int, size_bytes: int) -> None:
        self._events = events
        self._files = files
        self._size_bytes = size_bytes
        self._counts: Counter[UploadStatus] = Counter()
        self._failures: list[FileUploaded] = []
        self._stored_bytes = 0
        self._done_files = 0
        self._done_bytes = 0
        self._sent_bytes: Counter[str] = Counter()
        events(self._progress())

    @property
    def has_stored_any(self) -> bool:
        """Whether the storage acknowledged a file."""
        return any(self._counts[status] for status in _STORED)

    def leave_out(self, left_out: LeftOut) -> None:
        """Tell a file that the walk left out."""
        self._tell(FileUploaded(left_out.path, None, left_out.status, left_out.size_bytes, left_out.error))

    def sent(self, item: Item, size_bytes: int) -> int:
        """Note a part that was acknowledged; a file that began again counts no byte twice. Return the sum."""
        room = item.planned_bytes - self._sent_bytes[item.transfer_id]
        counted = max(0, min(size_bytes, room))
        self._sent_bytes[item.transfer_id] += counted
        self._done_bytes += counted
        self._events(self._progress())
        return self._sent_bytes[item.transfer_id]

    def finish(self, item: Item, status: UploadStatus, error: AppError | None = None) -> None:
        """Tell the end of a file."""
        item.is_done = True
        self._done_files += 1
        self._done_bytes += item.planned_bytes - self._sent_bytes.pop(item.transfer_id, 0)
        if status in _STORED:
            self._stored_bytes += item.source.size_bytes
        self._tell(FileUploaded(item.source.path, item.key, status, item.source.size_bytes, error))
        self._events(self._progress())

    def report(self, is_cancelled: bool) -> UploadReport:
        """Return the sum of it."""
        return UploadReport(dict(self._counts), self._stored_bytes, tuple(self._failures), is_cancelled)

    def _tell(self, file: FileUploaded) -> None:
        self._counts[file.status] += 1
        if file.status is UploadStatus.FAILED:
            self._failures.append(file)
        self._events(file)

    def _progress(self) -> Progressed:
        return Progressed(Stage.UPLOADING, self._done_files, self._files, self._done_bytes, self._size_bytes)
