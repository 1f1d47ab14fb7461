"""Taking back a change of tags, on files where it is still the last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.core.errors import AppError, ConflictError, NothingFoundError
from app.core.events import FileRetagged, RetagStatus
from app.core.job import Job
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
    undone for another reason can be tried again; so can all that a cancel left.

    Raises:
        InputError: `transfer-in-use`, another process is at it.
        LocalFileError: the journal can't be read or written.
        AppError: the storage can't be reached or the session has ended, and nothing was undone.
    """
    record = journal.begin_undo(run.id)
    is_over = False
    try:
        changes = {change.key: change for change in journal.changes(run.id)}
        report = rewrite_tags(tuple(changes), _Undo(run, changes, record), storage, job)
        is_over = not (report.is_cancelled and job.cancel.is_for_later)
    except AppError:
        is_over = True  # the person is told, and can undo it once more
        raise
    finally:
        record.finish() if is_over else record.leave()
    return replace(report, run_id=run.id)


def go_on_with_undo(run_id: int, storage: ObjectStore, journal: RetagJournal, job: Job) -> RetagReport:
    """Go on with an undo that was interrupted, as `undo_retag` does.

    Raises:
        NothingFoundError: `no-such-transfer`.
        AppError: as `undo_retag`.
    """
    run = next((run for run in journal.runs() if run.id == run_id), None)
    if run is None:
        raise NothingFoundError("no-such-transfer", "There is no such transfer", "It may be done already.", str(run_id))
    return undo_retag(run, storage, journal, job)


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
