"""Tag sets in the local index: each stored once, found by the values in it."""

from __future__ import annotations

import json
import sqlite3

from app.core.query import Joined, Query, Relation, Term
from app.core.tags import TagRules, TagSet, fold

_LAST_CHARACTER = "\U0010ffff"  # sorts behind every text that begins alike
_REMEMBERED = 100_000


class SetIds:
    """Gives each tag set its id; used inside the caller's transactions.

    Args:
        writer: the connection that writes.
        rules: which tags are values.
    """

    def __init__(self, writer: sqlite3.Connection, rules: TagRules) -> None:
        self._writer = writer
        self._rules = rules
        self._ids: dict[frozenset[tuple[str, str]], int] = {}

    def id_of(self, tags: TagSet) -> int:
        """Return the id of a set, stored if it is new."""
        items = frozenset(tags.items())
        if items not in self._ids:
            if len(self._ids) >= _REMEMBERED:
                self._ids.clear()
            text = json.dumps(dict(sorted(items)), ensure_ascii=False, separators=(",", ":"))
            self._ids[items] = self._look_up(text) or self._insert(text, tags)
        return self._ids[items]

    def forget(self) -> None:
        """Look every set up again: some may be gone."""
        self._ids.clear()

    def make_values_anew(self) -> None:
        """Make the values of every set anew, by the rules of now."""
        self._writer.execute("DELETE FROM tag_values")
        for set_id, text in self._writer.execute("SELECT id, tags FROM tag_sets").fetchall():
            self._insert_values(set_id, json.loads(text))

    def _look_up(self, text: str) -> int | None:
        row = self._writer.execute("SELECT id FROM tag_sets WHERE tags = ?", (text,)).fetchone()
        return row[0] if row else None

    def _insert(self, text: str, tags: TagSet) -> int:
        cursor = self._writer.execute("INSERT INTO tag_sets (tags) VALUES (?)", (text,))
        set_id = int(cursor.lastrowid or 0)
        self._insert_values(set_id, tags)
        return set_id

    def _insert_values(self, set_id: int, tags: TagSet) -> None:
        rows = [(fold(value), set_id, value) for value in self._rules.values(tags)]
        self._writer.executemany("INSERT OR IGNORE INTO tag_values (folded, set_id, value) VALUES (?, ?, ?)", rows)


def sets_that_match(query: Query) -> tuple[str, list[str]]:
    """Return a SELECT of the ids of the sets that `query` means (`Query.matches`), and its parameters."""
    including = [term for term in query.terms if term.relation is not Relation.IS_NOT]
    excluding = [term for term in query.terms if term.relation is Relation.IS_NOT]
    join = " INTERSECT " if query.joined is Joined.ALL else " UNION "
    chosen = join.join(map(_select, including)) or "SELECT id FROM tag_sets"
    sql = f"SELECT * FROM ({chosen})" + "".join(f" EXCEPT {_select(term)}" for term in excluding)  # noqa: S608 -- our own text
    return sql, [value for term in (*including, *excluding) for value in _parameters(term)]


def _select(term: Term) -> str:
    if term.relation is Relation.BEGINS_WITH:
        return "SELECT set_id FROM tag_values WHERE folded >= ? AND folded < ?"
    return "SELECT set_id FROM tag_values WHERE folded = ?"


def _parameters(term: Term) -> list[str]:
    folded = fold(term.value)
    return [folded, folded + _LAST_CHARACTER] if term.relation is Relation.BEGINS_WITH else [folded]
