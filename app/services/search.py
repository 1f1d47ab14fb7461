"""Finding by tag, and what is filled in afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from app.core.events import Event, Events, Match, Matches, UploaderRead
from app.core.job import Job
from app.core.objects import UPLOADED_BY_METADATA
from app.core.ports.catalog import TagCatalog
from app.core.ports.storage import ObjectReader
from app.core.query import Query
from app.core.search_report import SearchReport


def search(query: Query, catalog: TagCatalog, job: Job) -> SearchReport:
    """Tell every file that is meant as `Matches`, what can't be read as `Unreadable`, and `Scanned`.

    Raises:
        AppError: the storage refuses the listing or can't be reached.
        CancelledError: when cancelled; what was told until then stands.
    """
    return catalog.search(query, job)


def search_again(query: Query, catalog: TagCatalog, known: Mapping[str, Match], job: Job) -> SearchReport | None:
    """Search once more after the local index was brought up to date, unless it knows what is known already.

    Args:
        query: what is looked for.
        catalog: answers from the local index.
        known: what was found before, by key.
        job: as of `search`.

    Returns:
        None where the answer is the same: then nothing is told, and the storage isn't asked.

    Raises:
        AppError: the storage can't be reached.
        CancelledError: when cancelled; what was told until then stands.
    """
    try:
        return catalog.search(query, Job(job.cancel, _UnlessSame(known, job.events)))
    except _SameError:
        return None


class _SameError(Exception):
    """The index knows nothing new."""


class _UnlessSame:
    """Holds back what the index knows until it has told all of it, and breaks off where that is the same as before."""

    def __init__(self, known: Mapping[str, Match], events: Events) -> None:
        self._known = known
        self._events = events
        self._held: list[Matches] = []
        self._is_open = False

    def __call__(self, event: Event, /) -> None:
        if self._is_open:
            self._events(event)
        elif isinstance(event, Matches) and not event.is_certain:
            self._held.append(event)
        else:
            self._open(event)

    def _open(self, event: Event) -> None:
        hits = {match.stored.key: match for held in self._held for match in held.batch}
        if hits.keys() == self._known.keys() and all(_is_same(hits[key], self._known[key]) for key in hits):
            raise _SameError
        self._is_open = True
        for told in (*self._held, event):
            self._events(told)


def _is_same(one: Match, other: Match) -> bool:
    return one.stored.etag == other.stored.etag and one.tags == other.tags


def read_uploaders(keys: Iterable[str], storage: ObjectReader, job: Job) -> None:
    """Tell who uploaded each file as `UploaderRead`; a file that can't be asked is left out.

    Raises:
        AppError: the storage can't be reached.
        CancelledError: when cancelled.
    """
    for read in storage.head_many(keys, job.cancel):
        if read.head is not None:
            job.events(UploaderRead(read.key, unquote(read.head.metadata.get(UPLOADED_BY_METADATA, ""))))


def tag_counts(catalog: TagCatalog, job: Job) -> dict[str, int]:
    """Return the values in use with the number of files that carry each.

    Raises:
        AppError: the storage refuses the listing or can't be reached.
        CancelledError: when cancelled.
    """
    return catalog.tag_counts(job)
