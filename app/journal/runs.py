"""The runs of one kind: what was begun in one bucket, who is at it, how far it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import TypeVar

from app.core.errors import InputError, NothingFoundError, local_file_error
from app.core.open_transfers import OpenTransfer, TransferKind
from app.core.ports.clock import Clock
from app.core.times import microseconds, time_of
from app.journal.file import JournalFile
from app.journal.run_lock import RunLock

T = TypeVar("T")

_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class Runs:
    """The runs of one kind to one bucket.

    Args:
        file: the journal.
        kind: what they do.
        storage: names server and bucket; runs in another one are left alone.
        clock: tells when a run began.
    """

    def __init__(self, file: JournalFile, kind: TransferKind, storage: str, clock: Clock) -> None:
        self._file = file
        self._kind = kind.value
        self._storage = storage
        self._clock = clock

    def begin(
        self,
        request: str,
        write: Callable[[sqlite3.Connection, int], None],
        *,
        name: str = "",
        files: int = 0,
        size_bytes: int = 0,
    ) -> tuple[int, RunLock]:
        """Note that a run begins; return its id, which is greater than those before, and its lock, taken.

        Args:
            request: JSON object; what it says depends on the kind.
            write: notes in the same transaction what belongs to the run, given its id.
            name: what people know it by.
            files: that it is about.
            size_bytes: of those.
        """
        sql = (
            "INSERT INTO runs (id, kind, storage, began_us, request, name, files, size_bytes, is_open)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)"
        )
        began_at = self._clock.now()
        values = self._kind, self._storage, microseconds(began_at), request, json.dumps(name), files, size_bytes
        with ExitStack() as undo:
            with self._file.transaction() as connection:
                run_id = _new_id(connection, began_at)
                # Before anybody else can see the run: it isn't one that was interrupted.
                lock = self.taken(run_id)
                undo.callback(lock.release, for_good=True)
                connection.execute(sql, (run_id, *values))
                write(connection, run_id)
            undo.pop_all()
        return run_id, lock

    def request(self, connection: sqlite3.Connection, run_id: int) -> str:
        """Return what a run does.

        Raises:
            NothingFoundError: `no-such-transfer`.
        """
        sql = "SELECT request FROM runs WHERE id = ? AND kind = ? AND storage = ?"
        found = connection.execute(sql, (run_id, self._kind, self._storage)).fetchone()
        if found is None:
            raise no_such_transfer(run_id)
        return str(found[0])

    def open_transfers(self) -> Iterator[OpenTransfer]:
        """Yield the runs of which something is left, the first one first; those under way in any process aren't.

        They are counted by what the runs say of themselves.
        """
        sql = (
            "SELECT id, name, began_us, files, files_done, size_bytes, size_bytes_done FROM runs"
            " WHERE kind = ? AND storage = ? AND is_open = 1 ORDER BY id"
        )
        with self._file.transaction() as connection:
            rows = connection.execute(sql, (self._kind, self._storage)).fetchall()
            free = [row for row in rows if self.is_free(row[0])]
        for run_id, name, began_us, files, files_done, size_bytes, size_bytes_done in free:
            began_at, kind = time_of(began_us), TransferKind(self._kind)
            left = max(0, files - files_done), max(0, size_bytes - size_bytes_done)
            yield OpenTransfer(run_id, kind, json.loads(name), began_at, files, left[0], size_bytes, left[1])

    def open_with_name(self, connection: sqlite3.Connection, name: str) -> list[int]:
        """Return the ids of the open runs that have a name, those under way too."""
        sql = "SELECT id FROM runs WHERE kind = ? AND storage = ? AND name = ? AND is_open = 1"
        found = connection.execute(sql, (self._kind, self._storage, json.dumps(name)))
        return [int(run_id) for (run_id,) in found]

    def forget_same(self, connection: sqlite3.Connection, name: str) -> None:
        """Forget the open runs that have a name and that nobody is at: another one does the same."""
        for run_id in self.open_with_name(connection, name):
            with suppress(InputError):
                lock = self.taken(run_id)
                connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))
                lock.release(for_good=True)

    def taken_up(self, run_id: int, read: Callable[[sqlite3.Connection], T]) -> tuple[T, RunLock]:
        """Return what `read` finds of a run in a transaction, and the lock of the run, taken.

        Raises:
            NothingFoundError: `no-such-transfer`.
            InputError: `transfer-in-use`.
        """
        with ExitStack() as undo:
            with self._file.transaction() as connection:
                self.request(connection, run_id)
                lock = self.taken(run_id)
                undo.callback(lock.release)
                found = read(connection)
            undo.pop_all()
        return found, lock

    def is_free(self, run_id: int) -> bool:
        """Tell whether nobody is at a run; asked in a transaction.

        To look is to take the lock for a moment. As whoever wants the run takes it in a transaction too, nobody is
        turned away by somebody who only looks.
        """
        try:
            self.taken(run_id).release()
        except InputError:
            return False
        return True

    def taken(self, run_id: int) -> RunLock:
        """Return the lock of a run, taken.

        Raises:
            InputError: `transfer-in-use`.
            LocalFileError: there is no room for its file.
        """
        path = self._file.path.with_name(f"{self._file.path.stem}.{run_id}.lock")
        try:
            lock = RunLock.take(path)
        except OSError as error:
            raise local_file_error(error, str(path)) from error
        if lock is None:
            raise InputError(
                "transfer-in-use", "Another Tagdrop is at this transfer", "Wait until it is done.", str(run_id)
            )
        return lock


def _new_id(connection: sqlite3.Connection, began_at: datetime) -> int:
    """Return an id that follows the seconds.

    So one that somebody remembers names no other run where the file was deleted or put aside meanwhile and numbers
    would begin anew.
    """
    (last_id,) = connection.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'runs'").fetchone()
    return max(int(last_id) + 1, int((began_at - _FIRST_DAY).total_seconds()))


def no_such_transfer(run_id: int) -> NothingFoundError:
    """Return why a run can't be gone on with."""
    return NothingFoundError(
        "no-such-transfer",
        "There is no such transfer",
        "It may be done already; `tagdrop transfers` lists them.",
        str(run_id),
    )
