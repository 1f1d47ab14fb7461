"""Bringing the local index up to date: by a listing, and by reading again what was read longest ago."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.catalog.ahead import ListingAhead
from app.catalog.entries import Entry
from app.catalog.starting import Renewed, renew
from app.catalog.store import LEASE, IndexStore
from app.core.errors import MissingError
from app.core.events import Scanned
from app.core.job import Job
from app.core.objects import StoredObject
from app.core.ports.catalog import RefreshReport
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectReader

_DAY = timedelta(days=1)
_KEPT_AT_ONCE = 500
_LISTED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Rereading:
    """How much is read again though a listing shows no change: a re-tag by another tool changes neither ETag nor time.

    Attributes:
        older_than: tags that were read longer ago than this are read again.
        per_day: objects at most, those read longest ago first; 0 for none. Many desktops share the bill.
    """

    older_than: timedelta
    per_day: int

    def at_most(self, since_last: timedelta) -> int:
        """Return how many objects a refresh may read again, this long after the one before."""
        return int(self.per_day * (min(since_last, _DAY) / _DAY))


def refresh(
    store: IndexStore,
    storage: ObjectReader,
    clock: Clock,
    rereading: Rereading,
    job: Job,
    *,
    rereads: bool = False,
) -> RefreshReport:
    """List the bucket, read the tags of what is new or changed, leave out what is gone; tells `Scanned`.

    What was learnt until a cancel or an outage stays, and the next refresh goes on from there. Where a published
    catalogue is fresh, that is taken in now and then instead of reading again what is due.

    Args:
        store: the index.
        storage: the bucket.
        clock: tells when tags were read.
        rereading: how much is read again.
        job: cancels it and hears of it.
        rereads: read again what is due, whatever is published.

    Raises:
        AppError: the storage refuses the listing or can't be reached.
        CancelledError: when cancelled.
        sqlite3.Error: the file is damaged, or its disk is full.
    """
    started_at = clock.now()
    if not store.lease(started_at, started_at + LEASE):
        return RefreshReport(is_done=False)
    try:
        before = store.completed_at
        renewed = Renewed() if before is None or rereads else renew(store, storage, clock, job)
        run = _Refresh(store, storage, clock, started_at, job)
        run.by_listing()
        if before is not None and not renewed.is_fresh:
            run.by_age(rereading.older_than, rereading.at_most(started_at - before))
        return run.report(renewed.is_taken)
    finally:
        store.end_lease()


class _Refresh:
    def __init__(self, store: IndexStore, storage: ObjectReader, clock: Clock, started_at: datetime, job: Job) -> None:
        self._store = store
        self._storage = storage
        self._clock = clock
        self._started_at = started_at
        self._job = job
        self._listing = ListingAhead(storage, job.cancel)
        self._seen = bytearray(store.last_number() + 1)
        self._objects = 0
        self._read = 0
        self._removed = 0

    def by_listing(self) -> None:
        self._read_tags(self._changed())
        self._removed += self._store.forget_unseen(self._seen, self._started_at)
        self._store.complete(self._started_at)

    def by_age(self, older_than: timedelta, at_most: int) -> None:
        if at_most > 0:
            self._read_tags(self._store.longest_unread(self._started_at - older_than, at_most))

    def report(self, started_from_published: bool) -> RefreshReport:
        return RefreshReport(self._objects, self._read, self._removed, started_from_published=started_from_published)

    def _changed(self) -> Iterator[StoredObject]:
        """Yield what a listing shows that isn't as it was when its tags were read."""
        for page in _chunks(self._listing.files(), _LISTED_AT_ONCE):
            known = self._store.known([stored.key for stored in page])
            for found in known.values():
                if found.number < len(self._seen):
                    self._seen[found.number] = 1
            yield from (stored for stored in page if stored.key not in known or not known[stored.key].is_still(stored))
            self._objects += len(page)
            self._job.events(Scanned(0, self._objects, self._listing.total))
            self._prolong_lease()

    def _read_tags(self, files: Iterable[StoredObject]) -> None:
        waiting: dict[str, StoredObject] = {}

        def keys() -> Iterator[str]:
            for stored in files:
                waiting[stored.key] = stored
                yield stored.key

        entries: list[Entry] = []
        gone: list[str] = []
        try:
            for read in self._storage.read_tags(keys(), self._job.cancel):
                stored = waiting.pop(read.key)
                if isinstance(read.error, MissingError):
                    gone.append(read.key)
                else:
                    entries.append(Entry(stored, read.tags, self._clock.now()))
                if len(entries) >= _KEPT_AT_ONCE:
                    self._keep(entries)
                    entries = []
        finally:
            self._keep(entries)
            self._store.forget(gone, self._clock.now())
            self._removed += len(gone)

    def _keep(self, entries: list[Entry]) -> None:
        self._store.put(entries)
        self._read += len(entries)
        self._prolong_lease()

    def _prolong_lease(self) -> None:
        self._store.prolong_lease(self._clock.now() + LEASE)


def _chunks(files: Iterator[StoredObject], size: int) -> Iterator[list[StoredObject]]:
    chunk: list[StoredObject] = []
    for stored in files:
        chunk.append(stored)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
