"""What the use cases need from outside, as Protocols; `app.bootstrap` hands in the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from app.core.errors import SignInError
from app.core.identity import Account, Credentials, Identity, IdToken
from app.core.job import CancelToken, Job
from app.core.objects import (
    Content,
    Copy,
    CopyResult,
    Deletion,
    HeadRead,
    ObjectHead,
    OpenUpload,
    Put,
    PutResult,
    SizedKey,
    StoredObject,
    TagPut,
    TagPutResult,
    TagRead,
)
from app.core.parts import PartsRecord
from app.core.query import Query
from app.core.tag_edits import RetagRun, TagEdit, TagsChange
from app.core.tags import TagSet


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""


class ObjectReader(Protocol):
    """Reads one bucket. Calls over many objects stream: they start before the keys have ended.

    Attributes:
        bucket: its name.
    """

    bucket: str

    def list_objects(self, prefix: str, cancel: CancelToken) -> Iterator[tuple[StoredObject, ...]]:
        """Yield every object whose key begins with `prefix`, a page at a time.

        Raises:
            AppError: when a page can't be had, after retries.
            CancelledError: when cancelled.
        """

    def read_tags(self, keys: Iterable[str], cancel: CancelToken) -> Iterator[TagRead]:
        """Yield the tags of each object, in any order; what can't be read is an answer too.

        Raises:
            AppError: when the storage can't be reached or the session has ended, after retries.
            CancelledError: when cancelled.
        """

    def head_many(self, keys: Iterable[str], cancel: CancelToken) -> Iterator[HeadRead]:
        """Yield what the storage tells of each object, in any order."""

    def head(self, key: str, cancel: CancelToken) -> ObjectHead | None:
        """Return what the storage tells of one object; None when there is none.

        Raises:
            AppError: when it can't be had, after retries.
            CancelledError: when cancelled.
        """

    def read_many(self, objects: Iterable[SizedKey], cancel: CancelToken) -> Iterator[Content]:
        """Yield the whole content of each (small) object, in the order of `objects`."""

    def read_stream(self, stored: StoredObject, cancel: CancelToken, offset: int = 0) -> Iterator[bytes]:
        """Yield one object's content from `offset`, in order, in pieces of some MiB.

        Raises:
            ConflictError: the object isn't the one that was seen any more.
            MissingError: it is gone.
            AppError: the storage can't be reached, after retries.
            CancelledError: when cancelled.
        """


class PartSource(Protocol):
    """The content of a large object, read once from beginning to end."""

    def parts(self, part_size_bytes: int) -> Iterator[bytes]:
        """Yield the content in parts of this size, the last one less.

        Raises:
            LocalFileError: it can't be read, or changed meanwhile.
        """

    def crc32(self) -> int:
        """Return the CRC32 of what was read; to be asked after the last part."""


class ObjectWriter(Protocol):
    """Writes to one bucket.

    Attributes:
        writes_atomically: whether the condition of a write holds even against another one of that name in the
            same moment; where it doesn't, who wrote has to look again.
    """

    writes_atomically: bool

    def put_many(
        self, puts: Iterable[Put], cancel: CancelToken, meanwhile: Callable[[], None] | None = None
    ) -> Iterator[PutResult]:
        """Write small objects, each by one request, and yield what became of each, in any order.

        When cancelled it takes no more of `puts`, waits briefly for those under way and yields what became
        of them; it doesn't raise.

        Args:
            puts: taken one at a time, when there is room for another request.
            cancel: ends it.
            meanwhile: called every half second or so, also when no answer comes.

        Raises:
            AppError: when the storage can't be reached or the session has ended, after retries.
        """

    def put_large(
        self,
        put: Put,
        size_bytes: int,
        source: PartSource,
        sent: Callable[[int], None],
        cancel: CancelToken,
        meanwhile: Callable[[], None] | None = None,
        parts: PartsRecord | None = None,
    ) -> PutResult:
        """Write one object in parts; unless it succeeds nothing of it stays in the storage.

        With `parts` it goes on from the parts that the storage acknowledged to the upload that is remembered there,
        where they are still those of the source; and those that were acknowledged stay when the storage can't be
        reached or the session has ended.

        Args:
            put: `body` and `crc32` are not looked at.
            size_bytes: of the content.
            source: yields the content.
            sent: called with the size of each part that the storage acknowledged.
            cancel: ends it.
            meanwhile: as in `put_many`.
            parts: remembers the upload.

        Raises:
            LocalFileError: from `source`.
            OutageError: the storage can't be reached, after retries.
            SignInError: the session has ended and can't be renewed.
            CancelledError: when cancelled.
        """

    def put_tags_many(self, puts: Iterable[TagPut], cancel: CancelToken) -> Iterator[TagPutResult]:
        """Give stored objects other tag sets and yield what became of each, in any order.

        It ends as `put_many` does when cancelled. No storage has a condition for this: what somebody else wrote a
        moment before is overwritten.

        Raises:
            AppError: when the storage can't be reached or the session has ended, after retries.
        """

    def copy_many(self, source_bucket: str, copies: Iterable[Copy], cancel: CancelToken) -> Iterator[CopyResult]:
        """Copy objects of another bucket of the same server into this one, in the order of `copies`."""

    def delete_many(self, keys: Iterable[str], cancel: CancelToken) -> Iterator[Deletion]:
        """Delete objects and yield what became of each."""

    def open_uploads(self, prefix: str) -> Iterator[OpenUpload]:
        """Yield the multipart uploads under `prefix` that nobody ended."""

    def abort_upload(self, key: str, upload_id: str) -> None:
        """End a multipart upload and free its parts."""


class WriteObserver(Protocol):
    """Learns what this program wrote to a bucket; must not wait."""

    def wrote(self, stored: StoredObject, tags: TagSet) -> None:
        """Take note of an object that the storage acknowledged."""

    def retagged(self, key: str, tags: TagSet) -> None:
        """Take note of a stored object that carries these tags now."""

    def deleted(self, keys: Iterable[str]) -> None:
        """Take note of objects that are gone."""


class ObjectStore(ObjectReader, ObjectWriter, Protocol):
    """One bucket, to read and to write."""


@dataclass(frozen=True, slots=True)
class SearchReport:
    """How a search ended.

    Attributes:
        matches: files found.
        looked_at: objects looked at.
        unreadable: objects whose tags couldn't be read.
        is_complete: whether every object of the bucket was looked at and readable.
        engine: `live`, `index` or `athena`.
        fresh_at: as of when the answer holds, aware UTC.
    """

    matches: int
    looked_at: int
    unreadable: int
    is_complete: bool
    engine: str
    fresh_at: datetime


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


class IdentitySource(Protocol):
    """Yields credentials, and says whose they are."""

    def credentials(self) -> Credentials:
        """Return credentials that are good now; may ask the network.

        Raises:
            SignInError: there are none, or they ended and can't be renewed.
        """

    def identity(self) -> Identity:
        """Return whose credentials these are; may ask the network once.

        Raises:
            SignInError: as `credentials`.
        """


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


class RetagJournal(Protocol):
    """Keeps what each change of tags made of which files of one bucket, so that it can be undone after a crash too.

    Every call raises `LocalFileError` where the file can't be read or written.
    """

    def begin(self, edits: Sequence[TagEdit], tag_keys: Sequence[str]) -> int:
        """Note that a run begins and return its id.

        Args:
            edits: what it does to each file.
            tag_keys: the tag keys that hold values.
        """

    def planned(self, run_id: int, changes: Iterable[TagsChange]) -> None:
        """Note what is going to be written, in place of what was noted for these files before.

        It is on the disk when this returns.
        """

    def forget(self, run_id: int, keys: Iterable[str]) -> None:
        """Forget files of a run: they weren't changed after all, or there is nothing to undo any more."""

    def runs(self) -> tuple[RetagRun, ...]:
        """Return the runs of which something can be undone, the last one first."""

    def changes(self, run_id: int) -> tuple[TagsChange, ...]:
        """Return what a run made of its files, or was about to make when it was killed, by key."""


