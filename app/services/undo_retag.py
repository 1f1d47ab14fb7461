"""Taking back a change of tags, on files where it is still the last one."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import ConflictError, NothingFoundError
from app.core.events import FileRetagged, RetagStatus
from app.core.job import Job
from app.core.ports.journal import RetagJournal
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
        LocalFileError: the journal can't be read or written.
        AppError: the storage can't be reached or the session has ended, and nothing was undone.
    """
    changes = {change.key: change for change in journal.changes(run.id)}
    return rewrite_tags(tuple(changes), _Undo(run, changes, journal), storage, job)


class _Undo:
    """A `Rewrite` that takes a run back."""

    def __init__(self, run: RetagRun, changes: dict[str, TagsChange], journal: RetagJournal) -> None:
        self._run = run
        self._changes = changes
        self._journal = journal

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
            self._journal.forget(self._run.id, over)


def _is_over(outcome: FileRetagged) -> bool:
    if outcome.status is not RetagStatus.FAILED:
        return True
    return outcome.error is not None and outcome.error.code in _FINAL
