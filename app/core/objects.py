"""What the storage keeps and answers, without its SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.core.errors import AppError
from app.core.tags import TagSet

TRANSFER_METADATA = "tagdrop-transfer"
"""User metadata that holds the id of the upload that wrote the object."""

UPLOADED_BY_METADATA = "uploaded-by"
"""User metadata that holds who uploaded: a claim of the client, percent-encoded where it isn't ASCII."""

SHA256_METADATA = "tagdrop-sha256"
"""User metadata that holds the SHA-256 of the content, 64 hex digits."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as a listing shows it.

    Attributes:
        key: the whole key.
        size_bytes: of the content.
        last_modified: aware UTC.
        etag: without quotes.
    """

    key: str
    size_bytes: int
    last_modified: datetime
    etag: str


@dataclass(frozen=True, slots=True)
class SizedKey:
    """An object to be read whole; the size keeps the memory within bounds."""

    key: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """What the storage tells of one object without its content.

    Attributes:
        stored: key, size, time and ETag.
        metadata: user metadata, keys in lower case.
        crc32: full-object CRC32 of the content where the storage keeps one.
        storage_class: for example `STANDARD` or `GLACIER`.
        is_restored: whether an archived object can be read at the moment.
        version_id: the storage's name for this version; empty where it keeps none.
    """

    stored: StoredObject
    metadata: Mapping[str, str] = field(default_factory=dict)
    crc32: int | None = None
    storage_class: str = "STANDARD"
    is_restored: bool = False
    version_id: str = ""


@dataclass(frozen=True, slots=True)
class TagRead:
    """The answer to one read of tags: `tags`, or the error that came instead."""

    key: str
    tags: TagSet | None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class HeadRead:
    """The answer to one HEAD of many: `head`, None where there is no such object, or an error."""

    key: str
    head: ObjectHead | None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold for a write to happen: no object of that name, or exactly the one that was seen.

    Attributes:
        replaces_etag: ETag of the object that may be replaced; None where there must be none.
    """

    replaces_etag: str | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """One object to be written by one request.

    Attributes:
        key: the whole key.
        body: the content; small, as it is kept in memory.
        crc32: of the content; the storage refuses the object when it computes another.
        tags: the whole tag set.
        metadata: user metadata, ASCII.
        content_type: MIME type.
        condition: None writes whatever is there.
        context: handed back with the answer.
    """

    key: str
    body: bytes
    crc32: int
    tags: TagSet = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/octet-stream"
    condition: Condition | None = None
    context: object = None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a large object to be written, with its CRC32 as it was read."""

    body: bytes
    crc32: int


@dataclass(frozen=True, slots=True)
class PutResult:
    """The answer to one put.

    Attributes:
        put: the request.
        etag: of the object now stored, without quotes; None with an error.
        error: `ConflictError` where the condition didn't hold.
        is_unknown: no answer came, so the object may have been stored all the same.
    """

    put: Put
    etag: str | None
    error: AppError | None = None
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class TagPut:
    """A tag set for an object that is there: the whole set, in place of the one before."""

    key: str
    tags: TagSet


@dataclass(frozen=True, slots=True)
class TagPutResult:
    """The answer to one write of tags.

    Attributes:
        put: the request.
        error: None where the object carries the set now.
        is_unknown: no answer came, so it may carry it all the same.
    """

    put: TagPut
    error: AppError | None = None
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """One object to be copied by the server from the storage bucket to the staging bucket.

    Attributes:
        source: what was found; the copy is made only while its ETag is still this one.
        key: of the copy.
        tags: written to the copy explicitly.
    """

    source: StoredObject
    key: str
    tags: TagSet


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The answer to one copy: without an error, the copy is there and carries its tags."""

    copy: Copy
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The answer to one read of a whole, small object.

    Attributes:
        key: the whole key.
        body: the content; None with an error.
        crc32: full-object CRC32 that the storage keeps, None where it keeps none.
        md5: 16 bytes, from the ETag of an object that was written in one piece without KMS; None otherwise.
        error: what came instead of the content.
    """

    key: str
    body: bytes | None
    crc32: int | None = None
    md5: bytes | None = None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """The answer to one deletion."""

    key: str
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """A multipart upload that was neither completed nor aborted.

    Attributes:
        key: the object it would make.
        upload_id: the storage's name for it.
        initiated: aware UTC.
    """

    key: str
    upload_id: str
    initiated: datetime
