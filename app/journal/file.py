"""The journal's file: opened when it is first needed, deleted when its person signs out."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.errors import LocalFileError, local_file_error
from app.journal.schema import NewerFormatError, migrate

_log = logging.getLogger(__name__)

_BUSY_SECONDS = 10.0


def journal_path(folder: Path, user_id: str) -> Path:
    """Return the file in `folder` that belongs to one person."""
    return folder / f"{hashlib.sha256(user_id.encode()).hexdigest()[:32]}.sqlite"


class JournalFile:
    """One person's journal. Any thread may use it, and several processes at the same time.

    A damaged file is put aside and a new one begun: what it said can't be undone or gone on with any more, all else
    goes on.

    Args:
        path: of the file; made, with its folder, for this person only.

    Attributes:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection for one transaction; what it wrote is on the disk at the end, or nothing of it.

        Raises:
            LocalFileError: the file can't be read or written.
        """
        with self._lock:
            try:
                connection = self._opened()
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.commit()
                except BaseException:
                    connection.rollback()
                    raise
            except sqlite3.Error as error:
                if _is_damage(error):
                    self._put_aside()
                if _code(error) == sqlite3.SQLITE_FULL:
                    raise _full(self.path) from error
                raise _unusable(str(error), self.path) from error

    def close(self) -> None:
        """Close the file; it is opened again where it is needed."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def delete(self) -> None:
        """Delete the file: who signs out leaves no names behind.

        Raises:
            LocalFileError: it can't be deleted.
        """
        with self._lock:
            self.close()
            try:
                for file in (*_files(self.path), *_files(_aside(self.path))):
                    file.unlink(missing_ok=True)
            except OSError as error:
                raise local_file_error(error, str(self.path)) from error
            for lock in self.path.parent.glob(f"{self.path.stem}.*.lock"):
                with suppress(OSError):  # says nothing of any file; Windows keeps it while its upload tidies up
                    lock.unlink()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._connection = self._open()
            except NewerFormatError:
                raise _unusable("a newer Tagdrop wrote it", self.path) from None
            except OSError as error:
                raise local_file_error(error, str(self.path)) from error
        return self._connection

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return _connect(self.path)
        except sqlite3.Error as error:
            if not _is_damage(error):
                raise
        self._put_aside()
        return _connect(self.path)

    def _put_aside(self) -> None:
        _log.warning("The journal is damaged; it is put aside and begun anew", exc_info=True)
        self.close()
        try:
            for file, aside in zip(_files(self.path), _files(_aside(self.path)), strict=True):
                with suppress(FileNotFoundError):
                    file.replace(aside)
        except OSError as error:  # on Windows another process that has it open is in the way
            raise local_file_error(error, str(self.path)) from error


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, _BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk before its files are written to
        connection.execute("PRAGMA fullfsync = ON")  # on macOS alone: fsync(2) leaves it in the drive's cache there
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_damage(error: sqlite3.Error) -> bool:
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _files(path: Path) -> list[Path]:
    return [path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))]


def _aside(path: Path) -> Path:
    return path.with_suffix(".damaged")


def _full(path: Path) -> LocalFileError:
    return LocalFileError(
        "disk-full",
        "Not enough space on this computer",
        "What is to be done is noted there first, so nothing was done. Free some space and try again.",
        str(path),
    )


def _unusable(reason: str, path: Path) -> LocalFileError:
    return LocalFileError(
        "journal-unusable",
        "What is to be done can’t be noted on this computer",
        f"So it could neither be undone nor gone on with, and isn’t begun. The computer says: {reason}.",
        str(path),
    )
