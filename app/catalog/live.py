"""Finding by tag the slow and certain way: S3 has no query by tag, so the tags of every object are read."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from app.catalog.ahead import ListingAhead
from app.catalog.entries import Entry
from app.catalog.recording import NoRecorder, Recorder
from app.core.errors import MissingError
from app.core.events import Match, Matches, Scanned, Unreadable
from app.core.job import Job
from app.core.objects import StoredObject, TagRead
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectReader
from app.core.query import Query
from app.core.search_report import SearchReport
from app.core.tags import TagRules, fold

_TELL_EVERY = 100
_TELL_SECONDS = 0.1


class LiveCatalog:
    """A `TagCatalog` that looks at every object of the storage bucket.

    Args:
        storage: the storage bucket.
        rules: which tags are values.
        clock: for `fresh_at`.
        new_recorder: makes what takes everything that a search reads.
        seconds: runs on steadily, from any beginning.
    """

    def __init__(
        self,
        storage: ObjectReader,
        rules: TagRules,
        clock: Clock,
        new_recorder: Callable[[], Recorder] = NoRecorder,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._storage = storage
        self._rules = rules
        self._clock = clock
        self._new_recorder = new_recorder
        self._seconds = seconds

    def search(self, query: Query, job: Job) -> SearchReport:
        """See `TagCatalog.search`; an object that goes between listing and reading is told as unreadable."""
        scan = self._scan(job)
        teller = _Teller(scan, job, self._seconds)
        for stored, read in scan.run():
            teller.looked_at(self._match(query, stored, read))
        teller.tell()
        return SearchReport(
            teller.matches, scan.looked_at, scan.unreadable, scan.unreadable == 0, "live", scan.began_at
        )

    def tag_counts(self, job: Job) -> dict[str, int]:
        """See `TagCatalog.tag_counts`; most used first."""
        spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        scan = self._scan(job)
        teller = _Teller(scan, job, self._seconds)
        for _, read in scan.run():
            for value in self._rules.values(read.tags or {}):
                spellings[fold(value)][value] += 1
            teller.looked_at(None)
        teller.tell()
        counts = {spelling.most_common(1)[0][0]: spelling.total() for spelling in spellings.values()}
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def _match(self, query: Query, stored: StoredObject, read: TagRead) -> Match | None:
        if read.tags is None:
            return None
        values = self._rules.values(read.tags)
        return Match(stored, read.tags, values) if query.matches(values) else None

    def _scan(self, job: Job) -> _Scan:
        return _Scan(self._storage, self._clock, self._new_recorder(), job)


class _Teller:
    """Tells the first match at once and the others in batches, which a slow line doesn't hold back.

    Attributes:
        matches: how many there were.
    """

    def __init__(self, scan: _Scan, job: Job, seconds: Callable[[], float]) -> None:
        self._scan = scan
        self._job = job
        self._seconds = seconds
        self._batch: list[Match] = []
        self._due_at = 0.0
        self.matches = 0

    def looked_at(self, match: Match | None) -> None:
        """Take what was found out of one more object, and tell it unless more is soon to come."""
        is_first = False
        if match is not None:
            self._batch.append(match)
            self.matches += 1
            is_first = self.matches == 1
        if is_first or self._scan.looked_at % _TELL_EVERY == 0 or self._seconds() >= self._due_at:
            self.tell()

    def tell(self) -> None:
        """Tell what there is."""
        if self._batch:
            self._job.events(Matches(tuple(self._batch)))
            self._batch = []
        self._job.events(Scanned(self.matches, self._scan.looked_at, self._scan.total))
        self._due_at = self._seconds() + _TELL_SECONDS


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
