"""Many objects in and out of the local index at once, in columns: a million of them in seconds."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.catalog.sets import SetIds
from app.core.tags import TagSet

BLOCK_OBJECTS = 1000
"""Most objects of a block."""

KEEP = """
    INSERT INTO objects (key, size_bytes, modified_us, etag, set_id, read_us) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET size_bytes = excluded.size_bytes, modified_us = excluded.modified_us,
        etag = excluded.etag, set_id = excluded.set_id, read_us = excluded.read_us,
        uploaded_by = CASE WHEN etag = excluded.etag THEN uploaded_by END
    WHERE excluded.read_us >= objects.read_us
"""
"""Keeps what was learnt about an object, unless something was learnt later."""

_REMEMBERED_SETS = 100_000
_COSTLY = ("objects_by_set", "objects_by_read", "object_added")


@dataclass(frozen=True, slots=True)
class Block:
    """What was learnt about some objects, a column for each thing.

    Attributes:
        keys: whole keys.
        sizes: bytes.
        modified: microseconds since 1970 UTC.
        etags: without quotes.
        tag_sets: the tag sets that these objects carry, each once.
        sets: which of `tag_sets` each object carries; None where its tags can't be read.
        read: when its tags were read, microseconds since 1970 UTC.
    """

    keys: Sequence[str]
    sizes: Sequence[int]
    modified: Sequence[int]
    etags: Sequence[str]
    tag_sets: Sequence[TagSet]
    sets: Sequence[int | None]
    read: Sequence[int]


def blocks(reader: sqlite3.Connection) -> Iterator[Block]:
    """Yield every object, in the order of the keys' UTF-8."""
    rows = reader.execute("SELECT key, size_bytes, modified_us, etag, set_id, read_us FROM objects ORDER BY key")
    tag_sets = _TagSets(reader)
    while some := rows.fetchmany(BLOCK_OBJECTS):
        keys, sizes, modified, etags, ids, read = zip(*some, strict=True)
        distinct = [set_id for set_id in dict.fromkeys(ids) if set_id is not None]
        numbers = {set_id: number for number, set_id in enumerate(distinct)}
        sets = [numbers.get(set_id) for set_id in ids]
        yield Block(keys, sizes, modified, etags, [tag_sets[set_id] for set_id in distinct], sets, read)


def keep(block: Block, writer: sqlite3.Connection, sets: SetIds, last_read: int) -> None:
    """Keep a block inside the caller's transaction; what was learnt later before stays.

    Args:
        block: to be kept.
        writer: in a transaction.
        sets: of that writer.
        last_read: nothing counts as read later, microseconds since 1970 UTC: what comes from a clock that is fast
            would stay for ever.
    """
    ids = [sets.id_of(tags) for tags in block.tag_sets]
    set_ids = [None if number is None else ids[number] for number in block.sets]
    read = [min(time, last_read) for time in block.read]
    rows = zip(block.keys, block.sizes, block.modified, block.etags, set_ids, read, strict=True)
    writer.executemany(KEEP, rows)


@contextlib.contextmanager
def costly_parts_last(writer: sqlite3.Connection) -> Iterator[None]:
    """Do without the secondary indexes and counting while very much is added, and make them anew afterwards.

    Inside the caller's transaction, so that nobody ever sees the file without them. Takes a third of the time.
    """
    marks = ",".join("?" * len(_COSTLY))
    sql = f"SELECT type, name, sql FROM sqlite_master WHERE name IN ({marks})"  # noqa: S608 -- marks only
    parts = writer.execute(sql, _COSTLY).fetchall()
    for kind, name, _ in parts:
        writer.execute(f"DROP {kind} {name}")
    yield
    for _, _, made_by in parts:
        writer.execute(made_by)
    writer.execute("UPDATE tag_sets SET objects = (SELECT count(*) FROM objects WHERE set_id = tag_sets.id)")


class _TagSets(dict[int, TagSet]):
    """Tag sets by their id, each read when it is first asked for."""

    def __init__(self, reader: sqlite3.Connection) -> None:
        super().__init__()
        self._reader = reader

    def __missing__(self, set_id: int) -> TagSet:
        if len(self) >= _REMEMBERED_SETS:
            self.clear()
        (text,) = self._reader.execute("SELECT tags FROM tag_sets WHERE id = ?", (set_id,)).fetchone()
        tags: TagSet = json.loads(text)
        self[set_id] = tags
        return tags
