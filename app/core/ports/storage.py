"""One bucket, to read and to write; and what makes and sets up buckets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from app.core.job import CancelToken
from app.core.objects import (
    Content,
    Copy,
    CopyResult,
    Deletion,
    HeadRead,
    ObjectHead,
    OpenUpload,
    Part,
    Put,
    PutResult,
    SizedKey,
    StoredObject,
    TagPut,
    TagPutResult,
    TagRead,
)
from app.core.tags import TagSet


class PartsRecord(Protocol):
    """Remembers the multipart upload of one file, so that it can go on from the parts that were acknowledged."""

    @property
    def upload_id(self) -> str | None:
        """Of an upload that was begun before; None where there is none to go on with."""

    @property
    def stays(self) -> bool:
        """Whether the parts stay when the upload is cancelled: it will be gone on with."""

    def begun(self, upload_id: str | None) -> None:
        """Note the upload that was begun; None: it is aborted, or can't be gone on with."""

    def found(self, size_bytes: int) -> None:
        """Note that the storage has a part of this size from before, so that it isn't sent again."""


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

    def parts(self, part_size_bytes: int) -> Iterator[Part]:
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
            sent: called with the size of each part that the storage acknowledged now.
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


class BucketAdmin(Protocol):
    """Makes and sets up buckets."""

    def ensure_bucket(self, name: str) -> None:
        """Create the bucket unless it is there.

        Raises:
            AppError: it can't be created or belongs to somebody else.
        """

    def expire_after_days(self, name: str, days: int) -> None:
        """Let the storage delete every object of the bucket, and parts of open uploads, after `days`."""
