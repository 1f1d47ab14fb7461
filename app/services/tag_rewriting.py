"""Changing the tags of stored files without losing what others change meanwhile.

S3 writes an object's tag set as a whole and knows no condition for it. So each file's tags are read right before
they are written, and read again afterwards: where somebody else has written over ours, both changes are put together.
Nobody can see a change that arrives between that read and that write: some milliseconds, more where the storage asks
to try again.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Protocol

from app.core.errors import AppError, CancelledError, ConflictError
from app.core.events import Events, FileRetagged, Progressed, RetagStatus, Stage
from app.core.job import CancelToken, Job, is_broken_off, limited_to
from app.core.objects import TagPut, TagRead
from app.core.ports.storage import ObjectStore
from app.core.tags import TagSet, writable

_AT_ONCE = 500
_LAST_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class RetagReport:
    """How a change of tags ended.

    Attributes:
        retagged: files that carry other tags now.
        unchanged: files that were as they should be.
        failures: the files that failed, with the reason.
        is_cancelled: whether it was cancelled; files that weren't reached are in no count then.
        run_id: of the journal, by which it can be undone; None where it isn't one that can.
        is_open: whether the journal keeps what is left, to be gone on with.
    """

    retagged: int
    unchanged: int
    failures: tuple[FileRetagged, ...]
    is_cancelled: bool
    run_id: int | None = None
    is_open: bool = False

    def can_go_on(self, cancel: CancelToken) -> bool:
        """Whether it, or some of its files, was broken off, as `is_broken_off` tells; what was refused wasn't."""
        if self.is_cancelled:
            return cancel.is_for_later
        return any(was_broken_off(failure, cancel) for failure in self.failures)


def was_broken_off(outcome: FileRetagged, cancel: CancelToken) -> bool:
    """Tell whether the storage or the sign-in failed where a file was to be changed, so that it is still to be done."""
    return outcome.error is not None and is_broken_off(outcome.error, cancel)


class Rewrite(Protocol):
    """What is done to each file, and what is noted of it; called in the thread of the use case."""

    def decide(self, key: str, tags: TagSet) -> TagSet | None:
        """Return the tag set that a file with these tags is to get; None where it stays as it is.

        Raises:
            AppError: why it can't get what it should.
        """

    def begin(self, keys: Sequence[str]) -> None:
        """Take note of the files that are looked at next, before anything is written to them."""

    def writes(self, key: str, before: TagSet, after: TagSet) -> None:
        """Take note of what is going to be written right now."""

    def end(self, outcomes: Sequence[FileRetagged], unsure: Sequence[str]) -> None:
        """Take note of what became of these files; others of them weren't written.

        Args:
            outcomes: what became of those that came to an end.
            unsure: files of which nobody knows whether they were written.
        """


def rewrite_tags(keys: Sequence[str], rewrite: Rewrite, storage: ObjectStore, job: Job) -> RetagReport:
    """Give each file the tags that `rewrite` decides on, telling `FileRetagged` and `Progressed`.

    A cancel ends in a report too: it keeps what the storage acknowledged.

    Raises:
        AppError: the storage can't be reached, the session has ended or nothing can be noted, and nothing was changed.
    """
    return _Rewriting(keys, rewrite, storage, job).run()


