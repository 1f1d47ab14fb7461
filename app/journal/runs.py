"""The runs of the journal: what was begun, where and when."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from app.core.times import microseconds

_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def begin_run(connection: sqlite3.Connection, kind: str, storage: str, began_at: datetime, request: str) -> int:
    """Note that a run begins and return its id, which is greater than those before.

    Ids follow the seconds, so that one that somebody remembers names no other run where the file was deleted or put
    aside meanwhile and numbers would begin anew.

    Args:
        connection: in a transaction.
        kind: what is done.
        storage: names server and bucket.
        began_at: aware.
        request: JSON object; what it says depends on the kind.
    """
    (last_id,) = connection.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'runs'").fetchone()
    run_id = max(int(last_id) + 1, int((began_at - _FIRST_DAY).total_seconds()))
    connection.execute(
        "INSERT INTO runs (id, kind, storage, began_us, request) VALUES (?, ?, ?, ?, ?)",
        (run_id, kind, storage, microseconds(began_at), request),
    )
    return run_id
