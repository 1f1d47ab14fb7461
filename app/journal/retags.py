"""Changes of tags, in the journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from app.core.ports.clock import Clock
from app.core.tag_edits import RetagRun, TagEdit, TagsChange
from app.core.tags import TagSet
from app.core.times import time_of
from app.journal.file import JournalFile
from app.journal.runs import begin_run

RUNS_KEPT = 50
"""Runs that can be undone; older ones are forgotten when another begins."""

_KIND = "retag"


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
        self._clock = clock

    def begin(self, edits: Sequence[TagEdit], tag_keys: Sequence[str]) -> int:
        """See `RetagJournal.begin`."""
        request = _json({"edits": [[edit.old, edit.new] for edit in edits], "tag_keys": list(tag_keys)})
        with self._file.transaction() as connection:
            run_id = begin_run(connection, _KIND, self._storage, self._clock.now(), request)
            connection.execute(
                "DELETE FROM runs WHERE id IN"
                " (SELECT id FROM runs WHERE kind = ? AND storage = ? ORDER BY id DESC LIMIT -1 OFFSET ?)",
                (_KIND, self._storage, RUNS_KEPT),
            )
            return run_id

    def planned(self, run_id: int, changes: Iterable[TagsChange]) -> None:
        """See `RetagJournal.planned`."""
        rows = [(run_id, change.key, _json(change.before), _json(change.after)) for change in changes]
        with self._file.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO retagged VALUES (?, ?, ?, ?)", rows)

    def forget(self, run_id: int, keys: Iterable[str]) -> None:
        """See `RetagJournal.forget`."""
        with self._file.transaction() as connection:
            connection.executemany("DELETE FROM retagged WHERE run_id = ? AND key = ?", [(run_id, key) for key in keys])

    def runs(self) -> tuple[RetagRun, ...]:
        """See `RetagJournal.runs`."""
        sql = (
            "SELECT id, began_us, request, count(*) FROM runs JOIN retagged ON run_id = id"
            " WHERE kind = ? AND storage = ? GROUP BY id ORDER BY id DESC"
        )
        with self._file.transaction() as connection:
            return tuple(_run(row) for row in connection.execute(sql, (_KIND, self._storage)))

    def changes(self, run_id: int) -> tuple[TagsChange, ...]:
        """See `RetagJournal.changes`."""
        sql = "SELECT key, before, after FROM retagged WHERE run_id = ? ORDER BY key"
        with self._file.transaction() as connection:
            rows = connection.execute(sql, (run_id,)).fetchall()
        return tuple(TagsChange(key, json.loads(before), json.loads(after)) for key, before, after in rows)


def _run(row: Sequence[Any]) -> RetagRun:
    run_id, began_us, text, files = row
    request = json.loads(text)
    edits = tuple(TagEdit(old, new) for old, new in request["edits"])
    return RetagRun(run_id, edits, tuple(request["tag_keys"]), time_of(began_us), files)


def _json(value: dict[str, Any] | TagSet) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