class _Rewriting:
    def __init__(self, keys: Sequence[str], rewrite: Rewrite, storage: ObjectStore, job: Job) -> None:
        self._keys = keys
        self._rewrite = rewrite
        self._storage = storage
        self._job = job
        self._unsure: dict[str, TagSet] = {}  # sent, but no answer came
        self._tally = _Tally(job.events, len(keys))

    def run(self) -> RetagReport:
        try:
            for start in range(0, len(self._keys), _AT_ONCE):
                self._job.cancel.raise_if_cancelled()
                self._some(self._keys[start : start + _AT_ONCE])
        except CancelledError:
            return self._tally.report(is_cancelled=True)
        except AppError as error:
            if not self._tally.has_retagged_any:
                raise
            self._tally.fail_rest(self._keys, error)
        return self._tally.report(is_cancelled=False)

    def _some(self, keys: Sequence[str]) -> None:
        self._rewrite.begin(keys)
        try:
            lost = self._once(keys)
            for key in self._once(lost):
                self._tally.fail(key, _in_use(key))
        finally:
            self._rewrite.end(self._tally.take_recent(), list(self._unsure))
            self._unsure.clear()

    def _once(self, keys: Sequence[str]) -> list[str]:
        """Read, write and read again; return the files of which somebody else's change has taken ours away."""
        acknowledged: dict[str, TagSet] = {}
        try:
            with closing(self._puts(keys)) as puts:
                for result in self._storage.put_tags_many(puts, self._job.cancel):
                    if result.error is None:
                        acknowledged[result.put.key] = result.put.tags
                    elif result.is_unknown:
                        self._unsure[result.put.key] = result.put.tags
                    else:
                        self._tally.fail(result.put.key, result.error)
            self._job.cancel.raise_if_cancelled()
        except (AppError, CancelledError):
            self._tally.retagged(acknowledged)
            self._find_unsure()
            raise
        return self._look_again(acknowledged)

    def _puts(self, keys: Sequence[str]) -> Generator[TagPut, None, None]:
        for read in self._storage.read_tags(keys, self._job.cancel):
            put = self._decided(read)
            if put is not None:
                yield put

    def _decided(self, read: TagRead) -> TagPut | None:
        if read.tags is None:
            self._tally.fail(read.key, read.error)
            return None
        try:
            wanted = self._rewrite.decide(read.key, read.tags)
        except AppError as error:
            self._tally.fail(read.key, error.about(read.key))
            return None
        if wanted is None:
            self._tally.unchanged(read.key, read.tags)
            return None
        self._rewrite.writes(read.key, read.tags, wanted)
        return TagPut(read.key, wanted)

    def _look_again(self, written: Mapping[str, TagSet]) -> list[str]:
        left = dict(written)
        lost: list[str] = []
        try:
            for read in self._storage.read_tags(list(left), self._job.cancel):
                tags = left.pop(read.key)
                if self._holds(read, tags):
                    self._tally.retagged({read.key: read.tags or tags})
                else:
                    lost.append(read.key)
        finally:
            self._tally.retagged(left)  # acknowledged, and not to be looked at any more: the storage's word stands
        return lost

    def _holds(self, read: TagRead, written: TagSet) -> bool:
        """Tell whether a file still has what it was given, whatever else was done to it since."""
        if read.tags is None or writable(read.tags) == written:
            return True
        try:
            return self._rewrite.decide(read.key, read.tags) is None
        except AppError:
            return False

    def _find_unsure(self) -> None:
        """Find out which of the files that were under way at the end had reached the storage; takes some seconds."""
        if not self._unsure:
            return
        with suppress(AppError, CancelledError), limited_to(_LAST_LOOK_SECONDS) as patience:
            for read in self._storage.read_tags(list(self._unsure), patience):
                if read.tags is not None and writable(read.tags) == self._unsure[read.key]:
                    self._tally.retagged({read.key: read.tags})


class _Tally:
    """Counts and tells what became of the files."""

    def __init__(self, events: Events, files: int) -> None:
        self._events = events
        self._files = files
        self._done: set[str] = set()
        self._retagged = 0
        self._unchanged = 0
        self._failures: list[FileRetagged] = []
        self._recent: list[FileRetagged] = []
        self._tell_progress()

    @property
    def has_retagged_any(self) -> bool:
        """Whether the storage acknowledged a change."""
        return self._retagged > 0

    def retagged(self, files: Mapping[str, TagSet]) -> None:
        """Tell files that carry these tags now."""
        for key, tags in files.items():
            self._retagged += 1
            self._tell(FileRetagged(key, RetagStatus.RETAGGED, tags))

    def unchanged(self, key: str, tags: TagSet) -> None:
        """Tell a file that was as it should be."""
        self._unchanged += 1
        self._tell(FileRetagged(key, RetagStatus.UNCHANGED, tags))

    def fail(self, key: str, error: AppError | None) -> None:
        """Tell a file that failed."""
        failure = FileRetagged(key, RetagStatus.FAILED, None, error)
        self._failures.append(failure)
        self._tell(failure)

    def fail_rest(self, keys: Sequence[str], error: AppError) -> None:
        """Tell that all others failed too."""
        for key in keys:
            if key not in self._done:
                self.fail(key, error.about(key))

    def take_recent(self) -> list[FileRetagged]:
        """Return what was told since this was last asked."""
        recent, self._recent = self._recent, []
        return recent

    def report(self, is_cancelled: bool) -> RetagReport:
        """Return the report of what was told until now."""
        return RetagReport(self._retagged, self._unchanged, tuple(self._failures), is_cancelled)

    def _tell(self, outcome: FileRetagged) -> None:
        self._done.add(outcome.key)
        self._recent.append(outcome)
        self._events(outcome)
        self._tell_progress()

    def _tell_progress(self) -> None:
        self._events(Progressed(Stage.RETAGGING, len(self._done), self._files, 0, 0))


def _in_use(key: str) -> ConflictError:
    return ConflictError(
        "retagged-meanwhile", "Someone else is changing its tags at this moment", "Try again in a moment.", key
    )
