"""What the find page asks for, answered and kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from app.core.errors import OutageError
from app.core.events import Matches, UploaderRead
from app.core.ports.catalog import QUICKLY_LISTED, TagCatalog
from app.core.query import Query
from app.core.search_report import SearchReport
from app.services.search import search
from app.ui import words
from app.ui.find import wording
from app.ui.find.again import Again
from app.ui.find.model import ResultsModel
from app.ui.find.near import Near
from app.ui.find.pace import Pace
from app.ui.find.searching import Ending, Searching
from app.ui.services import WindowServices
from app.workers.job import JobRunner


class Finding(QObject):
    """Searches for one query at a time, and once more when the local index knows more; the model holds what is found.

    Signals:
        begins: what was found is about to be forgotten, or looked at anew.
        changed: there is something else to show.
        settled: nothing else will come for now.
        offline: with the time of what is shown (a sentence), when the storage can't be reached.
        online: the storage answered.
        connection_asked: to be connected, after that has failed.
        refresh_asked: the local index shall be brought up to date.
        search_began: with whether it surely looks at every file.
        search_ended: with its `SearchReport`; None where it didn't come to its end.

    Attributes:
        wanted: what is asked for; None while nothing is.
        searching: the search that runs or ran last.
        near: values that may have been meant, where nothing was found.
        shown_at: when that was found what is shown, in the zone of `now`.
        is_offline: whether the storage couldn't be reached.
    """

    begins = Signal()
    changed = Signal()
    settled = Signal()
    offline = Signal(str)
    online = Signal()
    connection_asked = Signal()
    refresh_asked = Signal()
    search_began = Signal(bool)
    search_ended = Signal(object)

    def __init__(self, runner: JobRunner, model: ResultsModel, now: Callable[[], datetime], parent: QObject) -> None:
        """Args: `now` is aware, in the zone that is shown."""
        super().__init__(parent)
        self._model = model
        self._now = now
        self._services: WindowServices | None = None
        self._keeps_rows = False
        self._index_at: datetime | None = None
        self._pace = Pace(self)
        self._again = Again(runner, model, self)
        self.wanted: Query | None = None
        self.searching = Searching(runner, self)
        self.near = Near(runner, self)
        self.shown_at = now()
        self.is_offline = False
        self._connect()

    @property
    def is_connected(self) -> bool:
        """Whether there is a storage to search in."""
        return self._services is not None

    @property
    def is_answering_again(self) -> bool:
        """Whether what is shown is being looked at once more."""
        return self._again.is_running

    def connect_to(self, services: WindowServices) -> None:
        """Search in this storage; what was asked for meanwhile begins."""
        self._services = services
        self._index_at = None
        self._run(services.catalog)

    def forget_storage(self) -> None:
        """Forget the storage; what was found stays until something else is asked for."""
        self._services = self._index_at = None
        self.is_offline = False

    def ask(self, query: Query | None) -> None:
        """Ask for something else; None for nothing."""
        self.wanted = query
        self._run(self._services.catalog if self._services else None)

    def ask_again(self) -> None:
        """Ask once more for the same, and for what is new; what is shown stays until it is told anew or not."""
        if self._services is None:
            self.connection_asked.emit()
        elif self.wanted is not None:
            self._run(self._services.catalog, keeps_rows=self.searching.query == self.wanted)
            self.refresh_asked.emit()

    def ask_storage(self) -> None:
        """Ask the storage itself for the same, whatever the local index knows."""
        if self._services is not None and self.wanted is not None:
            self._run(self._services.live, keeps_rows=self.searching.query == self.wanted)

    def take_refresh(self, at: datetime) -> None:
        """Bring what is shown up to date with the local index, which knows everything as of `at` (aware UTC)."""
        self._index_at = at
        services, ending = self._services, self.searching.ending
        if services is None or self.wanted is None or ending is None:
            return
        if self.is_offline or (ending.error is not None and ending.error.code == "no-index"):
            self._run(services.catalog, keeps_rows=True)
        else:
            self._answer_again()

    def show_soon(self) -> None:
        """Show what the model has been told by others."""
        self._pace.ask()

    def _connect(self) -> None:
        self.searching.found.connect(self._take)
        self.searching.withdrawn.connect(self._withdraw)
        self.searching.uploaders_read.connect(self._take_uploaders)
        self.searching.counted.connect(self._pace.ask)
        self.searching.ended.connect(self._end)
        self._again.changed.connect(self._pace.ask)
        self._again.ended.connect(self._end_again)
        self._pace.due.connect(self._show_found)
        self.near.found.connect(self.changed)

    def _run(self, catalog: TagCatalog | None, keeps_rows: bool = False) -> None:
        was_running = self.searching.is_running
        self.searching.forget()
        self._again.forget()
        self.near.forget()
        self._pace.reset()
        self.begins.emit()
        self._keeps_rows = keeps_rows and self._model.results.found > 0
        if self._keeps_rows:
            self._model.begin_again()
        else:
            self._model.begin(self.wanted or Query())
        query = self.wanted
        if query is not None and catalog is not None and self._services is not None:
            self.search_began.emit(catalog is self._services.live)
            self.searching.start(query, lambda job: search(query, catalog, job))
        elif was_running:
            self.search_ended.emit(None)
        self.changed.emit()

    def _take(self, found: Matches) -> None:
        self._model.prepare(found.batch, found.is_certain)
        self._pace.ask()

    def _withdraw(self, keys: tuple[str, ...]) -> None:
        self._model.withdraw(keys)
        self._pace.ask()

    def _take_uploaders(self, read: tuple[UploaderRead, ...]) -> None:
        self._model.prepare_uploaders(read)
        self._pace.ask()

    def _show_found(self) -> None:
        self._model.merge()
        self.changed.emit()

    def _end(self, ending: Ending) -> None:
        self.is_offline = isinstance(ending.error, OutageError)
        if ending.report is not None or (ending.error is not None and self._keeps_rows and not self.is_offline):
            self._model.end()
        if not (self.is_offline and self._keeps_rows):
            as_of = self._index_at if self.is_offline and self.searching.known else None
            self.shown_at = as_of.astimezone(self._now().tzinfo) if as_of is not None else self._now()
        self._pace.reset()
        self._show_found()
        self.settled.emit()
        self.search_ended.emit(ending.report)
        if self.is_offline and self._model.rowCount():
            self.offline.emit(f"You see what was found at {words.clock(self.shown_at)}.")
        elif ending.report is not None:
            self.online.emit()
            self._answer_again()
            self._look_nearby()
            self._look_for_newer(ending.report)

    def _answer_again(self) -> None:
        """Answer once more from the index where that is newer than what is shown; what stays is left as it is."""
        services, ending, at, query = self._services, self.searching.ending, self._index_at, self.wanted
        if services is None or services.from_index is None or query is None or at is None:
            return
        if ending is None or ending.report is None or at <= ending.report.fresh_at:
            return
        if services.catalog is services.live:
            return
        self._again.start(query, services.from_index)

    def _look_nearby(self) -> None:
        value = wording.sought(self.searching.query)
        services = self._services
        if value and services is not None and services.from_index is not None and not self._model.results.found:
            self.near.look(value, services.from_index)

    def _look_for_newer(self, report: SearchReport) -> None:
        """Have the local index brought up to date where it knows of nothing: what is meant may be newer than that."""
        is_known_only = report.engine == "index" and not self._model.results.found
        if is_known_only and report.looked_at <= QUICKLY_LISTED:
            self.refresh_asked.emit()

    def _end_again(self, report: SearchReport | None) -> None:
        shown = self.searching.ending
        if shown is None or shown.report is None or self._index_at is None:
            return
        if report is not None:
            self.searching.adopt(report, self._again.unreadable)
        else:
            self.searching.adopt(replace(shown.report, engine="index", fresh_at=self._index_at))
        self.shown_at = self._now()
        self._show_found()
        self.settled.emit()
