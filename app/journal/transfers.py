"""Uploads that are under way or were interrupted, in the journal."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.core.conflicts import Choice
from app.core.errors import InputError, LocalFileError, NothingFoundError
from app.core.events import SourceFile, UploadStatus
from app.core.open_transfers import OpenTransfer, TransferKind
from app.core.ports.clock import Clock
from app.core.tags import TagRules
from app.core.times import time_of
from app.core.uploads import FileRecord, UploadFile, UploadRequest
from app.journal.file import JournalFile
from app.journal.run_lock import RunLock
from app.journal.runs import Runs

_log = logging.getLogger(__name__)

_KIND = TransferKind.UPLOAD.value
_GROUP_SECONDS = 0.5
_FAILED_SECONDS = 10.0
_GROUP_NOTES = 2000
_LAST_NS = 2**63 - 1  # in April 2262: what SQLite can hold


class Transfers:
    """A `TransferJournal`.

    Args:
        file: the journal.
        storage: names server and bucket; uploads to another one are left alone.
        clock: tells when an upload began.
    """

    def __init__(self, file: JournalFile, storage: str, clock: Clock) -> None:
        self._file = file
        self._storage = storage
        self._runs = Runs(file, TransferKind.UPLOAD, storage, clock)

    def begin(self, request: UploadRequest, copy_numbers: Sequence[int]) -> Record:
        """See `TransferJournal.begin`."""

        def write(connection: sqlite3.Connection, run_id: int) -> None:
            connection.executemany(
                "INSERT INTO uploads (run_id, number, file, size_bytes, modified_ns, copy_number)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                _file_rows(run_id, request.files, copy_numbers),
            )

        run_id, lock = self._runs.begin(_request_text(request), write)
        return Record(self._file, run_id, lock)

    def open_transfers(self) -> tuple[OpenTransfer, ...]:
        """See `TransferJournal.open_transfers`."""
        sql = (
            "SELECT id, began_us, count(*), sum(status IS NULL), sum(uploads.size_bytes),"
            " sum(CASE WHEN status IS NULL THEN uploads.size_bytes ELSE 0 END)"
            " FROM runs JOIN uploads ON run_id = id WHERE kind = ? AND storage = ? GROUP BY id ORDER BY id"
        )
        with self._file.transaction() as connection:
            rows = connection.execute(sql, (_KIND, self._storage)).fetchall()
            free = [row for row in rows if self._runs.is_free(row[0])]
        found = [OpenTransfer(row[0], TransferKind.UPLOAD, "", time_of(row[1]), *row[2:]) for row in free]
        for transfer in found:
            if not transfer.files_left:
                self._forget_done(transfer.id)
        return tuple(transfer for transfer in found if transfer.files_left)

    def needed_uploads(self) -> frozenset[str]:
        """See `TransferJournal.needed_uploads`."""
        sql = (
            "SELECT upload_id FROM runs JOIN uploads ON run_id = id"
            " WHERE kind = ? AND storage = ? AND upload_id IS NOT NULL"
        )
        with self._file.transaction() as connection:
            return frozenset(upload_id for (upload_id,) in connection.execute(sql, (_KIND, self._storage)))

    def read(self, run_id: int) -> UploadRequest:
        """See `TransferJournal.read`."""
        with self._file.transaction() as connection:
            return self._read(connection, run_id)

    def take_up(self, run_id: int) -> tuple[UploadRequest, Record]:
        """See `TransferJournal.take_up`."""
        request, lock = self._runs.taken_up(run_id, lambda connection: self._read(connection, run_id))
        return request, Record(self._file, run_id, lock)

    def _read(self, connection: sqlite3.Connection, run_id: int) -> UploadRequest:
        rows = connection.execute(
            "SELECT file, size_bytes, modified_ns, status, copy_number, replaces_etag, upload_id"
            " FROM uploads WHERE run_id = ? ORDER BY number",
            (run_id,),
        ).fetchall()
        return _request(run_id, json.loads(self._runs.request(connection, run_id)), rows)

    def _forget_done(self, run_id: int) -> None:
        """Forget an upload of which only the end wasn't noted, unless that is just being done."""
        with suppress(InputError, NothingFoundError):
            _, record = self.take_up(run_id)
            record.finish()


