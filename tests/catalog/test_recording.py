"""What goes into the local index on the way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.catalog.entries import Entry
from app.catalog.recording import IndexFeed
from app.catalog.store import IndexStore
from app.core.objects import StoredObject
from app.core.tags import TagRules
from tests.fakes import MovedClock

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    store = IndexStore(tmp_path / "index.sqlite", TagRules())
    yield store
    store.close()


@pytest.fixture
def feed(store):
    feed = IndexFeed(store, MovedClock())
    yield feed
    feed.close()


def entry(number):
    return Entry(StoredObject(f"f{number}", 1, NOON, "e"), {"Tag1": "a"}, NOON)


def test_nothing_is_lost_however_much_comes_at_once(feed, store):
    for number in range(5000):
        feed.take(entry(number))
    feed.flush()
    assert store.count() == (5000, 0)


def test_what_is_left_is_written_when_it_is_closed(feed, store):
    for number in range(10):
        feed.take(entry(number))
    feed.close()
    assert store.count() == (10, 0)


def test_after_it_was_closed_it_takes_nothing_and_nobody_waits_for_it(feed, store):
    feed.close()
    feed.take(entry(1))
    feed.flush()
    feed.close()
    assert store.count() == (0, 0)
