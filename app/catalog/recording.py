"""What is read and written anyway goes into the local index on the way."""

from __future__ import annotations

import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from app.catalog.entries import Entry, Retagged
from app.catalog.store import IndexStore
from app.core.keys import RESERVED_PREFIX
from app.core.objects import StoredObject
from app.core.ports.clock import Clock
from app.core.tags import TagSet

_log = logging.getLogger(__name__)

_KEPT_AT_ONCE = 1000


class Recorder(Protocol):
    """Takes what a search of the whole bucket reads."""

    def take(self, entry: Entry) -> None:
        """Take one object; must not wait."""

    def end(self, whole_since: datetime | None) -> None:
        """Take the end: when the search began where it read the whole bucket, None where it broke off."""


class NoRecorder:
    """Keeps nothing."""

    def take(self, entry: Entry) -> None:
        """Keep nothing."""

    def end(self, whole_since: datetime | None) -> None:
        """Keep nothing."""


class IndexFeed:
    """Writes to the index on a thread of its own, so that nobody waits for the disk.

    A file that can't be written is logged; it fails nobody's search or upload. A `Recorder` and a
    `WriteObserver`.

    Args:
        store: the index.
        clock: tells when something was written.
    """

    def __init__(self, store: IndexStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._queue: queue.SimpleQueue[Entry | Retagged | threading.Event | None] = queue.SimpleQueue()
        self._has_failed = False
        self._lock = threading.Lock()
        self._is_closed = False
        self._writer = threading.Thread(target=self._write, name="index", daemon=True)
        self._writer.start()

    def take(self, entry: Entry) -> None:
        """See `Recorder.take`."""
        self._queue.put(entry)

    def end(self, whole_since: datetime | None) -> None:
        """See `Recorder.end`; returns when all is written."""
        self.flush()
        if whole_since is None or self._has_failed:
            return
        try:
            self._store.forget_unread_since(whole_since)
            self._store.complete(whole_since)
        except sqlite3.Error:
            self._fail()

    def wrote(self, stored: StoredObject, tags: TagSet) -> None:
        """See `WriteObserver.wrote`; what isn't anybody's file is passed over."""
        if stored.key.startswith(RESERVED_PREFIX):
            return
        self._queue.put(Entry(stored, tags, self._clock.now()))

    def retagged(self, key: str, tags: TagSet) -> None:
        """See `WriteObserver.retagged`."""
        self._queue.put(Retagged(key, tags, self._clock.now()))

    def deleted(self, keys: Iterable[str]) -> None:
        """See `WriteObserver.deleted`."""
        self.flush()
        try:
            self._store.forget(keys, self._clock.now())
        except sqlite3.Error:
            self._fail()

    def flush(self) -> None:
        """Return when everything that was taken is written, or couldn't be."""
        done = threading.Event()
        with self._lock:
            if self._is_closed:
                return
            self._queue.put(done)
        done.wait()

    def close(self) -> None:
        """Write what is left and nothing that comes later."""
        with self._lock:
            self._is_closed = True
            self._queue.put(None)
        self._writer.join()

    def _write(self) -> None:
        is_open = True
        while is_open:
            items = [self._queue.get()]
            with contextlib.suppress(queue.Empty):
                while len(items) < _KEPT_AT_ONCE:
                    items.append(self._queue.get_nowait())
            self._keep(
                [item for item in items if isinstance(item, Entry)],
                [item for item in items if isinstance(item, Retagged)],
            )
            for item in items:
                if isinstance(item, threading.Event):
                    item.set()
            is_open = None not in items

    def _keep(self, entries: list[Entry], retagged: list[Retagged]) -> None:
        try:
            if entries:
                self._store.put(entries)
            if retagged:
                self._store.retag(retagged)
        except sqlite3.Error:
            self._fail()

    def _fail(self) -> None:
        self._has_failed = True
        _log.warning("The index can’t be written", exc_info=True)
