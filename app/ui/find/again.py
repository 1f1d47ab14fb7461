"""Answers what is shown once more, after the local index was brought up to date."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.core.events import Matches, Unreadable, UploaderRead
from app.core.ports.catalog import TagCatalog
from app.core.query import Query
from app.services.search import search_again
from app.ui.find.model import ResultsModel
from app.ui.find.searching import Ending, Searching
from app.workers.job import JobRunner


class Again(QObject):
    """Changes the rows of a model in their places; nothing changes where the index knows what is shown already.

    Signals:
        changed: the model has more to show with its next `merge`.
        ended: with the `SearchReport`; None where everything is as it was. Not after a failure.
    """

    changed = Signal()
    ended = Signal(object)

    def __init__(self, runner: JobRunner, model: ResultsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._searching = Searching(runner, self)
        self._has_begun = False
        self._searching.found.connect(self._take)
        self._searching.withdrawn.connect(self._withdraw)
        self._searching.uploaders_read.connect(self._take_uploaders)
        self._searching.ended.connect(self._end)

    @property
    def is_running(self) -> bool:
        """Whether files are being looked at."""
        return self._searching.is_running

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """What couldn't be looked at."""
        return tuple(self._searching.unreadable)

    def start(self, query: Query, catalog: TagCatalog) -> None:
        """Begin; the model shows what was found for `query`, and `catalog` answers from the index."""
        known = self._model.results.matches()
        self._has_begun = False
        self._searching.start(query, lambda job: search_again(query, catalog, known, job))

    def forget(self) -> None:
        """Cancel what runs."""
        self._searching.forget()

    def _take(self, found: Matches) -> None:
        self._tell(lambda: self._model.prepare(found.batch, found.is_certain))

    def _withdraw(self, keys: tuple[str, ...]) -> None:
        self._tell(lambda: self._model.withdraw(keys))

    def _take_uploaders(self, read: tuple[UploaderRead, ...]) -> None:
        self._model.prepare_uploaders(read)
        self.changed.emit()

    def _end(self, ending: Ending) -> None:
        if ending.report is not None:
            self._tell(self._model.end)
        if ending.error is None:
            self.ended.emit(ending.report)

    def _tell(self, change: Callable[[], None]) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._model.begin_again()
        change()
        self.changed.emit()
