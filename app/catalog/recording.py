"""What a live search reads goes into the local index on the way."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from datetime import datetime
from typing import Protocol

from app.catalog.store import Entry, IndexStore

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


class IndexRecorder:
    """Writes to the index on a thread of its own, so that the search doesn't wait for the disk.

    A file that can't be written is logged and ends the recording, never the search.

    Args:
        store: the index.
    """

    def __init__(self, store: IndexStore) -> None:
        self._store = store
        self._waiting: list[Entry] = []
        self._batches: queue.SimpleQueue[list[Entry] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="index", daemon=True)
        self._writer.start()
        self._is_whole = True

    def take(self, entry: Entry) -> None:
        """See `Recorder.take`."""
        self._waiting.append(entry)
        if len(self._waiting) >= _KEPT_AT_ONCE:
            self._batches.put(self._waiting)
            self._waiting = []

    def end(self, whole_since: datetime | None) -> None:
        """See `Recorder.end`; returns when all is written."""
        self._batches.put(self._waiting)
        self._batches.put(None)
        self._writer.join()
        if whole_since is not None and self._is_whole:
            try:
                self._store.forget_unread_since(whole_since)
                self._store.complete(whole_since)
            except sqlite3.Error:
                _log.warning("The index can’t be written", exc_info=True)

    def _write(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                if self._is_whole:
                    self._store.put(batch)
            except sqlite3.Error:
                self._is_whole = False
                _log.warning("The index can’t be written", exc_info=True)
