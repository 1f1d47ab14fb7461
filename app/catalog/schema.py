"""The local index's tables, and the steps from one version of them to the next.

Objects share few tag sets, so a set is stored once, with the values in it; a search looks for sets first and
for their objects then. `tag_sets.objects` is kept by triggers, so that counts need no pass over the objects.
"""

from __future__ import annotations

import sqlite3

VERSION = 1
"""Version that this program writes; kept in the file as `PRAGMA user_version`."""

_STEPS: tuple[str, ...] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    CREATE TABLE tag_sets (
        id INTEGER PRIMARY KEY,
        tags TEXT NOT NULL UNIQUE,          -- JSON object, keys sorted
        objects INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE tag_values (
        folded TEXT NOT NULL,               -- as values are compared
        set_id INTEGER NOT NULL,
        value TEXT NOT NULL,                -- as it is stored
        PRIMARY KEY (folded, set_id, value)
    ) WITHOUT ROWID;

    CREATE TABLE objects (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again, so that a refresh knows what came after it began
        key TEXT NOT NULL UNIQUE,
        size_bytes INTEGER NOT NULL,
        modified_us INTEGER NOT NULL,       -- microseconds since 1970 UTC
        etag TEXT NOT NULL,
        set_id INTEGER,                     -- NULL: its tags can't be read
        read_us INTEGER NOT NULL,           -- when its tags were read
        uploaded_by TEXT                    -- NULL: not asked yet
    );
    CREATE INDEX objects_by_set ON objects (set_id);
    CREATE INDEX objects_by_read ON objects (read_us);

    CREATE TRIGGER object_added AFTER INSERT ON objects BEGIN
        UPDATE tag_sets SET objects = objects + 1 WHERE id = NEW.set_id;
    END;
    CREATE TRIGGER object_removed AFTER DELETE ON objects BEGIN
        UPDATE tag_sets SET objects = objects - 1 WHERE id = OLD.set_id;
    END;
    CREATE TRIGGER object_retagged AFTER UPDATE OF set_id ON objects WHEN OLD.set_id IS NOT NEW.set_id BEGIN
        UPDATE tag_sets SET objects = objects - 1 WHERE id = OLD.set_id;
        UPDATE tag_sets SET objects = objects + 1 WHERE id = NEW.set_id;
    END;
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to `VERSION`, each step in a transaction of its own.

    Raises:
        sqlite3.DatabaseError: it can't be written, or a newer program wrote it.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise sqlite3.DatabaseError(f"the index has version {version}, this program knows {VERSION}")
    for number in range(version, VERSION):
        # Another process may be at it too: looked at again under the lock.
        script = f"BEGIN IMMEDIATE; {_STEPS[number]} PRAGMA user_version = {number + 1}; COMMIT;"
        try:
            connection.executescript(script)
        except sqlite3.OperationalError:
            connection.rollback()
            if connection.execute("PRAGMA user_version").fetchone()[0] <= number:
                raise
