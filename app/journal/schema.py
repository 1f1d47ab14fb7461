"""The journal's tables, and the steps from one version of them to the next."""

from __future__ import annotations

import sqlite3

VERSION = 3
"""Version that this program writes; kept in the file as `PRAGMA user_version`."""

_STEPS: tuple[str, ...] = (
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again
        kind TEXT NOT NULL,                 -- what was done, for example 'retag'
        storage TEXT NOT NULL,              -- server and bucket it was done in
        began_us INTEGER NOT NULL,          -- microseconds since 1970 UTC
        request TEXT NOT NULL               -- JSON object, what it says depends on the kind
    );
    CREATE TABLE retagged (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        before TEXT NOT NULL,               -- JSON object: the value tags of the file
        after TEXT NOT NULL,
        PRIMARY KEY (run_id, key)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE uploads (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,            -- place among the files of the upload
        file TEXT NOT NULL,                 -- JSON array: path, names from what was dropped, key, tag values
        size_bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,       -- nanoseconds since 1970 UTC
        copy_number INTEGER NOT NULL,       -- of the name that it goes to
        status TEXT,                        -- what became of it; NULL while there is something to do
        replaces_etag TEXT,
        upload_id TEXT,                     -- of the multipart upload that was begun
        PRIMARY KEY (run_id, number)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT '""';         -- JSON string: what people know it by
    ALTER TABLE runs ADD COLUMN files INTEGER NOT NULL DEFAULT 0;        -- of those below, where it isn't an upload
    ALTER TABLE runs ADD COLUMN size_bytes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN files_done INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN size_bytes_done INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN is_open INTEGER NOT NULL DEFAULT 0;      -- something is left to be done
    ALTER TABLE runs ADD COLUMN placed TEXT;    -- JSON array: path, device and number of the file made of it, if any
    UPDATE runs SET is_open = 1 WHERE kind = 'upload';
    CREATE TABLE stored_files (             -- what a run is about, as it was found
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,            -- place among the files of the run
        key TEXT NOT NULL,
        etag TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        modified_us INTEGER NOT NULL,       -- microseconds since 1970 UTC
        tags TEXT NOT NULL,                 -- JSON array: the tag set, those of its values that are values
        PRIMARY KEY (run_id, number)
    ) WITHOUT ROWID;
    """,
)


class NewerFormatError(Exception):
    """A newer program wrote the file."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to `VERSION`, each step in a transaction of its own.

    Raises:
        sqlite3.DatabaseError: it can't be written.
        NewerFormatError: a newer program wrote it.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise NewerFormatError
    for number in range(version, VERSION):
        # Another process may be at it too: looked at again under the lock.
        script = f"BEGIN IMMEDIATE; {_STEPS[number]} PRAGMA user_version = {number + 1}; COMMIT;"
        try:
            connection.executescript(script)
        except sqlite3.OperationalError:
            connection.rollback()
            if connection.execute("PRAGMA user_version").fetchone()[0] <= number:
                raise
