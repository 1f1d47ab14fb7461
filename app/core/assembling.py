"""Putting objects together inside the storage: the port, and what is asked of it and answered."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from app.core.errors import AppError
from app.core.job import CancelToken


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload that was begun.

    Attributes:
        key: of the object it makes.
        upload_id: the storage's name for it.
    """

    key: str
    upload_id: str


@dataclass(frozen=True, slots=True)
class UploadBegun:
    """The answer to one begin: `upload`, or the error that came instead."""

    key: str
    upload: Upload | None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A piece of an object that must still be the one that was seen.

    Attributes:
        key: of the object.
        etag: of the object, without quotes.
        object_bytes: size of the object.
        start: in bytes.
        end: behind the last byte.
        is_own: whether it lies in the bucket that is written to, and not in the one that is read.
    """

    key: str
    etag: str
    object_bytes: int
    start: int
    end: int
    is_own: bool = False

    @property
    def size_bytes(self) -> int:
        """How much that is."""
        return self.end - self.start

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the object."""
        return self.size_bytes == self.object_bytes


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part of an upload, from 1, whose content is copied by the storage or sent."""

    upload: Upload
    number: int
    content: Range | bytes

    @property
    def size_bytes(self) -> int:
        """How much that is."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.size_bytes


@dataclass(frozen=True, slots=True)
class PartDone:
    """The answer to one part.

    Attributes:
        part: the request.
        etag: of the part; empty with an error.
        crc32: of the part as the storage has computed it; None where it doesn't.
        error: what came instead.
    """

    part: NewPart
    etag: str = ""
    crc32: int | None = None
    error: AppError | None = None

    @property
    def size_bytes(self) -> int:
        """Of the part."""
        return self.part.size_bytes


@dataclass(frozen=True, slots=True)
class RangeRead:
    """The answer to one read of a piece: `body`, or the error that came instead."""

    range: Range
    body: bytes | None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What makes an object of an upload's parts, on the condition that there is none of that name.

    Attributes:
        upload: all parts of which are there.
        etags: of the parts, in order.
        size_bytes: of the whole content.
        crc32: of the whole content; the storage refuses the object when it computes another. None where it isn't known.
    """

    upload: Upload
    etags: tuple[str, ...]
    size_bytes: int
    crc32: int | None


@dataclass(frozen=True, slots=True)
class Completed:
    """The answer to one completion.

    Attributes:
        completion: the request.
        etag: of the object now stored, without quotes; None with an error.
        error: what came instead.
        is_unknown: no answer came, so the object may be there all the same.
    """

    completion: Completion
    etag: str | None
    error: AppError | None = None
    is_unknown: bool = False


class Assembler(Protocol):
    """Makes objects of one bucket from parts that the storage copies from another one, and from what is sent.

    Every call streams, and raises `OutageError` where the storage can't be reached and `SignInError` where the
    session has ended, after retries, and `CancelledError` when cancelled.
    """

    def is_able(self, cancel: CancelToken) -> bool:
        """Tell whether the storage copies only what hasn't changed, and keeps and compares a CRC32 of the whole."""

    def begin(self, keys: Iterable[str], content_type: str, cancel: CancelToken) -> Iterator[UploadBegun]:
        """Begin the upload of each object and yield it, in any order; the storage is to keep a CRC32 of the whole."""

    def fill(self, parts: Iterable[NewPart], cancel: CancelToken) -> Generator[PartDone, None, None]:
        """Copy or send parts and yield what became of each, in any order; `ConflictError` where a source changed.

        When it is closed, none is under way any more.
        """

    def complete(self, completions: Iterable[Completion], cancel: CancelToken) -> Iterator[Completed]:
        """Make the objects and yield what became of each, in any order."""

    def abort(self, uploads: Iterable[Upload], cancel: CancelToken) -> None:
        """End uploads and free their parts; one that is no more, or that is refused, is passed over."""

    def read(self, ranges: Iterable[Range], cancel: CancelToken) -> Generator[RangeRead, None, None]:
        """Yield the bytes of each piece, in order; `ConflictError` where its object changed."""
