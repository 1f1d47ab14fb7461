"""The runs of the journal: what was begun, where and when."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from app.core.times import microseconds


def begin_run(connection: sqlite3.Connection, kind: str, storage: str, began_at: datetime, request: str) -> int:
    """Note that a run begins and return its id.

    Args:
        connection: in a transaction.
        kind: what is done.
        storage: names server and bucket.
        began_at: aware.
        request: JSON object; what it says depends on the kind.
    """
    cursor = connection.execute(
        "INSERT INTO runs (kind, storage, began_us, request) VALUES (?, ?, ?, ?)",
        (kind, storage, microseconds(began_at), request),
    )
    return int(cursor.lastrowid or 0)
