"""Keeps the local index up to date while the window is open, and out of the person's way."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.job import Job
from app.core.ports.catalog import IndexKeeper, IndexState
from app.core.ports.storage import ObjectReader
from app.core.search_report import SearchReport
from app.ui.services import WindowServices
from app.workers.job import JobRunner, RunningJob

_MINUTE_MS = 60_000


class IndexRefresh(QObject):
    """Checks the index once, refreshes it then and every so often, one refresh at a time.

    It reads the whole bucket where the index doesn't know it yet. A live search does that too, so a refresh makes
    way for one, and isn't needed after it. That it failed is only logged: searches tell what matters of it.

    Signals:
        refreshed: with the time, aware UTC, as of which the index knows the whole bucket.
        rebuilt: the index was damaged and is begun anew.
    """

    refreshed = Signal(object)
    rebuilt = Signal()

    def __init__(self, runner: JobRunner, minutes: int, parent: QObject | None = None) -> None:
        """Args: `minutes` between two refreshes; 0 for none but those that are asked for."""
        super().__init__(parent)
        self._runner = runner
        self._services: WindowServices | None = None
        self._minutes = minutes
        self._job: RunningJob | None = None
        self._is_complete = False
        self._stands_back = False
        self._is_due = False
        self._timer = QTimer(self, singleShot=True, interval=minutes * _MINUTE_MS)
        self._timer.timeout.connect(self.refresh)

    def connect_to(self, services: WindowServices) -> None:
        """Keep the index of these services."""
        self.forget()
        self._services = services
        index = services.index
        if index is None:
            return
        if index.was_rebuilt:
            self.rebuilt.emit()
        self._is_due = self._minutes > 0
        self._run(self._runner.start(lambda _job: _checked(index), "check", self))

    def forget(self) -> None:
        """Cancel what runs, and leave the index alone from now on."""
        if self._job is not None:
            self._job.cancel()
        self._timer.stop()
        self._services, self._job = None, None
        self._is_complete = self._stands_back = self._is_due = False

    def refresh(self) -> None:
        """Refresh now, or as soon as nothing is in the way."""
        services = self._services
        if services is None or services.index is None:
            return
        self._timer.stop()
        self._is_due = self._job is not None or self._stands_back
        if not self._is_due:
            index, storage = services.index, services.storage
            self._run(self._runner.start(lambda job: _refreshed(index, storage, job), "refresh", self))

    def stand_back(self, is_live: bool) -> None:
        """Make way for a search that has begun, if it looks at every file."""
        if is_live or not self._is_complete:
            self._stands_back = True
            if self._job is not None:
                self._is_due = True
                self._job.cancel()

    def go_on(self, report: SearchReport | None) -> None:
        """Go on after a search; its report where it came to its end."""
        was_in_the_way, self._stands_back = self._stands_back, False
        if report is not None and report.engine == "live":
            self._is_complete, self._is_due = True, False
            self._wait()
        elif was_in_the_way and self._is_due:
            self.refresh()

    def _run(self, job: RunningJob) -> None:
        self._job = job
        job.succeeded.connect(lambda state: self._take(job, state))
        job.finished.connect(lambda: self._finish(job))

    def _take(self, job: RunningJob, state: IndexState | None) -> None:
        if job is not self._job or state is None:
            return
        self._is_complete = state.completed_at is not None
        if state.completed_at is not None:
            self.refreshed.emit(state.completed_at)

    def _finish(self, job: RunningJob) -> None:
        if job is not self._job:
            return
        self._job = None
        if self._is_due and not self._stands_back:
            self.refresh()
        else:
            self._wait()

    def _wait(self) -> None:
        if self._minutes > 0:
            self._timer.start()


def _checked(index: IndexKeeper) -> IndexState | None:
    return index.state() if index.check() else None


def _refreshed(index: IndexKeeper, storage: ObjectReader, job: Job) -> IndexState:
    index.refresh(storage, job)
    return index.state()
