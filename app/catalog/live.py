"""Finding by tag the slow and certain way: S3 has no query by tag, so the tags of every object are read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from app.catalog.ahead import ListingAhead
from app.catalog.recording import NoRecorder, Recorder
from app.catalog.store import Entry
from app.core.errors import MissingError
from app.core.events import Match, Matches, Scanned, Unreadable
from app.core.job import Job
from app.core.objects import StoredObject, TagRead
from app.core.ports import Clock, ObjectReader, SearchReport
from app.core.query import Query
from app.core.tags import TagRules, fold

_TELL_EVERY = 100


class LiveCatalog:
    """A `TagCatalog` that looks at every object of the storage bucket.

    Args:
        storage: the storage bucket.
        rules: which tags are values.
        clock: for `fresh_at`.
        new_recorder: makes what takes everything that a search reads.
    """

    def __init__(
        self,
        storage: ObjectReader,
        rules: TagRules,
        clock: Clock,
        new_recorder: Callable[[], Recorder] = NoRecorder,
    ) -> None:
        self._storage = storage
        self._rules = rules
        self._clock = clock
        self._new_recorder = new_recorder

    def search(self, query: Query, job: Job) -> SearchReport:
        """See `TagCatalog.search`; an object that goes between listing and reading is told as unreadable."""
        scan = self._scan(job)
        batch: list[Match] = []
        matches = 0
        for stored, read in scan.run():
            if read.tags is not None:
                values = self._rules.values(read.tags)
                if query.matches(values):
                    matches += 1
                    batch.append(Match(stored, read.tags, values))
            if scan.looked_at % _TELL_EVERY == 0:
                batch = _tell(batch, scan, matches, job)
        _tell(batch, scan, matches, job)
        return SearchReport(matches, scan.looked_at, scan.unreadable, scan.unreadable == 0, "live", scan.began_at)

    def tag_counts(self, job: Job) -> dict[str, int]:
        """See `TagCatalog.tag_counts`; most used first."""
        spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        scan = self._scan(job)
        for _, read in scan.run():
            for value in self._rules.values(read.tags or {}):
                spellings[fold(value)][value] += 1
            if scan.looked_at % _TELL_EVERY == 0:
                job.events(Scanned(0, scan.looked_at, scan.total))
        job.events(Scanned(0, scan.looked_at, scan.total))
        counts = {spelling.most_common(1)[0][0]: spelling.total() for spelling in spellings.values()}
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def _scan(self, job: Job) -> _Scan:
        return _Scan(self._storage, self._clock, self._new_recorder(), job)


def _tell(batch: list[Match], scan: _Scan, matches: int, job: Job) -> list[Match]:
    if batch:
        job.events(Matches(tuple(batch)))
    job.events(Scanned(matches, scan.looked_at, scan.total))
    return []


class _Scan:
    """Reads the tags of every object, while the listing runs ahead."""

    def __init__(self, storage: ObjectReader, clock: Clock, recorder: Recorder, job: Job) -> None:
        self._storage = storage
        self._clock = clock
        self._recorder = recorder
        self._job = job
        self._listing = ListingAhead(storage, job.cancel)
        self._waiting: dict[str, StoredObject] = {}
        self.began_at = clock.now()
        self.looked_at = 0
        self.unreadable = 0

    @property
    def total(self) -> int | None:
        """Objects of the bucket, once the listing has ended."""
        return self._listing.total

    def run(self) -> Iterator[tuple[StoredObject, TagRead]]:
        whole_since = None
        try:
            for read in self._storage.read_tags(self._keys(), self._job.cancel):
                stored = self._waiting.pop(read.key)
                self.looked_at += 1
                if read.error is not None:
                    self.unreadable += 1
                    self._job.events(Unreadable(read.key, read.error))
                if not isinstance(read.error, MissingError):
                    self._recorder.take(Entry(stored, read.tags, self._clock.now()))
                yield stored, read
            whole_since = self.began_at
        finally:
            self._recorder.end(whole_since)

    def _keys(self) -> Iterator[str]:
        for stored in self._listing.files():
            self._waiting[stored.key] = stored
            yield stored.key
