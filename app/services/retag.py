"""Changing the tag values of stored files: added, taken off, renamed, merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.errors import AppError
from app.core.events import Event, FileRetagged, Match, Matches, RetagStatus
from app.core.job import Job
from app.core.ports.catalog import SearchReport, TagCatalog
from app.core.ports.journal import RetagJournal
from app.core.ports.storage import ObjectStore
from app.core.query import Query, Term
from app.core.tag_edits import TagEdit, TagsChange, check_edits, edited, value_tags
from app.core.tags import TagRules, TagSet
from app.services.tag_rewriting import RetagReport, rewrite_tags


@dataclass(frozen=True, slots=True)
class RetagRequest:
    """What is changed, and on which files.

    Attributes:
        files: as they were last seen; what is changed is what they carry when their turn comes.
        edits: done to each of them, one after the other; values normalised.
        rules: which tags are values.
    """

    files: tuple[Match, ...]
    edits: tuple[TagEdit, ...]
    rules: TagRules


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

    What is about to be made of which file is on the disk before it is written. A cancel ends in a report too.

    Raises:
        InputError: a new value can't be stored; nothing was changed.
        LocalFileError: the journal can't be written; nothing was changed.
        AppError: the storage can't be reached or the session has ended, and nothing was changed.
    """
    check_edits(request.edits, request.rules)
    run = _Run(request, journal)
    return rewrite_tags(tuple(run.seen), run, storage, job)


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

    def __init__(self, request: RetagRequest, journal: RetagJournal) -> None:
        self.seen = {match.stored.key: match for match in request.files}
        self._request = request
        self._journal = journal
        self._run_id: int | None = None
        self._noted: dict[str, TagsChange] = {}

    def decide(self, key: str, tags: TagSet) -> TagSet | None:
        return _wanted(tags, self._request)

    def begin(self, keys: Sequence[str]) -> None:
        foreseen = (_foreseen(self.seen[key], self._request) for key in keys)
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
        changed = {outcome.key for outcome in outcomes if outcome.status is RetagStatus.RETAGGED}
        others = self._noted.keys() - changed - set(unsure)
        if others and self._run_id is not None:
            self._journal.forget(self._run_id, others)
        self._noted.clear()

    def _change(self, key: str, before: TagSet, after: TagSet) -> TagsChange:
        keys = self._request.rules.keys
        return TagsChange(key, value_tags(before, keys), value_tags(after, keys))

    def _note(self, changes: Sequence[TagsChange]) -> None:
        if not changes:
            return
        if self._run_id is None:
            self._run_id = self._journal.begin(self._request.edits, self._request.rules.keys)
        self._journal.planned(self._run_id, changes)
        self._noted.update((change.key, change) for change in changes)
