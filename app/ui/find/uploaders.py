"""Fills in who uploaded: the storage tells that of one file at a time, so only what is seen is asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.core.events import Event, UploaderRead
from app.core.ports.storage import ObjectReader
from app.services.search import read_uploaders
from app.ui.find.model import Column, ResultsModel
from app.ui.find.table import ResultsTable
from app.workers.job import JobRunner, RunningJob

_AT_ONCE = 500


class Uploaders(QObject):
    """Asks for the visible rows, those that are visible after that, and where it is wanted for all files.

    Signals:
        read: the model knows more, and shows it with its next `merge`.
    """

    read = Signal()

    def __init__(self, runner: JobRunner, model: ResultsModel, table: ResultsTable) -> None:
        super().__init__(table)
        self._runner = runner
        self._model = model
        self._table = table
        self._storage: ObjectReader | None = None
        self._job: RunningJob | None = None
        self._wants_all = False

    def read_from(self, storage: ObjectReader | None) -> None:
        """Ask this storage from now on; None for none."""
        self.forget()
        self._storage = storage

    def forget(self) -> None:
        """Ask for nothing more."""
        self._wants_all = False
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def want_all(self) -> None:
        """Ask for the visible rows first, then for every other file that was found."""
        self._wants_all = True
        self.read_more()

    def read_more(self) -> None:
        """Ask for the visible rows of which nobody has told it, unless that is under way."""
        storage = self._storage
        keys = self._wanted()
        if storage is None or self._job is not None or not keys:
            return
        job = self._job = self._runner.start(lambda job: read_uploaders(keys, storage, job), "uploaders", self)
        job.events.connect(lambda events: self._take(job, events))
        job.succeeded.connect(lambda _none: self._go_on(job, keys))
        job.failed.connect(lambda _error: self._stop(job))

    def _wanted(self) -> tuple[str, ...]:
        visible: tuple[str, ...] = ()
        if not self._table.isColumnHidden(Column.UPLOADED_BY):
            visible = self._model.keys_without_uploader(*self._table.visible_rows())
        if visible or not self._wants_all:
            return visible
        return self._model.unknown_of(self._model.results.matches())[:_AT_ONCE]

    def _take(self, job: RunningJob, events: tuple[Event, ...]) -> None:
        if job is self._job:
            self._tell([event for event in events if isinstance(event, UploaderRead)])

    def _go_on(self, job: RunningJob, keys: tuple[str, ...]) -> None:
        if self._stop(job):
            # What wasn't told is gone or can't be asked: it isn't asked again.
            self._tell([UploaderRead(key, "") for key in self._model.unknown_of(keys)])
            self.read_more()

    def _stop(self, job: RunningJob) -> bool:
        is_current = job is self._job
        if is_current:
            self._job = None
        return is_current

    def _tell(self, read: list[UploaderRead]) -> None:
        self._model.prepare_uploaders(read)
        self.read.emit()