class SecretStore(Protocol):
    """Keeps one secret text in the keyring of this computer; asks it once and remembers the answer."""

    def read(self, *, again: bool = False) -> str | None:
        """Return the secret; None where none is kept.

        Args:
            again: ask the keyring once more: another Tagdrop may have kept a new secret meanwhile.

        Raises:
            SignInError: `no-keyring`, `keyring-locked`.
        """

    def write(self, secret: str) -> None:
        """Keep the secret in place of the one before.

        Raises:
            SignInError: `no-keyring`, `keyring-locked`, `secret-too-long`.
        """

    def delete(self) -> None:
        """Forget the secret; nothing happens where none is kept.

        Raises:
            SignInError: `no-keyring`, `keyring-locked`.
        """


class SignIn(Protocol):
    """Signs a person in with the organisation's account and yields ID tokens from then on. Used by any thread."""

    @property
    def account(self) -> Account | None:
        """Who is signed in, from the keyring where this program hasn't asked the provider yet; no network."""

    @property
    def keeping_problem(self) -> SignInError | None:
        """Why the sign-in ends with the program: no keyring, or a locked one; None where it is kept."""

    def sign_in(
        self,
        opened: Callable[[str, bool], None],
        cancel: CancelToken,
        *,
        opens_browser: bool = True,
        uses_other_account: bool = False,
    ) -> Account:
        """Let the person sign in in the browser and return who did; blocks until then.

        Args:
            opened: called once with the page's address and whether a browser was told to open it.
            cancel: ends it.
            opens_browser: whether the page is opened here; if not, somebody takes the address elsewhere.
            uses_other_account: let the provider ask which account, also where only one is known.

        Raises:
            SignInError: `personal-account`, `other-organisation` (target: the email address), `sign-in-denied`,
                `sign-in-timeout`, `sign-in-failed`, `clock-off`. Nothing of the refused account is kept.
            OutageError: the provider can't be reached.
            CancelledError: when cancelled.
        """

    def id_token(self) -> IdToken:
        """Return an ID token that is good now, a new one from the provider where needed.

        Raises:
            SignInError: `signed-out` where nobody is signed in, `sign-in-ended` where the provider refuses to go on;
                `clock-off`.
            OutageError: the provider can't be reached.
        """

    def sign_out(self, *, everywhere: bool = False) -> None:
        """Forget the account here; `everywhere` also revokes it at the provider, where it can do that.

        Raises:
            SignInError: the keyring can't be asked; the account is forgotten in this program all the same.
            OutageError: the provider couldn't be reached to revoke it; it is forgotten here all the same.
        """


