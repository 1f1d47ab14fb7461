"""The local index as a file: what is in the bucket and how it is tagged, as far as this computer knows."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.catalog.bulk import KEEP, Block, blocks, costly_parts_last, keep
from app.catalog.entries import Entry, Known, Retagged
from app.catalog.index_file import IndexFile, set_note
from app.catalog.sets import SetIds, sets_that_match
from app.core.events import Match
from app.core.objects import StoredObject
from app.core.query import Query
from app.core.tags import TagRules, TagSet
from app.core.times import microseconds, time_of

LEASE = timedelta(minutes=5)
"""How long a program that was killed while it refreshed keeps others from it."""

_ROWS_AT_ONCE = 500
_KEYS_AT_ONCE = 1000


class IndexStore:
    """One file. Any thread may use it, and several processes at the same time.

    Args:
        path: of the file; made, with its folder, for this person only.
        rules: which tags are values.

    Raises:
        sqlite3.DatabaseError: the file is damaged, or a newer program wrote it.
        OSError: it can't be made.
    """

    def __init__(self, path: Path, rules: TagRules) -> None:
        self.path = path
        self._rules = rules
        self._file = IndexFile(path)
        self._sets = SetIds(self._file.writer, rules)
        try:
            self._fit_rules()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file; a search that still reads from it ends by itself."""
        self._file.close()

    @property
    def completed_at(self) -> datetime | None:
        """As of when the index knows the whole bucket, aware UTC; None where it never did."""
        found = self._file.note("completed_us")
        return time_of(int(found)) if found else None

    @property
    def published_at(self) -> datetime | None:
        """As of when the published catalogue was that was taken in last, aware UTC; None where none was."""
        found = self._file.note("published_us")
        return time_of(int(found)) if found else None

    def count(self) -> tuple[int, int]:
        """Return the number of objects, and of those whose tags couldn't be read."""
        with self._file.reading() as reader:
            (readable,) = reader.execute("SELECT total(objects) FROM tag_sets").fetchone()
            (unreadable,) = reader.execute("SELECT count(*) FROM objects WHERE set_id IS NULL").fetchone()
        return int(readable) + unreadable, unreadable

    def find(self, query: Query) -> Iterator[tuple[Match, ...]]:
        """Yield what is meant, a few hundred files at a time, as of one moment and in no order."""
        chosen, parameters = sets_that_match(query)
        sql = f"SELECT key, size_bytes, modified_us, etag, set_id FROM objects WHERE set_id IN ({chosen})"  # noqa: S608 -- our own text, values are parameters
        with self._file.reading() as reader:
            tags_of = _TagSets(reader, self._rules)
            rows = reader.execute(sql, parameters)
            while batch := rows.fetchmany(_ROWS_AT_ONCE):
                yield tuple(Match(_stored(row), *tags_of(row[4])) for row in batch)

    def unreadable(self) -> list[StoredObject]:
        """Return the objects whose tags couldn't be read."""
        sql = "SELECT key, size_bytes, modified_us, etag FROM objects WHERE set_id IS NULL ORDER BY key"
        with self._file.reading() as reader:
            return [_stored(row) for row in reader.execute(sql)]

    def counts(self) -> dict[str, int]:
        """Return the values in use, of equal ones the spelling used most, with the number of files; most used first."""
        spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        sql = (
            "SELECT folded, value, sum(objects) FROM tag_values JOIN tag_sets ON id = set_id"
            " WHERE objects > 0 GROUP BY folded, value"
        )
        with self._file.reading() as reader:
            for folded, value, objects in reader.execute(sql):
                spellings[folded][value] = objects
        counts = {spelling.most_common(1)[0][0]: spelling.total() for spelling in spellings.values()}
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def known(self, keys: Sequence[str]) -> dict[str, Known]:
        """Return what the index holds of these objects."""
        found: dict[str, Known] = {}
        with self._file.reading() as reader:
            for start in range(0, len(keys), _KEYS_AT_ONCE):
                some = keys[start : start + _KEYS_AT_ONCE]
                marks = ",".join("?" * len(some))
                sql = f"SELECT key, size_bytes, modified_us, etag, set_id, id FROM objects WHERE key IN ({marks})"  # noqa: S608 -- marks only
                for row in reader.execute(sql, some):
                    found[row[0]] = Known(row[5], _stored(row), row[4] is not None)
        return found

    def longest_unread(self, before: datetime, limit: int) -> list[StoredObject]:
        """Return objects whose tags were read longest ago, and before this moment."""
        sql = (
            "SELECT key, size_bytes, modified_us, etag FROM objects"
            " WHERE read_us < ? AND set_id IS NOT NULL ORDER BY read_us LIMIT ?"
        )
        with self._file.reading() as reader:
            return [_stored(row) for row in reader.execute(sql, (microseconds(before), limit))]

    def forget_unread_since(self, moment: datetime) -> int:
        """Leave out objects whose tags weren't read since then, after all of the bucket were; return how many."""
        with self._writing() as writer:
            return writer.execute("DELETE FROM objects WHERE read_us < ?", (microseconds(moment),)).rowcount

    def last_number(self) -> int:
        """Return the highest number of an object so far."""
        with self._file.reading() as reader:
            row = reader.execute("SELECT seq FROM sqlite_sequence WHERE name = 'objects'").fetchone()
        return row[0] if row else 0

    def put(self, entries: Iterable[Entry]) -> None:
        """Keep what was learnt, in one transaction; what was learnt later before stays."""
        with self._writing() as writer:
            rows = [
                (
                    entry.stored.key,
                    entry.stored.size_bytes,
                    microseconds(entry.stored.last_modified),
                    entry.stored.etag,
                    None if entry.tags is None else self._sets.id_of(entry.tags),
                    microseconds(entry.read_at),
                )
                for entry in entries
            ]
            writer.executemany(KEEP, rows)

    @contextlib.contextmanager
    def dump(self) -> Iterator[tuple[int, Iterator[Block]]]:
        """Yield how many objects there are, and all of them in the order of their keys, as of one moment."""
        with self._file.reading() as reader:
            reader.execute("BEGIN")
            (objects,) = reader.execute("SELECT count(*) FROM objects").fetchone()
            yield objects, blocks(reader)

    def fill(self, learnt: Iterable[Block], as_of: datetime, read_by: datetime) -> None:
        """Take in a published catalogue, all or nothing; from then on the index knows the whole bucket.

        Nobody else can write meanwhile: a million objects take some seconds.

        Args:
            learnt: the catalogue.
            as_of: when that knew the whole bucket.
            read_by: no tags of it were read later.
        """
        with self._writing() as writer:
            with costly_parts_last(writer):
                for block in learnt:
                    keep(block, writer, self._sets, microseconds(read_by))
            set_note(writer, "published_us", str(microseconds(as_of)))
            # A search that looked at the whole bucket may have ended meanwhile, and knows it as of later.
            writer.execute(
                "INSERT OR IGNORE INTO meta (name, value) VALUES ('completed_us', ?)", (str(microseconds(as_of)),)
            )

    def put_block(self, block: Block, read_by: datetime) -> None:
        """Keep a block of a published catalogue, none of whose tags were read after `read_by`."""
        with self._writing() as writer:
            keep(block, writer, self._sets, microseconds(read_by))

    def note_published(self, as_of: datetime) -> None:
        """Note that all of the published catalogue as of then was taken in."""
        with self._writing() as writer:
            set_note(writer, "published_us", str(microseconds(as_of)))

    @property
    def refused(self) -> str | None:
        """Key of the snapshot that turned out to be damaged last; None where none did."""
        return self._file.note("refused")

    def refuse(self, key: str) -> None:
        """Note that this snapshot is damaged."""
        with self._writing() as writer:
            set_note(writer, "refused", key)

    def retag(self, retagged: Iterable[Retagged]) -> None:
        """Keep new tags of objects that are known; another one is learnt with all the rest."""
        sql = "UPDATE objects SET set_id = ?, read_us = ? WHERE key = ? AND read_us <= ?"
        with self._writing() as writer:
            for news in retagged:
                at = microseconds(news.at)
                writer.execute(sql, (self._sets.id_of(news.tags), at, news.key, at))

    def forget(self, keys: Iterable[str], before: datetime) -> None:
        """Leave out objects that are gone, unless they were looked at again after `before`."""
        moment = microseconds(before)
        with self._writing() as writer:
            writer.executemany("DELETE FROM objects WHERE key = ? AND read_us <= ?", [(key, moment) for key in keys])

    def forget_unseen(self, seen: bytearray, before: datetime) -> int:
        """Leave out objects that a whole listing didn't show, and return how many.

        Args:
            seen: 1 at the number of each object that it showed; what has a higher number came after it began.
            before: when it began; what was looked at later stays.
        """
        with self._file.reading() as reader:
            numbers = reader.execute("SELECT id FROM objects WHERE id < ?", (len(seen),))
            gone = [(number, microseconds(before)) for (number,) in numbers if not seen[number]]
        with self._writing() as writer:
            writer.executemany("DELETE FROM objects WHERE id = ? AND read_us <= ?", gone)
        return len(gone)

    def uploaders(self, keys: Sequence[str]) -> dict[str, str]:
        """Return who uploaded these objects, as far as that was asked."""
        found: dict[str, str] = {}
        with self._file.reading() as reader:
            for start in range(0, len(keys), _KEYS_AT_ONCE):
                some = keys[start : start + _KEYS_AT_ONCE]
                marks = ",".join("?" * len(some))
                sql = f"SELECT key, uploaded_by FROM objects WHERE uploaded_by IS NOT NULL AND key IN ({marks})"  # noqa: S608 -- marks only
                found.update(reader.execute(sql, some))
        return found

    def put_uploaders(self, uploaders: Iterable[tuple[StoredObject, str]]) -> None:
        """Keep who uploaded objects, as long as they are the ones that were asked about."""
        rows = [(name, stored.key, stored.etag) for stored, name in uploaders]
        with self._writing() as writer:
            writer.executemany("UPDATE objects SET uploaded_by = ? WHERE key = ? AND etag = ?", rows)

    def complete(self, at: datetime) -> None:
        """Note that the index knows the whole bucket as of `at`; sets that no object has any more are dropped."""
        with self._writing() as writer:
            set_note(writer, "completed_us", str(microseconds(at)))
            writer.execute("DELETE FROM tag_values WHERE set_id IN (SELECT id FROM tag_sets WHERE objects <= 0)")
            writer.execute("DELETE FROM tag_sets WHERE objects <= 0")
            self._sets.forget()

    def lease(self, now: datetime, until: datetime) -> bool:
        """Take the right to refresh until then, so that only one program does; False where another one has it."""
        with self._writing() as writer:
            row = writer.execute("SELECT value FROM meta WHERE name = 'leased_until_us'").fetchone()
            if row and int(row[0]) > microseconds(now):
                return False
            set_note(writer, "leased_until_us", str(microseconds(until)))
            return True

    def prolong_lease(self, until: datetime) -> None:
        """Keep the right to refresh until then."""
        with self._writing() as writer:
            set_note(writer, "leased_until_us", str(microseconds(until)))

    def end_lease(self) -> None:
        """Give the right to refresh back."""
        with self._writing() as writer:
            writer.execute("DELETE FROM meta WHERE name = 'leased_until_us'")

    def clear(self) -> None:
        """Forget everything."""
        with self._writing() as writer:
            for table in ("objects", "tag_values", "tag_sets"):
                writer.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names
            writer.execute("DELETE FROM meta WHERE name IN ('completed_us', 'published_us', 'refused')")
            self._sets.forget()

    def check(self) -> None:
        """Read the whole file once.

        Raises:
            sqlite3.DatabaseError: it is damaged.
        """
        self._file.check()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._file.writing() as writer:
            try:
                yield writer
            except BaseException:
                self._sets.forget()  # it may remember sets that are taken back
                raise

    def _fit_rules(self) -> None:
        """Make the values anew where other settings, or another Python's Unicode, made them."""
        made_by = json.dumps([*self._rules.keys, unicodedata.unidata_version])
        if self._file.note("values_made_by") == made_by:
            return
        with self._writing() as writer:
            self._sets.make_values_anew()
            set_note(writer, "values_made_by", made_by)


class _TagSets:
    """The tag sets that a search meets, each read once."""

    def __init__(self, reader: sqlite3.Connection, rules: TagRules) -> None:
        self._reader = reader
        self._rules = rules
        self._found: dict[int, tuple[TagSet, tuple[str, ...]]] = {}

    def __call__(self, set_id: int) -> tuple[TagSet, tuple[str, ...]]:
        if set_id not in self._found:
            (text,) = self._reader.execute("SELECT tags FROM tag_sets WHERE id = ?", (set_id,)).fetchone()
            tags: TagSet = json.loads(text)
            self._found[set_id] = tags, self._rules.values(tags)
        return self._found[set_id]


def _stored(row: Sequence[Any]) -> StoredObject:
    return StoredObject(row[0], row[1], time_of(row[2]), row[3])
