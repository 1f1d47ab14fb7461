"""Changes of tags, in the journal."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.core.errors import LocalFileError
from app.core.open_transfers import OpenTransfer, TransferKind
from app.core.ports.clock import Clock
from app.core.tag_edits import RetagRequest, RetagRun, TagEdit, TagsChange, edits_text
from app.core.tags import TagRules, TagSet
from app.core.times import time_of
from app.journal.file import JournalFile
from app.journal.run_lock import RunLock
from app.journal.runs import Runs
from app.journal.stored_files import note_files, noted_files

_log = logging.getLogger(__name__)

RUNS_KEPT = 50
"""Runs that can be undone; older ones are forgotten when another begins."""

_KIND = TransferKind.RETAG.value


class Retags:
    """A `RetagJournal`.

    Args:
        file: the journal.
        storage: names server and bucket; runs in another one are left alone.
        clock: tells when a run began.
    """

    def __init__(self, file: JournalFile, storage: str, clock: Clock) -> None:
        self._file = file
        self._storage = storage
        self._runs = Runs(file, TransferKind.RETAG, storage, clock)

    def begin(self, request: RetagRequest) -> Record:
        """See `RetagJournal.begin`."""
        text = _json(
            {
                "edits": [[edit.old, edit.new] for edit in request.edits],
                "tag_keys": list(request.rules.keys),
                "fixed": dict(request.rules.fixed),
            }
        )

        def write(connection: sqlite3.Connection, run_id: int) -> None:
            note_files(connection, run_id, request.files)
            connection.execute(
                "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE kind = ? AND storage = ? AND NOT is_open"
                " ORDER BY began_us DESC, id DESC LIMIT -1 OFFSET ?)",
                (_KIND, self._storage, RUNS_KEPT - 1),
            )

        run_id, lock = self._runs.begin(text, write, name=edits_text(request.edits), files=len(request.files))
        return Record(self._file, run_id, lock)

    def begin_undo(self, run_id: int) -> Record:
        """See `RetagJournal.begin_undo`."""

        def note(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM stored_files WHERE run_id = ?", (run_id,))
            connection.execute(
                "UPDATE runs SET is_open = 1, files_done = 0, request = json_set(request, '$.undoing', 1),"
                " files = (SELECT count(*) FROM retagged WHERE run_id = id) WHERE id = ?",
                (run_id,),
            )

        _, lock = self._runs.taken_up(run_id, note)
        return Record(self._file, run_id, lock)

    def take_up(self, run_id: int) -> tuple[RetagRequest, Record]:
        """See `RetagJournal.take_up`."""
        request, lock = self._runs.taken_up(run_id, lambda connection: self._read(connection, run_id))
        return request, Record(self._file, run_id, lock)

    def _read(self, connection: sqlite3.Connection, run_id: int) -> RetagRequest:
        kept = json.loads(self._runs.request(connection, run_id))
        first, *more = kept["tag_keys"]
        return RetagRequest(
            noted_files(connection, run_id), _edits(kept), TagRules(first, tuple(more), kept.get("fixed", {}))
        )

    def open_transfers(self) -> tuple[OpenTransfer, ...]:
        """See `RetagJournal.open_transfers`."""
        undone = self._undone()
        return tuple(
            replace(transfer, kind=TransferKind.UNDO) if transfer.id in undone else transfer
            for transfer in self._runs.open_transfers()
        )

    def runs(self) -> tuple[RetagRun, ...]:
        """See `RetagJournal.runs`."""
        sql = (
            "SELECT id, began_us, request, count(*) FROM runs JOIN retagged ON run_id = id"
            " WHERE kind = ? AND storage = ? GROUP BY id ORDER BY began_us DESC, id DESC"
        )
        with self._file.transaction() as connection:
            return tuple(_run(row) for row in connection.execute(sql, (_KIND, self._storage)))

    def changes(self, run_id: int) -> tuple[TagsChange, ...]:
        """See `RetagJournal.changes`."""
        sql = "SELECT key, before, after FROM retagged WHERE run_id = ? ORDER BY key"
        with self._file.transaction() as connection:
            rows = connection.execute(sql, (run_id,)).fetchall()
        return tuple(TagsChange(key, json.loads(before), json.loads(after)) for key, before, after in rows)

    def _undone(self) -> set[int]:
        sql = "SELECT id FROM runs WHERE kind = ? AND storage = ? AND json_extract(request, '$.undoing') = 1"
        with self._file.transaction() as connection:
            return {run_id for (run_id,) in connection.execute(sql, (_KIND, self._storage))}


class Record:
    """A `RetagRecord`.

    Args:
        file: the journal.
        run_id: of the run.
        lock: of the run, taken.
    """

    def __init__(self, file: JournalFile, run_id: int, lock: RunLock) -> None:
        self.run_id = run_id
        self._file = file
        self._lock = lock

    def planned(self, changes: Iterable[TagsChange]) -> None:
        """See `RetagRecord.planned`."""
        rows = [(self.run_id, change.key, _json(change.before), _json(change.after)) for change in changes]
        with self._file.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO retagged VALUES (?, ?, ?, ?)", rows)

    def settled(self, keys: Sequence[str], unchanged: Iterable[str]) -> None:
        """See `RetagRecord.settled`."""
        with self._file.transaction() as connection:
            for table, over in (("stored_files", keys), ("retagged", unchanged)):
                sql = f"DELETE FROM {table} WHERE run_id = ? AND key IN (SELECT value FROM json_each(?))"  # noqa: S608
                connection.execute(sql, (self.run_id, json.dumps(list(over))))
            connection.execute("UPDATE runs SET files_done = files_done + ? WHERE id = ?", (len(keys), self.run_id))

    def finish(self) -> None:
        """See `RetagRecord.finish`."""
        try:
            with self._file.transaction() as connection:
                connection.execute("DELETE FROM stored_files WHERE run_id = ?", (self.run_id,))
                connection.execute(
                    "UPDATE runs SET is_open = 0, request = json_remove(request, '$.undoing') WHERE id = ?",
                    (self.run_id,),
                )
                connection.execute(
                    "DELETE FROM runs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM retagged WHERE run_id = id)",
                    (self.run_id,),
                )
        except LocalFileError:  # what is done is done; it is only offered once more
            _log.warning("The journal of retag %d can't be written", self.run_id, exc_info=True)
        finally:
            self._lock.release(for_good=True)

    def leave(self) -> None:
        """See `RetagRecord.leave`."""
        self._lock.release()


def _run(row: Sequence[Any]) -> RetagRun:
    run_id, began_us, text, files = row
    kept = json.loads(text)
    return RetagRun(run_id, _edits(kept), tuple(kept["tag_keys"]), time_of(began_us), files)


def _edits(kept: dict[str, Any]) -> tuple[TagEdit, ...]:
    return tuple(TagEdit(old, new) for old, new in kept["edits"])


def _json(value: dict[str, Any] | TagSet) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
