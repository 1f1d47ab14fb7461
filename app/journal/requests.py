"""Requests that are kept until they were carried out: downloads, links, deletions."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from app.core.errors import InputError, LocalFileError, NothingFoundError
from app.core.open_transfers import OpenTransfer
from app.core.ports.clock import Clock
from app.journal.file import JournalFile
from app.journal.request_formats import Format
from app.journal.run_lock import RunLock
from app.journal.runs import Runs
from app.journal.stored_files import note_files, noted_files

_log = logging.getLogger(__name__)

_GROUP_SECONDS = 1.0

R = TypeVar("R")


class _NameTakenError(Exception):
    """Another request has the name."""


class Requests(Generic[R]):
    """A `RequestJournal`.

    Args:
        file: the journal.
        form: how the requests are written down.
        storage: names server and bucket; requests to another one are left alone.
        clock: tells when a run began.
    """

    def __init__(self, file: JournalFile, form: Format[R], storage: str, clock: Clock) -> None:
        self._file = file
        self._form = form
        self._runs = Runs(file, form.kind, storage, clock)

    def begin(self, request: R) -> RequestRecord[R]:
        """See `RequestJournal.begin`."""
        return self._begin(request, lambda connection, run_id: None)

    def begin_numbered(self, requests: Iterable[R], is_same: Callable[[R, R], bool]) -> tuple[R, RequestRecord[R]]:
        """See `RequestJournal.begin_numbered`."""
        for request in requests:
            with suppress(_NameTakenError):
                return request, self._begin_alone(request, is_same)
        raise AssertionError("there is no end of numbers")

    def _begin_alone(self, request: R, is_same: Callable[[R, R], bool]) -> RequestRecord[R]:
        name = self._form.write(request).name

        def check(connection: sqlite3.Connection, run_id: int) -> None:
            for other in self._runs.open_with_name(connection, name):
                is_other = other != run_id
                if is_other and not (self._runs.is_free(other) and is_same(request, self._read(connection, other))):
                    raise _NameTakenError

        return self._begin(request, check)

    def _begin(self, request: R, check: Callable[[sqlite3.Connection, int], None]) -> RequestRecord[R]:
        note = self._form.write(request)

        def write(connection: sqlite3.Connection, run_id: int) -> None:
            check(connection, run_id)
            if note.replaces_same:
                self._runs.forget_same(connection, note.name)
            note_files(connection, run_id, note.files)

        run_id, lock = self._runs.begin(
            note.text, write, name=note.name, files=note.files_total, size_bytes=note.size_bytes
        )
        return RequestRecord(self._file, self._form, run_id, lock)

    def open_transfers(self) -> tuple[OpenTransfer, ...]:
        """See `RequestJournal.open_transfers`."""
        found = tuple(self._runs.open_transfers())
        placed = {transfer.id for transfer in found if self._is_placed(transfer.id)}
        for run_id in placed:
            with suppress(InputError, NothingFoundError):
                self.take_up(run_id)[1].finish()
        return tuple(transfer for transfer in found if transfer.id not in placed)

    def read(self, run_id: int) -> R:
        """See `RequestJournal.read`."""
        with self._file.transaction() as connection:
            return self._read(connection, run_id)

    def take_up(self, run_id: int) -> tuple[R, RequestRecord[R]]:
        """See `RequestJournal.take_up`."""
        request, lock = self._runs.taken_up(run_id, lambda connection: self._read(connection, run_id))
        return request, RequestRecord(self._file, self._form, run_id, lock)

    def _read(self, connection: sqlite3.Connection, run_id: int) -> R:
        text, files = self._runs.request(connection, run_id), noted_files(connection, run_id)
        return self._form.read(json.loads(text), files)

    def _is_placed(self, run_id: int) -> bool:
        """Tell whether only the end of a run wasn't noted: the file that it made is in its place."""
        with self._file.transaction() as connection:
            noted = connection.execute("SELECT placed FROM runs WHERE id = ?", (run_id,)).fetchone()
        if noted is None or noted[0] is None:
            return False
        path, *file_id = json.loads(noted[0])
        try:
            found = Path(path).stat()
        except OSError:
            return False
        return bool([found.st_dev, found.st_ino] == file_id)


class RequestRecord(Generic[R]):
    """A `RunRecord`.

    Args:
        file: the journal.
        form: how the request is written down.
        run_id: of the run.
        lock: of the run, taken.
    """

    def __init__(self, file: JournalFile, form: Format[R], run_id: int, lock: RunLock) -> None:
        self.run_id = run_id
        self._file = file
        self._form = form
        self._lock = lock
        self._written_at = time.monotonic()
        self._done: tuple[int, int] | None = None

    def progressed(self, files: int, size_bytes: int) -> None:
        """See `RunRecord.progressed`."""
        self._done = files, size_bytes
        if time.monotonic() - self._written_at >= _GROUP_SECONDS:
            self._write_done()

    def became(self, request: R) -> None:
        """See `RunRecord.became`."""
        note = self._form.write(request)
        try:
            with self._file.transaction() as connection:
                sql = "UPDATE runs SET request = ?, files = ?, size_bytes = ? WHERE id = ?"
                connection.execute(sql, (note.text, note.files_total, note.size_bytes, self.run_id))
                connection.execute("DELETE FROM stored_files WHERE run_id = ?", (self.run_id,))
                note_files(connection, self.run_id, note.files)
        except LocalFileError:
            self._warn()

    def placing(self, output: Path, file_id: tuple[int, int]) -> None:
        """See `RunRecord.placing`."""
        self._execute("UPDATE runs SET placed = ? WHERE id = ?", json.dumps([str(output), *file_id]), self.run_id)

    def finish(self) -> None:
        """See `RunRecord.finish`."""
        try:
            self._execute("DELETE FROM runs WHERE id = ?", self.run_id)
        finally:
            self._lock.release(for_good=True)

    def leave(self) -> None:
        """See `RunRecord.leave`."""
        try:
            self._write_done()
        finally:
            self._lock.release()

    def _write_done(self) -> None:
        self._written_at = time.monotonic()
        if self._done is not None:
            self._execute("UPDATE runs SET files_done = ?, size_bytes_done = ? WHERE id = ?", *self._done, self.run_id)
            self._done = None

    def _execute(self, sql: str, *values: int | str) -> None:
        """Write what nobody needs to go on; a run that can't be forgotten is only offered once more."""
        try:
            with self._file.transaction() as connection:
                connection.execute(sql, values)
        except LocalFileError:
            self._warn()

    def _warn(self) -> None:
        _log.warning("The journal of transfer %d can't be written", self.run_id, exc_info=True)
