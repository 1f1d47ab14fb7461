"""What has become of the files of an upload so far, counted and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.core.errors import AppError
from app.core.events import Events, FileUploaded, LeftOut, Progressed, Stage, UploadStatus
from app.core.uploads import UploadRequest
from app.services.uploads.items import Item

_STORED = (UploadStatus.UPLOADED, UploadStatus.KEPT_BOTH, UploadStatus.REPLACED)


@dataclass(frozen=True, slots=True)
class UploadReport:
    """How an upload ended.

    Attributes:
        counts: files by what became of them.
        size_bytes: uploaded.
        failures: the files that failed, with the reason.
        is_cancelled: whether it was cancelled; files that weren't reached are in no count then.
        is_open: whether it was broken off, or stopped for later, so that what is left can be gone on with.
    """

    counts: Mapping[UploadStatus, int]
    size_bytes: int
    failures: tuple[FileUploaded, ...]
    is_cancelled: bool
    is_open: bool = False

    def count(self, status: UploadStatus) -> int:
        """Return the number of files that came to this end."""
        return self.counts.get(status, 0)

    def without_failure(self, path: Path, status: UploadStatus | None) -> UploadReport:
        """Return it with another end of a file that failed; None where it is told elsewhere."""
        counts = Counter(self.counts)
        counts[UploadStatus.FAILED] -= 1
        if status is not None:
            counts[status] += 1
        failures = tuple(failure for failure in self.failures if failure.path != path)
        return replace(self, counts=dict(+counts), failures=failures)


class Tally:
    """Counts and tells what became of the files.

    Args:
        events: are told.
        request: what is uploaded; files that were done before an interruption are done in the progress too.
        settled: called with what became of each file.
    """

    def __init__(self, events: Events, request: UploadRequest, settled: Callable[[Item, UploadStatus], None]) -> None:
        sizes = [file.source.size_bytes for file in request.files]
        done = [place for place, record in request.before.items() if record.status is not None]
        self._events = events
        self._settled = settled
        self._files = len(sizes)
        self._size_bytes = sum(sizes)
        self._counts: Counter[UploadStatus] = Counter()
        self._failures: list[FileUploaded] = []
        self._stored_bytes = 0
        self._done_files = len(done)
        self._done_bytes = sum(sizes[place] for place in done)
        self._unmoved_files, self._unmoved_bytes = self._done_files, self._done_bytes
        self._sent_bytes: Counter[str] = Counter()
        self._failed: set[Item] = set()
        self._counted_files: set[Item] = set()  # when they failed, and not once more
        self._counted_bytes: set[Item] = set()
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
        self._count(item, size_bytes)
        self._events(self._progress())
        return self._sent_bytes[item.transfer_id]

    def found(self, item: Item, size_bytes: int) -> int:
        """Note a part that the storage had before, as `sent` does."""
        self._unmoved_bytes += self._count(item, size_bytes)
        self._events(self._progress())
        return self._sent_bytes[item.transfer_id]

    def finish(self, item: Item, status: UploadStatus, error: AppError | None = None) -> None:
        """Tell the end of a file."""
        item.is_done = True
        item.is_under_way = False
        self._settled(item, status)
        rest_bytes = item.planned_bytes - self._sent_bytes.pop(item.transfer_id, 0)
        if item not in self._counted_files:
            self._done_files += 1
        if item not in self._counted_bytes:
            self._done_bytes += rest_bytes
            if not item.is_small or status in (UploadStatus.FAILED, UploadStatus.SKIPPED):
                self._unmoved_bytes += rest_bytes  # what of a large file is sent was told part by part
        if status is UploadStatus.FAILED:
            self._failed.add(item)
        if status in _STORED:
            self._stored_bytes += item.source.size_bytes
        self._tell(FileUploaded(item.source.path, item.key, status, item.source.size_bytes, error))
        self._events(self._progress())

    def has_failed(self, item: Item) -> bool:
        """Whether the last that was told of a file is that it failed."""
        return item in self._failed

    def take_back(self, item: Item, *, is_tried_again: bool) -> None:
        """Take back that a file failed: there will be another end.

        As progress never falls, what is sent for another try counts besides what was counted when the file failed.
        """
        self._failed.discard(item)
        self._counted_files.add(item)
        if is_tried_again:
            self._size_bytes += item.planned_bytes
            self._counted_bytes.discard(item)
        else:
            self._counted_bytes.add(item)
        item.is_done = False
        self._counts[UploadStatus.FAILED] -= 1
        self._failures = [failure for failure in self._failures if failure.path != item.source.path]

    def report(self, is_cancelled: bool) -> UploadReport:
        """Return the sum of it."""
        return UploadReport(dict(+self._counts), self._stored_bytes, tuple(self._failures), is_cancelled)

    def _count(self, item: Item, size_bytes: int) -> int:
        room = item.planned_bytes - self._sent_bytes[item.transfer_id]
        counted = max(0, min(size_bytes, room))
        self._sent_bytes[item.transfer_id] += counted
        self._done_bytes += counted
        return counted

    def _tell(self, file: FileUploaded) -> None:
        self._counts[file.status] += 1
        if file.status is UploadStatus.FAILED:
            self._failures.append(file)
        self._events(file)

    def _progress(self) -> Progressed:
        return Progressed(
            Stage.UPLOADING,
            self._done_files,
            self._files,
            self._done_bytes,
            self._size_bytes,
            self._unmoved_files,
            self._unmoved_bytes,
        )
