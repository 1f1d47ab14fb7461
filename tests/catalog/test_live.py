"""What a search of the storage itself tells, and when; storage and time are the test's own."""

from datetime import UTC, datetime

import pytest

from app.catalog.live import LiveCatalog
from app.core.events import Matches, Scanned
from app.core.objects import StoredObject, TagRead
from app.core.query import query_of
from app.core.tags import TagRules
from tests.fakes import Listener, MovedClock

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Line:
    """A storage and the line to it: every object takes its time, and what was told by then is written down.

    Attributes:
        now: seconds.
        told: (looked at, matches told of) as the listener knew them whenever the next object was waited for.
    """

    def __init__(self, listener, objects, seconds_each):
        self.now = 1000.0
        self.told = []
        self._listener = listener
        self._objects = objects
        self._seconds_each = seconds_each

    def list_objects(self, prefix, cancel):
        yield tuple(StoredObject(key, 1, NOON, "etag") for key in self._objects)

    def read_tags(self, keys, cancel):
        for key in keys:
            self.now += self._seconds_each
            yield TagRead(key, {"Tag1": self._objects[key]})
            scanned = [event.looked_at for event in self._listener.of(Scanned)]
            told = sum(len(event.batch) for event in self._listener.of(Matches))
            self.told.append((max(scanned, default=0), told))


def search(objects, seconds_each):
    listener = Listener()
    line = Line(listener, objects, seconds_each)
    report = LiveCatalog(line, TagRules(), MovedClock(), seconds=lambda: line.now).search(
        query_of(["Invoice"]), listener.job
    )
    return line, listener, report


def test_the_first_match_is_told_at_once():
    objects = {f"{number}": "Other" for number in range(3)} | {"hit": "Invoice", "last": "Other"}
    line, _, _ = search(objects, 0.001)
    assert line.told[3][1] == 1


@pytest.mark.parametrize(("seconds_each", "every"), [(0.04, 3), (0.2, 1)])
def test_on_a_slow_line_matches_are_told_within_a_tenth_of_a_second(seconds_each, every):
    line, _, _ = search({f"{number}": "Invoice" for number in range(30)}, seconds_each)
    for looked_at, told in enumerate(line.told, 1):
        assert looked_at - told[1] < every
        assert looked_at - told[0] < every


def test_on_a_quick_line_matches_are_told_a_hundred_at_a_time():
    _, listener, report = search({f"{number}": "Invoice" for number in range(1000)}, 0.0001)
    sizes = [len(event.batch) for event in listener.of(Matches)]
    assert sizes == [1, 99] + [100] * 9
    assert report.matches == 1000


def test_everything_is_told_at_the_end():
    _, listener, report = search({f"{number}": "Invoice" for number in range(7)}, 0.001)
    assert [match.stored.key for event in listener.of(Matches) for match in event.batch] == list("0123456")
    assert listener.events[-1] == Scanned(7, 7, 7)
    assert report.is_complete
