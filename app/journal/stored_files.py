"""Stored files as a run found them, in the journal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from app.core.events import Match
from app.core.objects import StoredObject
from app.core.times import microseconds, time_of


def note_files(connection: sqlite3.Connection, run_id: int, files: Iterable[Match]) -> None:
    """Note the files of a run, in their order."""
    rows = (
        (
            run_id,
            number,
            file.stored.key,
            file.stored.etag,
            file.stored.size_bytes,
            microseconds(file.stored.last_modified),
            json.dumps([file.tags, file.values], ensure_ascii=False, separators=(",", ":")),
        )
        for number, file in enumerate(files)
    )
    connection.executemany("INSERT INTO stored_files VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def noted_files(connection: sqlite3.Connection, run_id: int) -> tuple[Match, ...]:
    """Return the files of a run that are noted still, in their order."""
    sql = "SELECT key, etag, size_bytes, modified_us, tags FROM stored_files WHERE run_id = ? ORDER BY number"
    return tuple(_file(*row) for row in connection.execute(sql, (run_id,)))


def _file(key: str, etag: str, size_bytes: int, modified_us: int, text: str) -> Match:
    tags, values = json.loads(text)
    return Match(StoredObject(key, size_bytes, time_of(modified_us), etag), tags, tuple(values))
