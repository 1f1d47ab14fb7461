"""Many objects in and out of the index at once: as if each had been learnt alone."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from app.catalog.bulk import BLOCK_OBJECTS
from app.catalog.entries import Entry
from app.catalog.store import IndexStore
from app.core.objects import StoredObject
from app.core.query import query_of
from app.core.tags import TagRules

RULES = TagRules()
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def open_store(tmp_path):
    opened = []

    def open_store(name, rules=RULES):
        opened.append(IndexStore(tmp_path / name, rules))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


def entry(key, value="a", at=NOON, etag="e"):
    return Entry(StoredObject(key, 7, NOON, etag), None if value is None else {"Tag1": value}, at)


@pytest.fixture
def publisher(open_store):
    store = open_store("publisher")
    store.put(entry(f"k/{n:05}", f"Lot {n % 40}") for n in range(2500))
    store.put([entry("unreadable", None)])
    return store


@pytest.fixture
def desktop(open_store):
    return open_store("desktop")


def fill(store, source, as_of=NOON, read_by=LATER):
    with source.dump() as (_, blocks):
        store.fill(blocks, as_of, read_by)


def found(store, *values):
    return {match.stored: match.tags for batch in store.find(query_of(values)) for match in batch}


def schema_of(store):
    with sqlite3.connect(store.path) as reader:
        rows = reader.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    reader.close()
    return rows


def test_a_dump_has_every_object_once_in_the_order_of_the_keys(publisher):
    with publisher.dump() as (objects, blocks):
        dumped = list(blocks)
    keys = [key for block in dumped for key in block.keys]
    assert objects == len(keys) == 2501
    assert keys == sorted(keys)
    assert [len(block.keys) for block in dumped] == [BLOCK_OBJECTS, BLOCK_OBJECTS, 501]
    assert len(dumped[0].tag_sets) == 40
    assert dumped[2].sets[-1] is None


def test_a_dump_is_of_one_moment(publisher):
    with publisher.dump() as (objects, blocks):
        first = next(blocks)
        publisher.forget([f"k/{n:05}" for n in range(2500)], LATER)
        assert len(first.keys) + sum(len(block.keys) for block in blocks) == objects


def test_an_index_that_was_filled_answers_like_the_one_that_was_dumped(publisher, desktop):
    fill(desktop, publisher)
    assert found(desktop) == found(publisher)
    assert found(desktop, "lot 7") == found(publisher, "lot 7") != {}
    assert desktop.counts() == publisher.counts()
    assert desktop.count() == (2501, 1)
    assert desktop.unreadable() == publisher.unreadable()
    assert (desktop.completed_at, desktop.published_at) == (NOON, NOON)


def test_after_it_was_filled_an_index_is_like_any_other(publisher, desktop):
    fill(desktop, publisher)
    assert schema_of(desktop) == schema_of(publisher)
    desktop.put([entry("k/00007", "Mine", LATER), entry("new", "Mine", LATER)])
    desktop.forget(["k/00008"], LATER)
    counts = desktop.counts()
    assert (counts["Mine"], counts["Lot 7"], counts["Lot 8"]) == (2, 62, 62)
    desktop.check()


def test_what_was_learnt_later_before_it_was_filled_stays(publisher, desktop):
    desktop.put([entry("k/00007", "Mine", LATER), entry("k/00008", "Old", NOON - timedelta(days=1))])
    fill(desktop, publisher)
    assert len(found(desktop, "mine")) == 1
    assert found(desktop, "old") == {}
    assert desktop.counts()["Lot 7"] == 62


def test_a_search_of_the_whole_bucket_that_ended_meanwhile_knows_more(publisher, desktop):
    desktop.complete(LATER)
    fill(desktop, publisher)
    assert desktop.completed_at == LATER


def test_filling_that_breaks_off_leaves_the_index_as_it_was(publisher, desktop):
    def broken(blocks):
        yield next(blocks)
        raise RuntimeError

    desktop.put([entry("mine", "Mine")])
    before = schema_of(desktop)
    with publisher.dump() as (_, blocks), pytest.raises(RuntimeError):
        desktop.fill(broken(blocks), NOON, LATER)
    assert (schema_of(desktop), desktop.counts(), desktop.completed_at) == (before, {"Mine": 1}, None)
    fill(desktop, publisher)
    assert desktop.count() == (2502, 1)


def test_nothing_counts_as_read_later_than_it_can_have_been(open_store, desktop):
    fast = open_store("fast")
    fast.put([entry("k", "old", NOON + timedelta(days=1))])
    fill(desktop, fast, read_by=NOON)
    desktop.put([entry("k", "new", LATER)])
    assert len(found(desktop, "new")) == 1


def test_a_block_renews_what_was_read_before_and_nothing_else(open_store, desktop):
    desktop.put([entry("older", "a", NOON), entry("newer", "mine", LATER), entry("other", "a", NOON)])
    source = open_store("source")
    source.put([entry("older", "b", LATER), entry("newer", "b", NOON), entry("added", "b", NOON)])
    with source.dump() as (_, blocks):
        for block in blocks:
            desktop.put_block(block, LATER)
    assert {stored.key: tags["Tag1"] for stored, tags in found(desktop).items()} == {
        "older": "b",
        "newer": "mine",
        "other": "a",
        "added": "b",
    }
    assert desktop.counts() == {"b": 2, "a": 1, "mine": 1}


def test_what_was_noted_of_published_catalogues_is_forgotten_with_all_the_rest(desktop):
    desktop.note_published(NOON)
    desktop.refuse("snapshot")
    assert (desktop.published_at, desktop.refused) == (NOON, "snapshot")
    desktop.clear()
    assert (desktop.published_at, desktop.refused) == (None, None)
