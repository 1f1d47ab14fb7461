"""Catalogs that find files which are stored nowhere."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

from app.core.events import Match, Matches, Scanned
from app.core.job import Job
from app.core.objects import StoredObject
from app.core.ports.catalog import TagCatalog
from app.core.query import Query
from app.core.search_report import SearchReport

BATCH = 100
TAGS = {"Tag1": "Invoice 2026", "Tag3": "Harbour Street"}


class MadeUp:
    """A `TagCatalog` that finds rows as quickly as a live scan does, in an order that the table doesn't have.

    Attributes:
        rows: how many it finds.
    """

    def __init__(self, rows: int, rate: int) -> None:
        self.rows = rows
        self._rate = rate

    def search(self, query: Query, job: Job) -> SearchReport:
        """See `TagCatalog.search`."""
        began, now = time.monotonic(), datetime.now(UTC)
        for first in range(0, self.rows, BATCH):
            job.cancel.raise_if_cancelled()
            job.events(Matches(tuple(match(number, now) for number in range(first, first + BATCH))))
            job.events(Scanned(first + BATCH, first + BATCH, self.rows))
            time.sleep(max(0.0, began + (first + BATCH) / self._rate - time.monotonic()))
        return SearchReport(self.rows, self.rows, 0, True, "live", now)

    def tag_counts(self, job: Job) -> dict[str, int]:
        """See `TagCatalog.tag_counts`."""
        return {}


def match(number: int, now: datetime) -> Match:
    """Return the file of a number; the order of numbers is none of the table's."""
    changed = now - timedelta(seconds=number * 7919 % 1_000_000)
    name = f"folder {number % 50}/Invoice {number * 31 % 100_000}.pdf"
    return Match(StoredObject(name, number * 97 % 9_000_000, changed, "etag"), TAGS, tuple(TAGS.values()))


class Stacked:
    """A `TagCatalog` that finds what `first` finds, waits, and goes on with `then`.

    Attributes:
        rows: that `first` finds.
        may_go_on: set when `then` may begin.
    """

    def __init__(self, first: MadeUp, then: TagCatalog) -> None:
        self.rows = first.rows
        self._first = first
        self._then = then
        self.may_go_on = threading.Event()

    def search(self, query: Query, job: Job) -> SearchReport:
        """See `TagCatalog.search`."""
        self._first.search(query, job)
        self.may_go_on.wait()
        return self._then.search(query, job)

    def tag_counts(self, job: Job) -> dict[str, int]:
        """See `TagCatalog.tag_counts`."""
        return {}
