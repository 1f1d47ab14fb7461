"""Finding by tag from the local index: at once, and certain as soon as the hits have been looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import unquote

from app.catalog.entries import Entry
from app.catalog.store import IndexStore
from app.core.errors import InputError, MissingError
from app.core.events import Match, Matches, Scanned, Unreadable, UploaderRead, Withdrawn
from app.core.job import Job
from app.core.objects import UPLOADED_BY_METADATA, ObjectHead, StoredObject, TagRead
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectReader
from app.core.query import Query
from app.core.search_report import SearchReport
from app.core.tags import TagRules

_LOOKED_AT_ONCE = 500


class IndexCatalog:
    """A `TagCatalog` over an index that has known the whole bucket at some time.

    A re-tag by another tool changes neither ETag nor time, so every hit is looked at before it counts. What
    others tagged since the last refresh and isn't a hit here is found by the next one, or by a live search.

    Args:
        store: the index.
        storage: the bucket, to look at hits.
        rules: which tags are values.
        clock: tells when hits were looked at.
        start: fills an index that never knew the whole bucket, if that takes a moment only; tells whether it did.
    """

    def __init__(
        self,
        store: IndexStore,
        storage: ObjectReader,
        rules: TagRules,
        clock: Clock,
        start: Callable[[Job], bool] = lambda job: False,
    ) -> None:
        self._store = store
        self._storage = storage
        self._rules = rules
        self._clock = clock
        self._start = start

    def is_ready(self, job: Job) -> bool:
        """Tell whether it can answer: it knows the whole bucket, or starts from the published catalogue right now.

        Raises:
            SignInError: the session has ended and can't be renewed.
            OutageError: the storage can't be reached at all.
            CancelledError: when cancelled.
            sqlite3.Error: the index is damaged.
        """
        return self._store.completed_at is not None or self._start(job)

    def search(self, query: Query, job: Job) -> SearchReport:
        """See `TagCatalog.search`; hits are told without certainty first, then looked at, the newest first.

        Raises:
            InputError: `no-index`.
        """
        fresh_at = self._completed_at(job)
        objects, _ = self._store.count()
        files = self._tell_hits(query, job) + self._store.unreadable()
        look = _Look(query, self._store, self._storage, self._rules, self._clock, job)
        for start in range(0, len(files), _LOOKED_AT_ONCE):
            job.events(Scanned(look.matches, objects, objects))
            look.at(files[start : start + _LOOKED_AT_ONCE])
        job.events(Scanned(look.matches, objects, objects))
        return SearchReport(look.matches, objects, look.unreadable, look.unreadable == 0, "index", fresh_at)

    def tag_counts(self, job: Job) -> dict[str, int]:
        """See `TagCatalog.tag_counts`; as of the last refresh."""
        self._completed_at(job)
        objects, _ = self._store.count()
        job.events(Scanned(0, objects, objects))
        return self._store.counts()

    def _completed_at(self, job: Job) -> datetime:
        completed_at = self._store.completed_at if self.is_ready(job) else None
        if completed_at is None:
            raise InputError(
                "no-index",
                "There is no list of all files on this computer yet",
                "Make one with tagdrop index, or search with --engine live.",
            )
        return completed_at

    def _tell_hits(self, query: Query, job: Job) -> list[StoredObject]:
        hits: list[StoredObject] = []
        for batch in self._store.find(query):
            job.cancel.raise_if_cancelled()
            job.events(Matches(batch, is_certain=False))
            hits += (match.stored for match in batch)
        hits.sort(key=lambda stored: stored.last_modified, reverse=True)
        return hits


class _Look:
    """Looks at files: what they are now, and how they are tagged now."""

    def __init__(
        self, query: Query, store: IndexStore, storage: ObjectReader, rules: TagRules, clock: Clock, job: Job
    ) -> None:
        self._query = query
        self._store = store
        self._storage = storage
        self._rules = rules
        self._clock = clock
        self._job = job
        self.matches = 0
        self.unreadable = 0

    def at(self, files: Sequence[StoredObject]) -> None:
        """Tell which of these files are meant, and keep what was learnt.

        Raises:
            AppError: the storage can't be reached.
            CancelledError: when cancelled.
        """
        asked_at = self._clock.now()
        now, uploaders = self._as_they_are(files)
        reads = list(self._storage.read_tags(now, self._job.cancel))
        gone = {stored.key for stored in files} - set(now)
        gone |= {read.key for read in reads if isinstance(read.error, MissingError)}
        entries = [Entry(now[read.key], read.tags, asked_at) for read in reads if read.key not in gone]
        self._store.put(entries)
        self._store.put_uploaders((now[key], name) for key, name in uploaders.items() if key not in gone)
        self._store.forget(gone, asked_at)
        self._tell([read for read in reads if read.key not in gone], entries, gone)

    def _as_they_are(self, files: Sequence[StoredObject]) -> tuple[dict[str, StoredObject], dict[str, str]]:
        """Return the files that are there, and who uploaded them; one that may not be asked about stays as it was."""
        now = {stored.key: stored for stored in files}
        uploaders: dict[str, str] = {}
        for read in self._storage.head_many(list(now), self._job.cancel):
            if read.head is not None:
                now[read.key] = _newer(now[read.key], read.head.stored)
                uploaders[read.key] = _uploader(read.head)
                self._job.events(UploaderRead(read.key, uploaders[read.key]))
            elif read.error is None:
                del now[read.key]
        return now, uploaders

    def _tell(self, reads: Sequence[TagRead], entries: Sequence[Entry], gone: set[str]) -> None:
        matches: list[Match] = []
        withdrawn = list(gone)
        for read, entry in zip(reads, entries, strict=True):
            if read.error is not None:
                self.unreadable += 1
                self._job.events(Unreadable(read.key, read.error))
            values = self._rules.values(read.tags or {})
            if read.tags is not None and self._query.matches(values):
                matches.append(Match(entry.stored, read.tags, values))
            else:
                withdrawn.append(read.key)
        self.matches += len(matches)
        if withdrawn:
            self._job.events(Withdrawn(tuple(withdrawn)))
        if matches:
            self._job.events(Matches(tuple(matches)))


def _newer(known: StoredObject, found: StoredObject) -> StoredObject:
    """Return what was found, unless it is what is known: a HEAD tells whole seconds, a listing more."""
    return known if (known.etag, known.size_bytes) == (found.etag, found.size_bytes) else found


def _uploader(head: ObjectHead) -> str:
    return unquote(head.metadata.get(UPLOADED_BY_METADATA, ""))
