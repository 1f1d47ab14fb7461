"""Taking back a change of tags, on files where it is still the last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.core.errors import AppError, ConflictError, NothingFoundError
from app.core.events import FileRetagged, RetagStatus
from app.core.job import Job, is_broken_off
from app.core.ports.journal import RetagJournal, RetagRecord
from app.core.ports.storage import ObjectStore
from app.core.tag_edits import RetagRun, TagsChange, value_tags
from app.core.tags import TagSet, check_fits, writable
from app.services.tag_rewriting import RetagReport, rewrite_tags

# Asking again wouldn't help: somebody else's change stands, and a file that is gone has no tags.
_FINAL = ("retagged-since", "gone")


def last_run(journal: RetagJournal) -> RetagRun:
    """Return the last run of which something can be undone.

    Raises:
        NothingFoundError: `nothing-to-undo`.
        LocalFileError: the journal can't be read.
    """
    runs = journal.runs()
    if not runs:
        raise NothingFoundError(
            "nothing-to-undo", "There is nothing to undo", "Only changes made on this computer can be undone here."
        )
    return runs[0]


def undo_retag(run: RetagRun, storage: ObjectStore, journal: RetagJournal, job: Job) -> RetagReport:
    """Give files the values that they had before `run`, telling `FileRetagged` and `Progressed`.

    A file whose values somebody changed since is told as a failure, `retagged-since`, and left alone. What can't be
    undone for another reason can be tried again; so can all that a cancel left. Where the storage or the sign-in broke
    it off in the middle, the rest stays in the journal, to be gone on with.

    Raises:
        InputError: `transfer-in-use`, another process is at it.
        LocalFileError: the journal can't be read or written.
        AppError: the storage can't be reached or the session has ended, and nothing was undone.
    """
    return _undo(run, storage, journal, job, is_taken_up=False)


def go_on_with_undo(run_id: int, storage: ObjectStore, journal: RetagJournal, job: Job) -> RetagReport:
    """Go on with an undo that was interrupted, as `undo_retag` does.

    Where the storage can't be reached or the session has ended, it stays as it is.

    Raises:
        NothingFoundError: `no-such-transfer`.
        AppError: as `undo_retag`.
    """
    run = next((run for run in journal.runs() if run.id == run_id), None)
    if run is None:
        raise NothingFoundError("no-such-transfer", "There is no such transfer", "It may be done already.", str(run_id))
    return _undo(run, storage, journal, job, is_taken_up=True)


def _undo(run: RetagRun, storage: ObjectStore, journal: RetagJournal, job: Job, *, is_taken_up: bool) -> RetagReport:
    record = journal.begin_undo(run.id)
    is_open = True
    try:
        changes = {change.key: change for change in journal.changes(run.id)}
        report = rewrite_tags(tuple(changes), _Undo(run, changes, record), storage, job)
        is_open = report.can_go_on(job.cancel)
    except AppError as error:
        # The person is told, and can undo it once more; what goes on another time isn't given up for that.
        is_open = is_taken_up and is_broken_off(error, job.cancel)
        raise
    finally:
        record.leave() if is_open else record.finish()
    return replace(report, run_id=run.id, is_open=is_open)


class _Undo:
    """A `Rewrite` that takes a run back."""

    def __init__(self, run: RetagRun, changes: dict[str, TagsChange], record: RetagRecord) -> None:
        self._run = run
        self._changes = changes
        self._record = record

    def decide(self, key: str, tags: TagSet) -> TagSet | None:
        change = self._changes[key]
        now = value_tags(tags, self._run.tag_keys)
        if now == change.before:
            return None
        if now != change.after:
            raise ConflictError("retagged-since", "Someone changed its tags since", "It was left as it is.", key)
        others = {name: value for name, value in writable(tags).items() if name not in self._run.tag_keys}
        restored = {**others, **change.before}
        check_fits(restored)
        return restored

    def begin(self, keys: Sequence[str]) -> None:
        """What an undo does needs no note: until it is done, the run's own stands."""

    def writes(self, key: str, before: TagSet, after: TagSet) -> None:
        """As `begin`."""

    def end(self, outcomes: Sequence[FileRetagged], unsure: Sequence[str]) -> None:
        over = [outcome.key for outcome in outcomes if _is_over(outcome)]
        if over:
            self._record.settled(over, over)


def _is_over(outcome: FileRetagged) -> bool:
    if outcome.status is not RetagStatus.FAILED:
        return True
    return outcome.error is not None and outcome.error.code in _FINAL
