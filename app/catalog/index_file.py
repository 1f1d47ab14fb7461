"""The local index's file: one connection that writes, and one for each that reads."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from app.catalog.schema import migrate

_BUSY_SECONDS = 60.0  # so long a slow computer takes to fill a large index at once
_WRITE_CACHE_KIB = 16 * 1024
_LOG_BYTES = 16 * 1024**2


class IndexFile:
    """Any thread may use it, and several processes at the same time.

    Args:
        path: made, with its folder, for this person only.

    Raises:
        sqlite3.DatabaseError: the file is damaged, or a newer program wrote it.
        OSError: it can't be made.

    Attributes:
        writer: the connection that writes, for what does so inside the caller's transactions.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self.writer = self._connect()
        try:
            self.writer.execute("PRAGMA journal_mode = WAL")
            self.writer.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
            self.writer.execute(f"PRAGMA cache_size = -{_WRITE_CACHE_KIB}")
            migrate(self.writer)
        except BaseException:
            self.writer.close()
            raise

    def close(self) -> None:
        """Close the file; a search that still reads from it ends by itself."""
        with self._lock:
            self.writer.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees the file as of its first statement, whatever is written meanwhile."""
        with contextlib.closing(self._connect()) as reader:
            yield reader

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection that writes, in a transaction: all is kept at the end, or nothing of it."""
        with self._lock:
            self.writer.execute("BEGIN IMMEDIATE")
            try:
                yield self.writer
            except BaseException:
                self.writer.rollback()
                raise
            self.writer.commit()

    def note(self, name: str) -> str | None:
        """Return what is noted under this name."""
        with self.reading() as reader:
            row = reader.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def check(self) -> None:
        """Read the whole file once.

        Raises:
            sqlite3.DatabaseError: it is damaged.
        """
        with self.reading() as reader:
            (answer,) = reader.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise sqlite3.DatabaseError(answer)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, _BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous = NORMAL")  # a lost commit is only learnt again
        return connection


def set_note(writer: sqlite3.Connection, name: str, value: str) -> None:
    """Note something inside the caller's transaction."""
    writer.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))
