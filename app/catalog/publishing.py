"""Publishing the local index: a snapshot in the storage bucket that other desktops start from."""

from __future__ import annotations

import logging
import secrets
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from app.catalog.published import (
    MAX_FILE_BYTES,
    POINTER_KEY,
    Pointer,
    find_published,
    pointer_text,
    snapshot_key,
    snapshots,
)
from app.catalog.snapshot import Header, write_snapshot
from app.catalog.store import IndexStore
from app.core.crc32 import crc32_combine
from app.core.errors import AppError, ConfigurationError, ConflictError, InputError
from app.core.job import CancelToken, Job
from app.core.objects import Condition, Part, Put, PutResult
from app.core.ports.catalog import Publication
from app.core.ports.storage import ObjectStore
from app.core.tags import TagRules

_log = logging.getLogger(__name__)

_LARGE_BYTES = 8 * 1024**2


def publish(store: IndexStore, rules: TagRules, storage: ObjectStore, job: Job) -> Publication:
    """Store a snapshot of the index, name it as the last one, and remove those before but one.

    Raises:
        InputError: `no-index`, the index never knew the whole bucket.
        ConfigurationError: `catalogue-too-large`.
        ConflictError: `published-meanwhile`, somebody else published; theirs stays.
        AppError: the storage refuses it or can't be reached.
        CancelledError: when cancelled; what was published before stays.
        OSError: there is no room for the file.
        sqlite3.Error: the index is damaged.
    """
    with tempfile.TemporaryFile() as file:
        pointer = _write(store, rules, storage.bucket, file)
        before = storage.head(POINTER_KEY, job.cancel)
        _upload(pointer, file, storage, job.cancel)
    _point(pointer, Condition(before.stored.etag if before else None), storage)
    _remove_old(pointer.key, storage)
    return Publication(pointer.key, pointer.header.objects, pointer.written.size_bytes)


def _write(store: IndexStore, rules: TagRules, bucket: str, file: BinaryIO) -> Pointer:
    completed_at = store.completed_at
    if completed_at is None:
        raise InputError("no-index", "There is no list of all files on this computer yet", "Run tagdrop index first.")
    with store.dump() as (objects, blocks):
        header = Header(bucket, rules.keys, completed_at, objects)
        written = write_snapshot(file, header, blocks)
    if written.size_bytes > MAX_FILE_BYTES:
        raise ConfigurationError(
            "catalogue-too-large",
            "The bucket is too large for a published catalogue",
            f"It would have {written.size_bytes:,} bytes, {MAX_FILE_BYTES:,} at most are read.",
            bucket,
        )
    return Pointer(snapshot_key(completed_at, secrets.token_hex(8)), header, written)


def _upload(pointer: Pointer, file: BinaryIO, storage: ObjectStore, cancel: CancelToken) -> None:
    size_bytes = pointer.written.size_bytes
    file.seek(0)
    try:
        if size_bytes > _LARGE_BYTES:
            put = Put(pointer.key, b"", 0, content_type="application/gzip")
            _raise_error(storage.put_large(put, size_bytes, _Parts(file), lambda _: None, cancel))
        else:
            _put(_small(pointer.key, file.read(), "application/gzip"), storage, cancel)
        cancel.raise_if_cancelled()
    except BaseException:
        _delete([pointer.key], storage)
        raise


def _point(pointer: Pointer, condition: Condition, storage: ObjectStore) -> None:
    """Name the snapshot as the last one; not to be cancelled, so that nobody wonders whether it is."""
    put = replace(_small(POINTER_KEY, pointer_text(pointer), "application/json"), condition=condition)
    try:
        _put(put, storage, CancelToken())
    except AppError as error:
        # Where this fails too it may be named, so it stays; the next publication removes it.
        named = find_published(storage, CancelToken())
        if named is not None and named.pointer.key == pointer.key:  # only the answer was lost
            return
        _delete([pointer.key], storage)
        if isinstance(error, ConflictError):
            raise ConflictError(
                "published-meanwhile",
                "Another computer published its list meanwhile",
                "Theirs stays. One computer that publishes is enough.",
            ) from error
        raise


def _remove_old(key: str, storage: ObjectStore) -> None:
    """Remove the snapshots before this one, but for the last of them: somebody may be reading it."""
    try:
        before = sorted(old for old in snapshots(storage, CancelToken()) if old < key)
    except AppError:
        _log.warning("Old snapshots can’t be listed", exc_info=True)
    else:
        _delete(before[:-1], storage)


def _delete(keys: list[str], storage: ObjectStore) -> None:
    try:
        for deletion in storage.delete_many(keys, CancelToken()):
            if deletion.error is not None:
                _log.warning("A snapshot can’t be removed: %s", deletion.error)
    except AppError:
        _log.warning("Snapshots can’t be removed", exc_info=True)


def _small(key: str, body: bytes, content_type: str) -> Put:
    return Put(key, body, zlib.crc32(body), content_type=content_type)


def _put(put: Put, storage: ObjectStore, cancel: CancelToken) -> None:
    for result in storage.put_many([put], cancel):
        _raise_error(result)


def _raise_error(result: PutResult) -> None:
    if result.error is not None:
        raise result.error


class _Parts:
    """A `PartSource` of an open file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._crc32 = 0

    def parts(self, part_size_bytes: int) -> Iterator[Part]:
        """See `PartSource.parts`."""
        while body := self._file.read(part_size_bytes):
            part = Part(body, zlib.crc32(body))
            self._crc32 = crc32_combine(self._crc32, part.crc32, len(body))
            yield part

    def crc32(self) -> int:
        """See `PartSource.crc32`."""
        return self._crc32
