"""Starting from the published catalogue, and renewing from it what was read long ago."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.catalog.bulk import Block
from app.catalog.published import Published, download, find_published
from app.catalog.snapshot import NOT_USABLE, damaged, read_snapshot
from app.catalog.store import LEASE, IndexStore
from app.core.errors import AppError, IntegrityError, OutageError, SignInError
from app.core.job import CancelToken, Job
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectReader

_log = logging.getLogger(__name__)

_UNREACHED = ("no-connection", "no-answer", "untrusted-connection")
_FRESH = timedelta(days=2)
_RENEWED_EVERY = timedelta(days=7)  # every desktop downloads some 50 bytes a file


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a published catalogue did for an index that knew the whole bucket before.

    Attributes:
        is_fresh: whether it is so new that nobody needs to read again what is due.
        is_taken: whether it was taken in just now.
    """

    is_fresh: bool = False
    is_taken: bool = False


def start(store: IndexStore, storage: ObjectReader, clock: Clock, job: Job) -> bool:
    """Fill an index that never knew the whole bucket from what is published, all or nothing; tell whether it was.

    Raises:
        SignInError: the session has ended and can't be renewed.
        OutageError: the storage can't be reached at all.
        CancelledError: when cancelled.
        sqlite3.Error: the index is damaged, or its disk is full.
    """
    with _passed_over():
        published = find_published(storage, job.cancel)
        if published is not None:
            with _opened(published, store, storage, job.cancel) as blocks:
                now = clock.now()
                store.fill(blocks, min(published.completed_at, now), min(published.pointed_at, now))
            return True
    return False


def renew(store: IndexStore, storage: ObjectReader, clock: Clock, job: Job) -> Renewed:
    """Take in what is published where that is news: of each object, what was read last counts.

    Raises:
        SignInError, OutageError, CancelledError, sqlite3.Error: as `start`; what was taken in stays.
    """
    with _passed_over():
        published = find_published(storage, job.cancel)
        if published is not None:
            is_fresh = clock.now() - published.completed_at < _FRESH
            is_taken = _is_news(published, is_fresh, store)
            if is_taken:
                _take_in(published, store, storage, clock, job.cancel)
            return Renewed(is_fresh, is_taken)
    return Renewed()


def _is_news(published: Published, is_fresh: bool, store: IndexStore) -> bool:
    completed_at, taken = store.completed_at, store.published_at
    is_later = completed_at is None or published.completed_at > completed_at
    return (is_fresh or is_later) and (taken is None or published.completed_at - taken >= _RENEWED_EVERY)


def _take_in(published: Published, store: IndexStore, storage: ObjectReader, clock: Clock, cancel: CancelToken) -> None:
    with _opened(published, store, storage, cancel) as blocks:
        for block in blocks:
            now = clock.now()
            store.put_block(block, min(published.pointed_at, now))
            store.prolong_lease(now + LEASE)
    store.note_published(published.completed_at)


@contextlib.contextmanager
def _opened(
    published: Published, store: IndexStore, storage: ObjectReader, cancel: CancelToken
) -> Iterator[Iterable[Block]]:
    """Yield the blocks of a snapshot that arrived whole; one that turns out to be damaged isn't downloaded again."""
    pointer = published.pointer
    if store.refused == pointer.key:
        raise damaged("it was so before")
    with tempfile.TemporaryFile() as file:
        try:
            download(published, storage, file, cancel)
            file.seek(0)
            yield _until(cancel, read_snapshot(file, pointer.header, pointer.written.text_bytes))
        except IntegrityError as error:
            if error.code in NOT_USABLE:
                store.refuse(pointer.key)
            raise
    _log.info("The published catalogue as of %s was taken in", published.completed_at)


def _until(cancel: CancelToken, blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        cancel.raise_if_cancelled()
        yield block


@contextlib.contextmanager
def _passed_over() -> Iterator[None]:
    """Go on without a published catalogue where it can't be used, and log why.

    Where nothing of the storage can be reached, that is told at once: whoever goes on would wait for it once more.
    """
    try:
        yield
    except SignInError:
        raise
    except (AppError, OSError) as error:
        if isinstance(error, OutageError) and error.code in _UNREACHED:
            raise OutageError(error.code, error.title, error.detail) from error
        _log.warning("The published catalogue isn’t used: %s", error)
