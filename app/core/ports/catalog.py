"""Finding by tag, and the local index that answers at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.core.job import Job
from app.core.ports.storage import ObjectReader, ObjectStore
from app.core.query import Query
from app.core.search_report import SearchReport

QUICKLY_LISTED = 50_000
"""So many objects are listed in a few seconds: the local index can be brought up to date while somebody waits."""


class TagCatalog(Protocol):
    """Finds by tag."""

    def search(self, query: Query, job: Job) -> SearchReport:
        """Tell every match as `Matches`, what can't be read as `Unreadable`, and `Scanned` now and then.

        Raises:
            AppError: the storage refuses the listing or can't be reached.
            CancelledError: when cancelled; what was told until then stands.
        """

    def tag_counts(self, job: Job) -> dict[str, int]:
        """Return the values in use (of equal ones the spelling used most) with the number of files of each."""


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """How a refresh of the local index ended.

    Attributes:
        objects: in the bucket.
        read: whose tags were read, because they were new, changed or due.
        removed: that are gone.
        is_done: False where another program is at it just now, and nothing was done.
        started_from_published: whether the published catalogue was taken in first.
    """

    objects: int = 0
    read: int = 0
    removed: int = 0
    is_done: bool = True
    started_from_published: bool = False


@dataclass(frozen=True, slots=True)
class Publication:
    """A list of all files that was published for other desktops.

    Attributes:
        key: in the storage bucket.
        objects: in it.
        size_bytes: of it, compressed.
    """

    key: str
    objects: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the local index is.

    Attributes:
        completed_at: as of when it knows the whole bucket, aware UTC; None where it never did.
        objects: in it.
    """

    completed_at: datetime | None
    objects: int


class IndexKeeper(Protocol):
    """Keeps the local index of one bucket and one person.

    Attributes:
        was_rebuilt: whether the file was damaged and is begun anew.
    """

    was_rebuilt: bool

    def state(self) -> IndexState:
        """Return as of when it knows the whole bucket, and how large that is.

        Raises:
            LocalFileError: the file can't be read.
        """

    def start(self, storage: ObjectReader, job: Job) -> bool:
        """Start from the published catalogue where the index never knew the whole bucket; tell whether it knows it now.

        A published catalogue that can't be used is logged, and passed over.

        Raises:
            LocalFileError: the file can't be read or written.
            SignInError: the session has ended and can't be renewed.
            OutageError: the storage can't be reached at all.
            CancelledError: when cancelled; nothing was taken in.
        """

    def refresh(self, storage: ObjectReader, job: Job, *, starts: bool = True, rereads: bool = False) -> RefreshReport:
        """Bring it up to date by a listing, reading what is new, changed or due; tells `Scanned`.

        Where a published catalogue is fresh, what was read for it counts, and nothing is read again because it is due.

        Args:
            storage: the bucket.
            job: cancels it and hears of it.
            starts: `start` first.
            rereads: read what is due, whatever is published: the one that publishes does.

        Raises:
            LocalFileError: the file can't be read or written.
            AppError: the storage refuses the listing or can't be reached.
            CancelledError: when cancelled; what was learnt until then stays.
        """

    def publish(self, storage: ObjectStore, job: Job) -> Publication:
        """Store what the index knows in the bucket, for other desktops to start from.

        Raises:
            InputError: `no-index`, it never knew the whole bucket.
            ConfigurationError: `catalogue-too-large`.
            ConflictError: `published-meanwhile`, somebody else did; theirs stays.
            LocalFileError: the file can't be read, or there is no room for what is to be published.
            AppError: the storage refuses it or can't be reached.
            CancelledError: when cancelled; what was published before stays.
        """

    def clear(self) -> None:
        """Forget everything, so that the next refresh reads all of it again.

        Raises:
            LocalFileError: the file can't be written.
        """

    def check(self) -> bool:
        """Read the whole file and tell whether it is good; a damaged one is built anew at the next start."""

    def delete(self) -> None:
        """Delete the file: who signs out leaves no names behind.

        Raises:
            LocalFileError: it can't be deleted.
        """

    def close(self) -> None:
        """Write what is left and close the file."""
