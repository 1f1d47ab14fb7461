"""The published catalogue in the storage bucket: snapshots that never change, and a small object that names the last.

docs/published-catalogue.md describes both for other programs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from app.catalog.snapshot import MAX_TEXT_BYTES, Header, Written, damaged, header_fields, header_of
from app.core.errors import IntegrityError, MissingError
from app.core.job import CancelToken
from app.core.keys import CATALOG_PREFIX
from app.core.objects import ObjectHead, SizedKey
from app.core.ports.storage import ObjectReader

POINTER_KEY = f"{CATALOG_PREFIX}latest.json"
"""The object that names the last snapshot."""

MAX_FILE_BYTES = 512 * 1024**2
"""Largest snapshot that is read."""

_MAX_POINTER_BYTES = 64 * 1024
_A_SECOND = timedelta(seconds=1)  # a HEAD tells whole ones
_SNAPSHOT_KEY = re.compile(re.escape(CATALOG_PREFIX) + r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{16}\.jsonl\.gz")


@dataclass(frozen=True, slots=True)
class Pointer:
    """What is said of the last snapshot: its key, its header, and what was written there."""

    key: str
    header: Header
    written: Written


@dataclass(frozen=True, slots=True)
class Published:
    """A snapshot that can be read.

    Attributes:
        pointer: what is said of it.
        pointed_at: by when that was stored, by the storage's clock, aware UTC; whatever it holds was read before.
    """

    pointer: Pointer
    pointed_at: datetime

    @property
    def completed_at(self) -> datetime:
        """As of when it knows the whole bucket, aware UTC; a publisher's clock that is fast has no say."""
        return min(self.pointer.header.completed_at, self.pointed_at)


def snapshot_key(completed_at: datetime, chance: str) -> str:
    """Return the key of a new snapshot; keys sort as the times do.

    Args:
        completed_at: as of when it is, aware UTC.
        chance: 16 random hex digits.
    """
    return f"{CATALOG_PREFIX}{completed_at:%Y%m%dT%H%M%S.%fZ}-{chance}.jsonl.gz"


def is_snapshot_key(key: str) -> bool:
    """Tell whether a snapshot can have this key."""
    return _SNAPSHOT_KEY.fullmatch(key) is not None


def pointer_text(pointer: Pointer) -> bytes:
    """Return the content of the object that names the last snapshot."""
    fields = {
        **header_fields(pointer.header),
        "snapshot": pointer.key,
        "size_bytes": pointer.written.size_bytes,
        "text_bytes": pointer.written.text_bytes,
        "sha256": pointer.written.sha256,
    }
    return json.dumps(fields, ensure_ascii=False, indent=2).encode()


def find_published(storage: ObjectReader, cancel: CancelToken) -> Published | None:
    """Return the last snapshot of this bucket; None where none was published.

    Raises:
        IntegrityError: `catalogue-damaged`, `catalogue-newer`, `catalogue-foreign`.
        AppError: the storage refuses it or can't be reached.
        CancelledError: when cancelled.
    """
    head = _head(POINTER_KEY, storage, cancel)
    if head is None:
        return None
    if head.stored.size_bytes > _MAX_POINTER_BYTES:
        raise damaged("what names it is too long")
    (content,) = storage.read_many([SizedKey(POINTER_KEY, head.stored.size_bytes)], cancel)
    if content.error is not None:
        raise content.error
    pointer = _pointer(content.body or b"")
    if pointer.header.bucket != storage.bucket:
        raise IntegrityError(
            "catalogue-foreign",
            "The published catalogue is another bucket’s",
            f"It isn’t used: it is about {pointer.header.bucket}. tagdrop index --publish replaces it.",
        )
    return Published(pointer, head.stored.last_modified + _A_SECOND)


def download(published: Published, storage: ObjectReader, file: BinaryIO, cancel: CancelToken) -> None:
    """Write a snapshot to `file`, byte for byte what was published.

    Raises:
        MissingError: a newer one has taken its place.
        IntegrityError: `catalogue-damaged`.
        AppError: the storage refuses it or can't be reached.
        CancelledError: when cancelled.
    """
    key, written = published.pointer.key, published.pointer.written
    head = _head(key, storage, cancel)
    if head is None:
        raise MissingError("catalogue-gone", "The published catalogue is gone", "It was replaced meanwhile.", key)
    if head.stored.size_bytes != written.size_bytes:
        raise damaged("it has another size")
    digest = hashlib.sha256()
    for piece in storage.read_stream(head.stored, cancel):
        digest.update(piece)
        file.write(piece)
    if digest.hexdigest() != written.sha256:
        raise damaged("it has another checksum")


def snapshots(storage: ObjectReader, cancel: CancelToken) -> Iterator[str]:
    """Yield the keys of the snapshots that are stored.

    Raises:
        AppError: the storage refuses the listing or can't be reached.
        CancelledError: when cancelled.
    """
    for page in storage.list_objects(CATALOG_PREFIX, cancel):
        yield from (stored.key for stored in page if is_snapshot_key(stored.key))


def _head(key: str, storage: ObjectReader, cancel: CancelToken) -> ObjectHead | None:
    (read,) = storage.head_many([key], cancel)
    if read.error is not None:
        raise read.error
    return read.head


def _pointer(text: bytes) -> Pointer:
    try:
        fields = json.loads(text)
        if not isinstance(fields, dict):
            raise ValueError("what names it is no JSON object")
        header = header_of(fields)  # first: a newer format may say the rest in another way
        return Pointer(_key(fields), header, _written(fields))
    except (ValueError, OverflowError, RecursionError) as error:
        raise damaged(str(error)) from error


def _key(fields: dict[str, Any]) -> str:
    key = fields.get("snapshot")
    if not isinstance(key, str) or not is_snapshot_key(key):
        raise ValueError("what names it names none")
    return key


def _written(fields: dict[str, Any]) -> Written:
    size_bytes, text_bytes, sha256 = (fields.get(name) for name in ("size_bytes", "text_bytes", "sha256"))
    if type(size_bytes) is not int or not 0 < size_bytes <= MAX_FILE_BYTES:
        raise ValueError("its size can’t be")
    if type(text_bytes) is not int or not 0 < text_bytes <= MAX_TEXT_BYTES:
        raise ValueError("the length of its text can’t be")
    return Written(size_bytes, text_bytes, str(sha256))
