"""Changing the tag values of stored files: added, taken off, renamed, merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.core.errors import AppError
from app.core.events import Event, FileRetagged, Match, Matches, RetagStatus
from app.core.job import CancelToken, Job, is_broken_off
from app.core.ports.catalog import TagCatalog
from app.core.ports.journal import RetagJournal, RetagRecord
from app.core.ports.storage import ObjectStore
from app.core.query import Query, Term
from app.core.search_report import SearchReport
from app.core.tag_edits import RetagRequest, TagsChange, check_edits, edited, value_tags
from app.core.tags import TagSet
from app.services.tag_rewriting import RetagReport, rewrite_tags, was_broken_off


@dataclass(frozen=True, slots=True)
class Carriers:
    """The files that carry a value.

    Attributes:
        files: in the order of their keys.
        search: how the search for them ended; it may not have been able to look at all.
    """

    files: tuple[Match, ...]
    search: SearchReport


def carriers_of(value: str, catalog: TagCatalog, job: Job) -> Carriers:
    """Find the files that carry `value`, so that they are counted before they are changed; tells what a search tells.

    Raises:
        AppError: as `TagCatalog.search`.
        CancelledError: when cancelled.
    """
    found: dict[str, Match] = {}

    def take(event: Event) -> None:
        if isinstance(event, Matches) and event.is_certain:
            found.update((match.stored.key, match) for match in event.batch)
        job.events(event)

    report = catalog.search(Query((Term(value),)), Job(job.cancel, take))
    return Carriers(tuple(found[key] for key in sorted(found)), report)


def foresee(request: RetagRequest) -> Iterator[FileRetagged]:
    """Yield what would become of each file, were its tags still as they were last seen; asks nobody.

    Raises:
        InputError: as `retag`.
    """
    check_edits(request.edits, request.rules)
    for match in request.files:
        yield _foreseen(match, request)


def retag(request: RetagRequest, storage: ObjectStore, journal: RetagJournal, job: Job) -> RetagReport:
    """Change the tags of files, telling `FileRetagged` and `Progressed`; other programs' tags and the fixed ones stay.

    What is about to be made of which file is on the disk before it is written. A cancel ends in a report too. Files
    that the storage or the sign-in broke off stay in the journal, to be gone on with.

    Raises:
        InputError: a new value can't be stored; nothing was changed.
        LocalFileError: the journal can't be written; nothing was changed.
        AppError: the storage can't be reached or the session has ended, and nothing was changed.
    """
    check_edits(request.edits, request.rules)
    return _recorded(_Run(request, journal, job.cancel), storage, job)


def go_on_with_retag(run_id: int, storage: ObjectStore, journal: RetagJournal, job: Job) -> RetagReport:
    """Go on with a change of tags that was interrupted, as `retag` does; it can be undone as a whole then.

    Where the storage can't be reached or the session has ended, it stays as it is.

    Raises:
        NothingFoundError: `no-such-transfer`.
        InputError: `transfer-in-use`, another process goes on with it.
        AppError: as `retag`.
    """
    request, record = journal.take_up(run_id)
    run = _Run(request, journal, job.cancel, record, journal.changes(run_id))
    return _recorded(run, storage, job, is_taken_up=True)


def _recorded(run: _Run, storage: ObjectStore, job: Job, *, is_taken_up: bool = False) -> RetagReport:
    is_open = True
    try:
        report = rewrite_tags(tuple(run.seen), run, storage, job)
        is_open = run.record is not None and report.can_go_on(job.cancel)
    except AppError as error:
        # The person is told, and nothing was changed; what was done before isn't given up for that.
        is_open = is_taken_up and is_broken_off(error, job.cancel)
        raise
    finally:
        if run.record is not None:
            run.record.leave() if is_open else run.record.finish()
    return replace(report, run_id=run.record.run_id if run.record is not None else None, is_open=is_open)


def _foreseen(match: Match, request: RetagRequest) -> FileRetagged:
    key = match.stored.key
    try:
        wanted = _wanted(match.tags, request)
    except AppError as error:
        return FileRetagged(key, RetagStatus.FAILED, match.tags, error.about(key))
    if wanted is None:
        return FileRetagged(key, RetagStatus.UNCHANGED, match.tags)
    return FileRetagged(key, RetagStatus.RETAGGED, wanted)


def _wanted(tags: TagSet, request: RetagRequest) -> TagSet | None:
    values = request.rules.values(tags)
    wanted = edited(values, request.edits)
    return None if wanted == values else request.rules.with_values(tags, wanted)


class _Run:
    """A `Rewrite` that is written down in the journal."""

    def __init__(
        self,
        request: RetagRequest,
        journal: RetagJournal,
        cancel: CancelToken,
        record: RetagRecord | None = None,
        earlier: Iterable[TagsChange] = (),
    ) -> None:
        self.record = record
        self._journal = journal
        self._cancel = cancel
        self.seen = {match.stored.key: match for match in request.files}
        self._request = request
        self._earlier = {change.key: change for change in earlier if change.key in self.seen}
        self._noted: dict[str, TagsChange] = {}

    def decide(self, key: str, tags: TagSet) -> TagSet | None:
        return _wanted(tags, self._request)

    def begin(self, keys: Sequence[str]) -> None:
        self._noted.update((key, self._earlier[key]) for key in keys if key in self._earlier)
        foreseen = (_foreseen(self.seen[key], self._request) for key in keys if key not in self._earlier)
        self._note(
            [
                self._change(outcome.key, self.seen[outcome.key].tags, outcome.tags)
                for outcome in foreseen
                if outcome.status is RetagStatus.RETAGGED and outcome.tags is not None
            ]
        )

    def writes(self, key: str, before: TagSet, after: TagSet) -> None:
        change = self._change(key, before, after)
        if self._noted.get(key) != change:  # somebody changed its tags since it was last seen
            self._note([change])

    def end(self, outcomes: Sequence[FileRetagged], unsure: Sequence[str]) -> None:
        unchanged = self._noted.keys() - set(unsure) - {outcome.key for outcome in outcomes if self._is_ours(outcome)}
        if self.record is not None:
            settled = [outcome.key for outcome in outcomes if not was_broken_off(outcome, self._cancel)]
            self.record.settled(settled, unchanged)
        self._noted.clear()

    def _is_ours(self, outcome: FileRetagged) -> bool:
        """Tell whether a file carries what this run made of it; maybe before it was interrupted, unacknowledged."""
        if outcome.status is RetagStatus.UNCHANGED:
            return outcome.key in self._earlier
        return outcome.status is RetagStatus.RETAGGED

    def _change(self, key: str, before: TagSet, after: TagSet) -> TagsChange:
        keys = self._request.rules.keys
        return TagsChange(key, value_tags(before, keys), value_tags(after, keys))

    def _note(self, changes: Sequence[TagsChange]) -> None:
        if not changes:
            return
        if self.record is None:
            self.record = self._journal.begin(self._request)
        self.record.planned(changes)
        self._noted.update((change.key, change) for change in changes)