class Record:
    """An `UploadRecord`.

    Args:
        file: the journal.
        run_id: of the run.
        lock: of the run, taken.
    """

    def __init__(self, file: JournalFile, run_id: int, lock: RunLock) -> None:
        self.run_id = run_id
        self._file = file
        self._lock = lock
        self._notes: list[tuple[str, tuple[Any, ...]]] = []
        self._written_at = time.monotonic()
        self._is_failing = False

    def settled(self, place: int, status: UploadStatus) -> None:
        """See `UploadRecord.settled`."""
        self._note("UPDATE uploads SET status = ?, upload_id = NULL", status.value, place)

    def renamed(self, place: int, copy_number: int, replaces_etag: str | None) -> None:
        """See `UploadRecord.renamed`."""
        self._note("UPDATE uploads SET copy_number = ?, replaces_etag = ?", copy_number, replaces_etag, place)

    def begun(self, place: int, upload_id: str | None) -> None:
        """See `UploadRecord.begun`."""
        self._note("UPDATE uploads SET upload_id = ?", upload_id, place)
        self.flush()  # what nobody knows of any more would stay for days

    def decided(self, choice: Choice) -> None:
        """See `UploadRecord.decided`."""
        sql = "UPDATE runs SET request = json_set(request, '$.on_conflict', ?) WHERE id = ?"
        self._notes.append((sql, (choice.value, self.run_id)))
        self.flush()

    def flush(self) -> None:
        """See `UploadRecord.flush`."""
        self._written_at = time.monotonic()
        if not self._notes:
            return
        try:
            with self._file.transaction() as connection:
                for sql, values in self._notes:
                    connection.execute(sql, values)
        except LocalFileError:
            # Nothing is lost by going on: what was stored is recognised by its metadata, and the notes are kept.
            if not self._is_failing:
                self._warn()
            self._is_failing = True
        else:
            self._notes.clear()
            self._is_failing = False

    def flush_due(self) -> None:
        """See `UploadRecord.flush_due`."""
        if time.monotonic() - self._written_at >= (_FAILED_SECONDS if self._is_failing else _GROUP_SECONDS):
            self.flush()

    def finish(self) -> None:
        """See `UploadRecord.finish`."""
        self._notes.clear()
        try:
            with self._file.transaction() as connection:
                connection.execute("DELETE FROM runs WHERE id = ?", (self.run_id,))
        except LocalFileError:
            self._warn()
        finally:
            self._lock.release(for_good=True)

    def leave(self) -> None:
        """See `UploadRecord.leave`."""
        try:
            self.flush()
        finally:
            self._lock.release()

    def _note(self, sql: str, *values: Any) -> None:
        self._notes.append((f"{sql} WHERE number = ? AND run_id = ?", (*values, self.run_id)))
        if len(self._notes) >= _GROUP_NOTES and not self._is_failing:
            self.flush()
        else:
            self.flush_due()

    def _warn(self) -> None:
        _log.warning("The journal of upload %d can't be written", self.run_id, exc_info=True)


def _request_text(request: UploadRequest) -> str:
    rules = request.rules
    return _json(
        {
            "prefix": request.prefix,
            "rules": {"key": rules.key, "more_keys": rules.more_keys, "fixed": dict(rules.fixed)},
            "uploaded_by": request.uploaded_by,
            "allow_replace": request.allow_replace,
            "on_conflict": request.on_conflict.value if request.on_conflict else None,
            "transfer": request.transfer,
        }
    )


def _file_rows(
    run_id: int, files: Sequence[UploadFile], copy_numbers: Sequence[int]
) -> Iterator[tuple[int, int, str, int, int, int]]:
    for place, (file, copy_number) in enumerate(zip(files, copy_numbers, strict=True)):
        source = file.source
        text = _json([str(source.path), source.parts, source.key, file.values])
        # A file of a later time is taken for changed when the upload is gone on with, and looked at again.
        modified_ns = max(-_LAST_NS, min(source.modified_ns, _LAST_NS))
        yield run_id, place, text, source.size_bytes, modified_ns, copy_number


def _request(run_id: int, kept: dict[str, Any], rows: Sequence[Sequence[Any]]) -> UploadRequest:
    rules = kept["rules"]
    files, before = [], {}
    for place, (text, size_bytes, modified_ns, status, copy_number, replaces_etag, upload_id) in enumerate(rows):
        path, parts, key, values = json.loads(text)
        source = SourceFile(Path(path), tuple(parts), key, size_bytes, modified_ns)
        files.append(UploadFile(source, tuple(values)))
        before[place] = FileRecord(UploadStatus(status) if status else None, copy_number, replaces_etag, upload_id)
    return UploadRequest(
        files=tuple(files),
        left_out=(),
        prefix=kept["prefix"],
        rules=TagRules(rules["key"], tuple(rules["more_keys"]), rules["fixed"]),
        uploaded_by=kept["uploaded_by"],
        allow_replace=kept["allow_replace"],
        on_conflict=Choice(kept["on_conflict"]) if kept.get("on_conflict") else None,
        transfer=kept["transfer"],
        run_id=run_id,
        before=before,
    )


def _json(value: Any) -> str:
    # In ASCII: a file's name needn't be valid Unicode, and SQLite takes nothing else.
    return json.dumps(value, separators=(",", ":"))
