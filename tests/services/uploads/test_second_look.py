"""Looking again at what was acknowledged by a storage that doesn't lock."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.errors import CancelledError, OutageError, RefusalError
from app.core.events import SourceFile
from app.core.job import CancelToken
from app.core.objects import TRANSFER_METADATA, HeadRead, ObjectHead, StoredObject
from app.services.uploads import second_look
from app.services.uploads.items import Item
from app.services.uploads.second_look import SecondLook


def item_of(name, size=1):
    return Item(0, SourceFile(Path(name), (name,), name, size, 0), name, name, {}, f"ours-{name}")


def head_of(name, transfer):
    return ObjectHead(StoredObject(name, 1, datetime.now(UTC), "etag"), {TRANSFER_METADATA: transfer})


class Heads:
    """Answers HEAD: with our own object unless it was told otherwise."""

    def __init__(self, **others):
        self.others = others
        self.asked = []

    def head_many(self, keys, cancel):
        for key in keys:
            cancel.raise_if_cancelled()
            self.asked.append(key)
            other = self.others.get(key, head_of(key, f"ours-{key}"))
            if isinstance(other, OutageError):
                raise other
            yield other if isinstance(other, HeadRead) else HeadRead(key, other)


@pytest.fixture
def now(monkeypatch):
    """A clock that stands until it is moved."""
    time = [1000.0]
    monkeypatch.setattr(second_look, "monotonic", lambda: time[0])
    return time


@pytest.fixture
def cancel(now):
    class Patient(CancelToken):
        def wait(self, seconds=None):
            now[0] += seconds
            return super().wait(0)

    return Patient()


def look_with(heads, cancel, *items):
    look = SecondLook(heads, cancel)
    for item in items:
        look.add(item)
    return look


def test_our_own_is_there_and_somebody_elses_or_nothing_is_not(cancel):
    mine, theirs, gone = map(item_of, ("mine", "theirs", "gone"))
    look = look_with(Heads(theirs=head_of("theirs", "other"), gone=None), cancel, mine, theirs, gone)
    assert dict(look.at_all()) == {mine: True, theirs: False, gone: False}
    assert list(look.at_all()) == []


@pytest.mark.parametrize(("size", "seconds"), [(1, 0.3), (9 * 1024**2, 2.0)])
def test_it_waits_for_whoever_was_writing_at_the_same_time(cancel, now, size, seconds):
    look = look_with(Heads(), cancel, item_of("a", size))
    list(look.at_all())
    assert now[0] == pytest.approx(1000 + seconds)


def test_without_anything_to_look_at_it_asks_nothing_and_doesnt_wait(cancel, now):
    heads = Heads()
    assert list(SecondLook(heads, cancel).at_all()) == []
    assert (heads.asked, now[0]) == ([], 1000.0)


def test_on_the_way_those_whose_time_has_come_are_looked_at_together(cancel, now):
    heads = Heads()
    first, second, late = map(item_of, ("first", "second", "late"))
    look = look_with(heads, cancel, first, second)
    now[0] += 0.2
    assert list(look.at_due()) == []
    look.add(late)
    now[0] += 0.2
    assert dict(look.at_due()) == {first: True, second: True}
    assert dict(look.at_all()) == {late: True}


@pytest.mark.parametrize("stops", ["outage", "cancel"])
def test_what_cant_be_looked_at_on_the_way_is_left_for_the_end(cancel, now, stops):
    heads = Heads(a=OutageError("no-connection", "No connection"))
    a = item_of("a")
    look = look_with(heads, cancel, a)
    now[0] += 2
    if stops == "cancel":
        cancel.cancel()
    assert list(look.at_due()) == []
    asked = len(heads.asked)
    assert list(look.at_due()) == []
    assert len(heads.asked) == asked
    with pytest.raises((OutageError, CancelledError)):
        list(look.at_all())


def test_the_storages_word_stands_where_nobody_may_look(cancel):
    a = item_of("a")
    forbidden = HeadRead("a", None, RefusalError("forbidden", "No"))
    assert dict(look_with(Heads(a=forbidden), cancel, a).at_all()) == {a: True}


class TestAtTheEnd:
    def test_what_is_there_counts_whether_or_not_an_answer_came(self, cancel):
        acknowledged, overwritten, silent, lost = map(item_of, ("acknowledged", "overwritten", "silent", "lost"))
        heads = Heads(overwritten=head_of("overwritten", "other"), lost=None)
        look = look_with(heads, cancel, acknowledged, overwritten)
        assert set(look.at_the_end([silent, lost])) == {acknowledged, silent}

    def test_only_what_was_acknowledged_counts_when_nobody_can_look(self, cancel):
        acknowledged, silent = map(item_of, ("acknowledged", "silent"))
        for answer in (OutageError("no-connection", "No"), HeadRead("silent", None, RefusalError("forbidden", "No"))):
            look = look_with(Heads(silent=answer), cancel, acknowledged)
            assert list(look.at_the_end([silent])) == [acknowledged]
