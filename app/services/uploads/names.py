"""Names that are in use: what is stored under them, whether it is the same file, and which name is free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.errors import LocalFileError
from app.core.events import SourceFile
from app.core.job import CancelToken
from app.core.keys import numbered
from app.core.objects import SHA256_METADATA, ObjectHead
from app.core.ports.storage import ObjectReader
from app.core.tags import TagSet
from app.services.uploads.sources import crc32_of, sha256_of


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is stored under a name.

    Attributes:
        head: size, ETag, metadata and checksum.
        tags: its tag set; None where it can't be read.
    """

    head: ObjectHead
    tags: TagSet | None


def stored_files(keys: Iterable[str], storage: ObjectReader, cancel: CancelToken) -> Mapping[str, StoredFile]:
    """Return what is stored under those of `keys` that are in use.

    Raises:
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    heads: dict[str, ObjectHead] = {}
    for read in storage.head_many(keys, cancel):
        if read.error is not None:
            raise read.error
        if read.head is not None:
            heads[read.key] = read.head
    tags = {read.key: read.tags for read in storage.read_tags(list(heads), cancel)}
    return {key: StoredFile(head, tags.get(key)) for key, head in heads.items()}


def has_same_content(source: SourceFile, head: ObjectHead, cancel: CancelToken) -> bool:
    """Tell whether a stored file has the bytes of a file here: by SHA-256, by CRC32 where there is none.

    Raises:
        CancelledError: when cancelled.
    """
    if source.size_bytes != head.stored.size_bytes:
        return False
    sha256 = head.metadata.get(SHA256_METADATA)
    try:
        if sha256 is not None:
            return sha256_of(source, cancel) == sha256
        return head.crc32 is not None and crc32_of(source, cancel) == head.crc32
    except LocalFileError:
        return False


def free_number(key: str, taken: Iterable[str], storage: ObjectReader, cancel: CancelToken) -> int:
    """Return the first number from 2 whose key (`numbered`) is neither stored nor in `taken`."""
    stem = numbered(key, 2).rpartition(" (2)")[0]
    used = {stored.key for page in storage.list_objects(f"{stem} (", cancel) for stored in page} | set(taken)
    number = 2
    while numbered(key, number) in used:
        number += 1
    return number
