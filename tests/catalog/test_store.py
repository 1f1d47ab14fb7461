"""The local index as a file: it finds what a query means, and holds out when others write and when it is damaged."""

from __future__ import annotations

import sqlite3
import stat
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from app.catalog.entries import Entry, Retagged
from app.catalog.schema import VERSION
from app.catalog.store import IndexStore
from app.core.objects import StoredObject
from app.core.query import Joined, Query, Relation, Term
from app.core.tags import TagRules

RULES = TagRules()
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


def stored(key, etag="e1", size_bytes=1, modified=NOON):
    return StoredObject(key, size_bytes, modified, etag)


def entry(key, *values, at=NOON, **about):
    tags = {"Tag2": "Tag-value", **dict(zip(RULES.keys, values, strict=False))}
    return Entry(stored(key, **about), tags, at)


def unreadable(key, at=NOON):
    return Entry(stored(key), None, at)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index" / "one.sqlite"


@pytest.fixture
def store(path):
    store = IndexStore(path, RULES)
    yield store
    store.close()


def found(store, *terms, joined=Joined.ALL):
    return {match.stored.key for batch in store.find(Query(terms, joined)) for match in batch}


def test_a_file_is_found_with_all_that_is_known_of_it(store):
    store.put([entry("a/é.pdf", "Invoice", "Harbour", size_bytes=7, etag="e9", modified=LATER)])
    ((match,),) = store.find(Query((Term("INVOICE"),)))
    assert match.stored == stored("a/é.pdf", "e9", 7, LATER)
    assert match.tags == {"Tag1": "Invoice", "Tag2": "Tag-value", "Tag3": "Harbour"}
    assert match.values == ("Invoice", "Harbour")


def test_fixed_and_foreign_tags_are_no_values(store):
    store.put([Entry(stored("a"), {"Tag1": "x", "Tag2": "Tag-value", "Owner": "y"}, NOON)])
    assert found(store, Term("Tag-value")) == found(store, Term("y")) == set()


VALUES = ["Lot 1", "LOT 1", "Lot 12", "lot", "Größe", "GRÖSSE", "ｌｏｔ", "é", "z\U0001f600"]
TERMS = st.builds(Term, st.sampled_from([*VALUES, "Lo", "g", "unknown"]), st.sampled_from(Relation))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    tagged=st.lists(st.lists(st.sampled_from(VALUES), max_size=4), max_size=12),
    terms=st.lists(TERMS, max_size=4),
    joined=st.sampled_from(Joined),
)
def test_it_finds_exactly_what_the_query_means(store, tagged, terms, joined):
    store.forget(list(found(store)), LATER)
    store.put([entry(f"k{number}", *values) for number, values in enumerate(tagged)])
    meant = {f"k{number}" for number, values in enumerate(tagged) if Query(tuple(terms), joined).matches(values)}
    assert found(store, *terms, joined=joined) == meant


def test_values_are_counted_under_their_usual_spelling_most_used_first(store):
    store.put([entry("a", "Lot"), entry("b", "lot", "X"), entry("c", "Lot"), entry("d", "Y"), entry("e", "Y", "Lot")])
    assert list(store.counts().items()) == [("Lot", 4), ("Y", 2), ("X", 1)]


def test_counts_follow_what_is_retagged_and_removed(store):
    store.put([entry("a", "Lot"), entry("b", "Lot"), entry("c", "Lot")])
    store.put([entry("a", "Other", at=LATER)])
    store.forget(["b"], LATER)
    assert store.counts() == {"Lot": 1, "Other": 1}


def test_what_was_learnt_later_stays(store):
    store.put([entry("a", "new", at=LATER)])
    store.put([entry("a", "old", at=NOON)])
    assert found(store, Term("new")) == {"a"}
    assert found(store, Term("old")) == set()


class TestARetag:
    def test_changes_the_tags_of_what_is_known_and_nothing_else_of_it(self, store):
        store.put([entry("a", "x", size_bytes=7), entry("b", "x"), unreadable("c")])
        store.retag([Retagged(key, {"Tag1": "y"}, LATER) for key in ("a", "c", "unknown")])
        assert found(store, Term("y")) == {"a", "c"}
        assert (store.counts(), store.count()) == ({"y": 2, "x": 1}, (3, 0))
        assert store.known(["a"])["a"].stored == stored("a", size_bytes=7)

    def test_takes_nothing_back_that_was_learnt_later(self, store):
        store.put([entry("a", "x", at=LATER)])
        store.retag([Retagged("a", {"Tag1": "y"}, NOON)])
        assert found(store, Term("x")) == {"a"}


def test_an_object_whose_tags_cant_be_read_is_counted_and_no_match(store):
    store.put([entry("a", "x"), unreadable("b")])
    assert store.count() == (2, 1)
    assert store.unreadable() == [stored("b")]
    assert found(store) == {"a"}


def test_a_listing_shows_what_changed(store):
    store.put([entry("same", "x"), unreadable("unread")])
    known = store.known(["same", "unread", "new"])
    assert set(known) == {"same", "unread"}
    assert known["same"].is_still(stored("same"))
    assert not known["same"].is_still(stored("same", etag="e2"))
    assert not known["same"].is_still(stored("same", modified=LATER))
    assert not known["unread"].is_still(stored("unread"))