class RoleAssumer(Protocol):
    """Buys AWS credentials with an ID token."""

    def assume(self, token: IdToken) -> Credentials:
        """Return the credentials of a new session of the role.

        Raises:
            RefusalError: the role doesn't let this account in.
            SignInError: the token isn't accepted (any more).
            OutageError: STS can't be reached.
        """

    def assume_longest(self, token: IdToken, seconds: int) -> Credentials:
        """Return the credentials of a session that lasts as long, or as near to it as the role allows.

        Raises:
            AppError: as `assume`.
        """


class SignInGate(Protocol):
    """Asks the person to sign in again while work waits."""

    def wait(self, reason: SignInError) -> None:
        """Return when the person has signed in again.

        Raises:
            SignInError: nobody is there to ask, or they chose not to.
        """


class Renewal(Protocol):
    """Keeps the credentials that requests are signed with good; called by threads that may wait."""

    def ensure(self, cancel: CancelToken) -> None:
        """Renew credentials that end soon; waits while the person is asked to sign in.

        Raises:
            AppError: they ended and can't be renewed.
            CancelledError: when cancelled meanwhile.
        """

    def renew(self, refused: Credentials, cancel: CancelToken) -> None:
        """Renew the credentials that the storage `refused`, unless that has happened meanwhile.

        Raises:
            AppError: they can't be renewed.
            CancelledError: when cancelled meanwhile.
        """


class WorkingSession(Protocol):
    """The credentials in use and whose they are."""

    @property
    def credentials(self) -> Credentials:
        """As they are now."""

    @property
    def identity(self) -> Identity:
        """Whose they are."""


class Choice(Enum):
    """What is done with a file whose name a stored file has too."""

    KEEP_BOTH = "keep-both"
    REPLACE = "replace"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file whose name a stored file has too, with other content or other tags.

    Attributes:
        path: on this computer.
        size_bytes: of that file.
        modified_at: of that file, aware UTC.
        stored: the stored file.
        uploaded_by: who stored it, as it claims; empty where unknown.
        free_key: the key that *Keep both* would take.
        position: which of the open conflicts this is, from 1.
        total: how many conflicts are open, this one included.
        can_replace: whether *Replace* is allowed here.
    """

    path: Path
    size_bytes: int
    modified_at: datetime
    stored: StoredObject
    uploaded_by: str
    free_key: str
    position: int
    total: int
    can_replace: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """An answer to a conflict, for this one or for all that are and will be open."""

    choice: Choice
    for_all: bool = False


class ConflictResolver(Protocol):
    """Decides conflicts; in the window a person does."""

    def resolve(self, conflict: Conflict, cancel: CancelToken) -> Resolution:
        """Return what to do; blocks until that is decided.

        Raises:
            CancelledError: the upload was cancelled instead.
        """


class BucketAdmin(Protocol):
    """Makes and sets up buckets."""

    def ensure_bucket(self, name: str) -> None:
        """Create the bucket unless it is there.

        Raises:
            AppError: it can't be created or belongs to somebody else.
        """

    def expire_after_days(self, name: str, days: int) -> None:
        """Let the storage delete every object of the bucket, and parts of open uploads, after `days`."""
