"""Temporary copies: what lies in the staging bucket for a day, with its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.core.deletions import CopiesDeletion
from app.core.errors import AppError, NothingFoundError
from app.core.job import Job
from app.services.deleting import delete_copies
from app.services.stage import StagedRequest, list_staged
from app.services.sweep import sweep
from app.ui.services import WindowServices
from app.ui.staging.model import StagedModel, title
from app.ui.staging.view import StagedView
from app.ui.widgets.boxes import column, hairline
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.labels import label
from app.ui.widgets.page import Page
from app.workers.job import JobRunner, RunningJob

_ABOUT = "Made when you download or share. Each one is deleted by itself after 24 hours. Your stored files stay."
_MINUTE_MS, _SECOND_MS, _HOUR_MS = 60_000, 1_000, 3_600_000


class StagingPage(Page):
    """The list of this person's temporary copies.

    Signals:
        counted: their number, for the sidebar.
        link_asked: with the shared `StagedRequest` whose link shall be copied.
        save_asked: with the `StagedRequest` that shall be saved as a ZIP.
        failed: with an `AppError` that the window should say.
    """

    counted = Signal(int)
    link_asked = Signal(object)
    save_asked = Signal(object)
    failed = Signal(object)

    def __init__(self, runner: JobRunner, now: Callable[[], datetime]) -> None:
        """Args: `now` is aware, in the zone that is shown."""
        super().__init__()
        self._runner = runner
        self._now = now
        self._services: WindowServices | None = None
        self._listing: RunningJob | None = None
        self._deleting: set[str] = set()
        self.model = StagedModel(now, self)
        self.view = StagedView(self.model, now)
        self.view.link_asked.connect(self.link_asked)
        self.view.save_asked.connect(self.save_asked)
        self.view.delete_asked.connect(self._delete)
        self._says = label("", role="text2")
        self._stack = QStackedWidget()
        self._empty = EmptyState("clock", "No temporary copies", "They appear when you download or share.")
        for widget in (self._says, self.view, self._empty):
            self._stack.addWidget(widget)
        about = label(_ABOUT, role="text2", wrap=True)
        head = column(self, gap=4, margins=(8, 0, 8, 0)).add(label("Temporary copies", 1.5, 600)).add(about)
        layout = column(self, gap=0, margins=(16, 18, 16, 18)).add(head).space(14)
        self.setLayout(layout.add(hairline()).add(self._stack, 1))
        self._ticking = QTimer(self, singleShot=True)
        self._ticking.timeout.connect(self._tick)
        self._hourly = QTimer(self, interval=_HOUR_MS)
        self._hourly.timeout.connect(self._sweep)
        QShortcut(QKeySequence.StandardKey.Save, self, self.view.save_current)

    def connect_to(self, services: WindowServices) -> None:
        """Show this person's copies, and delete those whose time is over, now and every hour."""
        self._services = services
        self._hourly.start()
        self._sweep()
        self.reload()

    def forget(self) -> None:
        """Forget this person's copies and the storage."""
        self._services = None
        self._hourly.stop()
        self._deleting.clear()
        if self._listing is not None:
            self._listing.cancel()
            self._listing = None
        self.model.show(())
        self._counted()

    def reload(self) -> None:
        """Ask the storage again, for example after a download."""
        services = self._services
        if services is None:
            return
        if self._listing is not None:
            self._listing.cancel()
        self._say("Looking for temporary copies…" if not self.model.rowCount() else "")

        def listing(job: Job) -> tuple[StagedRequest, ...]:
            return list_staged(services.identity.user_id, services.staging, job)

        job = self._listing = self._runner.start(listing, "list-copies", self)
        job.succeeded.connect(lambda found: self._show(job, found))
        job.failed.connect(lambda error: self._fail(job, error))

    def focus_first(self) -> None:
        """Put the keyboard into the list."""
        self.view.setFocus()

    def regions(self) -> tuple[QWidget, ...]:
        """Return what F6 visits."""
        return (self.view,)

    def _show(self, job: RunningJob, found: tuple[StagedRequest, ...]) -> None:
        if job is not self._listing:
            return
        alive = tuple(r for r in found if r.expires_at > self._now() and r.id not in self._deleting)
        self.model.show(alive)
        self._counted()
        self._tick()

    def _counted(self) -> None:
        self.counted.emit(self.model.rowCount())
        self._stack.setCurrentWidget(self.view if self.model.rowCount() else self._empty)

    def _delete(self, request: StagedRequest) -> None:
        services = self._services
        if services is None:
            return
        self._deleting.add(request.id)
        self.model.remove(request.id)
        self._counted()

        deletion = CopiesDeletion(request.id, services.identity.user_id, request.name, request.files)

        def deleting(job: Job) -> None:
            try:
                delete_copies(deletion, services.staging, services.journal.deletions, job)
            except NothingFoundError:
                return  # somebody else, or the storage itself, was quicker; it is gone, as wanted

        job = self._runner.start(deleting, "delete-copies", self)
        job.failed.connect(lambda error: self._deletion_failed(request, error))
        job.finished.connect(lambda: self._deleting.discard(request.id))

    def _deletion_failed(self, request: StagedRequest, error: AppError) -> None:
        if request.id not in self._deleting:
            return  # it was somebody else's, who has signed out
        self._deleting.discard(request.id)
        self.failed.emit(error.about(title(request)))
        self.reload()

    def _sweep(self) -> None:
        services = self._services
        if services is None:
            return

        def sweeping(job: Job) -> int:
            return sweep(services.staging, services.clock, job, services.identity.user_id).removed

        job = self._runner.start(sweeping, "sweep", self)
        job.succeeded.connect(lambda removed: self.reload() if removed else None)

    def _fail(self, job: RunningJob, error: AppError) -> None:
        if job is not self._listing:
            return
        if self.model.rowCount():
            self.failed.emit(error)
        else:
            self._say(f"{error.title}. {error.detail}".strip())

    def _say(self, text: str) -> None:
        self._says.setText(text)
        if text:
            self._stack.setCurrentWidget(self._says)

    def _tick(self) -> None:
        """Show the time left; take away what is over; look again in a minute, in a second in the last minute."""
        now = self._now()
        for request in self.model.requests:
            if request.expires_at <= now:
                self.model.remove(request.id)
                self._counted()
        self.view.update_times()
        if self.model.rowCount():
            soonest = min(request.expires_at for request in self.model.requests)
            is_last_minute = (soonest - now).total_seconds() <= 61
            self._ticking.start(_SECOND_MS if is_last_minute else _MINUTE_MS)
