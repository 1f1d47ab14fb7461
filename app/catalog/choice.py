"""Which engine answers: the local index where it knows the whole bucket or is told of it, a live search otherwise."""

from __future__ import annotations

import logging
import sqlite3

from app.catalog.index import IndexCatalog
from app.core.job import Job
from app.core.ports.catalog import TagCatalog
from app.core.query import Query
from app.core.search_report import SearchReport

_log = logging.getLogger(__name__)


class AutoCatalog:
    """A `TagCatalog` that asks the index, or the storage itself where the index can't answer.

    Args:
        index: answers from the index.
        live: looks at every object.
    """

    def __init__(self, index: IndexCatalog, live: TagCatalog) -> None:
        self._index = index
        self._live = live

    def search(self, query: Query, job: Job) -> SearchReport:
        """See `TagCatalog.search`."""
        try:
            if self._index.is_ready(job):
                return self._index.search(query, job)
        except sqlite3.Error:
            _log.warning("The index can’t be read, so the storage is asked", exc_info=True)
        return self._live.search(query, job)

    def tag_counts(self, job: Job) -> dict[str, int]:
        """See `TagCatalog.tag_counts`."""
        try:
            if self._index.is_ready(job):
                return self._index.tag_counts(job)
        except sqlite3.Error:
            _log.warning("The index can’t be read, so the storage is asked", exc_info=True)
        return self._live.tag_counts(job)