def test_what_a_whole_listing_didnt_show_is_left_out_but_not_what_came_meanwhile(store):
    store.put([entry("stays", "x"), entry("gone", "x"), entry("looked at meanwhile", "x")])
    seen = bytearray(store.last_number() + 1)
    seen[store.known(["stays"])["stays"].number] = 1
    store.put([entry("uploaded meanwhile", "x", at=LATER), entry("looked at meanwhile", "x", at=LATER)])
    assert store.forget_unseen(seen, NOON) == 2
    assert found(store) == {"stays", "looked at meanwhile", "uploaded meanwhile"}


def test_the_number_of_an_object_is_never_used_again(store):
    store.put([entry("a", "x")])
    first = store.last_number()
    store.forget(["a"], LATER)
    store.put([entry("b", "x")])
    assert store.known(["b"])["b"].number > first


def test_the_longest_unread_come_first(store):
    store.put([entry("a", at=LATER), entry("b", at=NOON), entry("c", at=NOON - timedelta(days=1)), unreadable("d")])
    assert [s.key for s in store.longest_unread(LATER, 10)] == ["c", "b"]
    assert [s.key for s in store.longest_unread(LATER, 1)] == ["c"]


def test_who_uploaded_is_kept_for_the_object_that_was_asked_about(store):
    store.put([entry("a", "x"), entry("b", "x")])
    store.put_uploaders([(stored("a"), "maria@example.com"), (stored("b", etag="another"), "jonas@example.com")])
    assert store.uploaders(["a", "b"]) == {"a": "maria@example.com"}
    store.put([entry("a", "y", at=LATER)])
    assert store.uploaders(["a"]) == {"a": "maria@example.com"}
    store.put([entry("a", "y", at=LATER, etag="e2")])
    assert store.uploaders(["a"]) == {}


def test_it_is_whole_only_once_that_was_noted(store, path):
    assert store.completed_at is None
    store.put([entry("a", "x"), entry("b", "y")])
    store.forget(["b"], NOON)
    store.complete(LATER)
    store.close()
    again = IndexStore(path, RULES)
    assert again.completed_at == LATER
    assert found(again) == {"a"}
    again.put([entry("b", "y")])
    assert found(again, Term("y")) == {"b"}
    again.close()


def test_other_tag_keys_in_the_settings_make_other_values(store, path):
    store.put([entry("a", "x")])
    store.close()
    others = TagRules(key="Tag2", more_keys=("Tag3",), fixed={})
    again = IndexStore(path, others)
    assert found(again, Term("tag-VALUE")) == {"a"}
    assert found(again, Term("x")) == set()
    again.close()


class TestTwoPrograms:
    def test_see_what_the_other_wrote(self, store, path):
        other = IndexStore(path, RULES)
        other.put([entry("a", "x")])
        store.put([entry("b", "x")])
        assert found(store, Term("x")) == found(other, Term("x")) == {"a", "b"}
        other.close()

    def test_write_at_the_same_time_and_nothing_is_lost(self, store, path):
        other = IndexStore(path, RULES)

        def write(target, name):
            for number in range(40):
                target.put([entry(f"{name}{number}", f"v{number}")])

        threads = [threading.Thread(target=write, args=args) for args in ((store, "a"), (other, "b"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.count() == (80, 0)
        assert store.counts() == {f"v{number}": 2 for number in range(40)}
        other.close()

    def test_only_one_refreshes_until_its_time_is_over(self, store, path):
        other = IndexStore(path, RULES)
        assert store.lease(NOON, LATER)
        assert not other.lease(NOON + timedelta(minutes=1), LATER)
        assert other.lease(LATER, LATER + timedelta(minutes=5))
        other.end_lease()
        assert store.lease(LATER, LATER + timedelta(minutes=5))
        other.close()


def test_a_search_sees_one_moment_whatever_is_written_meanwhile(store):
    store.put([entry(f"k{number:04}", "x") for number in range(1200)])
    batches = store.find(Query((Term("x"),)))
    first = next(batches)
    store.forget([f"k{number:04}" for number in range(1200)], LATER)
    assert len(first) + sum(map(len, batches)) == 1200
    assert found(store) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_its_owner_can_read_it(store, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


class TestADamagedFile:
    def test_is_refused_when_it_is_none_of_ours(self, path):
        path.parent.mkdir()
        path.write_bytes(b"no database at all" * 1000)
        with pytest.raises(sqlite3.DatabaseError):
            IndexStore(path, RULES)

    def test_is_noticed_by_a_check(self, store, path):
        store.put([entry(f"k{number:05}", f"v{number}") for number in range(5000)])
        store.check()
        store.close()
        content = bytearray(path.read_bytes())
        content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
        path.write_bytes(content)
        with pytest.raises(sqlite3.DatabaseError):
            IndexStore(path, RULES).check()

    def test_of_a_newer_program_is_refused(self, store, path):
        store.close()
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.close()
        with pytest.raises(sqlite3.DatabaseError, match="this program knows"):
            IndexStore(path, RULES)
