"""Upload: what was dropped is listed and tagged, and handed to the transfers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QStackedLayout, QWidget

from app.core.events import Event, FilesCollected, NameChecked
from app.core.keys import expand_prefix
from app.core.uploads import UploadFile, UploadRequest
from app.services.uploads.collect import collect
from app.services.uploads.name_check import check_names
from app.ui.services import WindowServices, WindowSettings
from app.ui.upload.first_view import FirstView
from app.ui.upload.list_view import ListView
from app.ui.upload.model import UploadModel
from app.ui.widgets.page import Page
from app.workers.job import JobRunner, RunningJob

_SETTLED_MS = 300


class UploadPage(Page):
    """The page where files are dropped.

    Signals:
        upload_asked: with the `UploadRequest`.
        find_asked: with the terms typed into *Or find files*.
    """

    upload_asked = Signal(object)
    find_asked = Signal(object)

    def __init__(self, runner: JobRunner, settings: WindowSettings, now: Callable[[], datetime]) -> None:
        """Args: `now` is aware, in the zone whose calendar counts."""
        super().__init__()
        self._runner = runner
        self._settings = settings
        self._now = now
        self._services: WindowServices | None = None
        self._walks: list[RunningJob] = []
        self._checking: RunningJob | None = None
        self.model = UploadModel(self)
        self.first = FirstView(settings.organization, settings.rules)
        self.list = ListView(self.model, settings.organization, settings.rules)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.first)
        self._stack.addWidget(self.list)
        self._settling = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settling.timeout.connect(self._check_names)
        self._connect()

    def connect_to(self, services: WindowServices) -> None:
        """Upload into this storage."""
        self._services = services
        self._changed()

    def forget(self) -> None:
        """Forget the drop, the tags and the storage."""
        self._services = None
        self.clear()
        self.first.field.clear()

    def add_paths(self, paths: Iterable[Path]) -> None:
        """List files and folders, walking them on a worker."""
        wanted = tuple(paths)
        if not wanted:
            return
        job = self._runner.start(lambda job: collect(wanted, job), "collect", self)
        self._walks.append(job)
        job.events.connect(lambda events: self._take(job, events))
        job.finished.connect(lambda: self._walked(job))
        self._show_list()
        self._refresh()

    def clear(self) -> None:
        """Forget the drop and return to the first view."""
        for walk in self._walks:
            walk.cancel()
        self._walks.clear()
        self._stack.setCurrentWidget(self.first)
        self.model.clear()
        self.list.field.clear()
        self._stop_checking()

    def upload(self) -> None:
        """Hand the drop over, if it can be uploaded."""
        if not self.list.upload.isEnabled() or not self.list.field.commit_pending():
            return
        request = self._request()
        if request is not None:
            self.clear()
            self.first.panel.set_steps_shown(False)
            self.upload_asked.emit(request)

    def choose_files(self) -> None:
        """Let the person choose files."""
        self._choose("Choose files", QFileDialog.FileMode.ExistingFiles)

    def choose_folder(self) -> None:
        """Let the person choose a folder."""
        self._choose("Choose a folder", QFileDialog.FileMode.Directory)

    def focus_first(self) -> None:
        """Put the keyboard into the tag field."""
        view = self._stack.currentWidget()
        (self.list if view is self.list else self.first).field.focus_edit()

    def regions(self) -> tuple[QWidget, ...]:
        """Return what F6 visits."""
        if self._stack.currentWidget() is self.list:
            return (self.list.field, self.list.table, self.list.bar)
        return (self.first.field, self.first.panel)

    def close_layer(self) -> bool:
        """Take back the selection in the list, then what is being typed."""
        is_listed = self._stack.currentWidget() is self.list
        if is_listed and self.list.table.selected_count():
            self.list.table.clearSelection()
            return True
        return (self.list if is_listed else self.first).field.clear_typed()

    def _connect(self) -> None:
        self.first.find_asked.connect(self.find_asked)
        self.first.panel.choose_files.connect(self.choose_files)
        self.first.panel.choose_folder.connect(self.choose_folder)
        self.list.add_asked.connect(self.choose_files)
        self.list.clear_asked.connect(self.clear)
        self.list.upload_asked.connect(self.upload)
        self.list.field.changed.connect(self._changed)
        for signal in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            signal.connect(self._changed)
        self.model.rowsRemoved.connect(self._leave_when_empty)
        self.model.modelReset.connect(self._leave_when_empty)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.upload)

    def _choose(self, title: str, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        dialog.filesSelected.connect(lambda names: self.add_paths(map(Path, names)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_list(self) -> None:
        if self._stack.currentWidget() is not self.list:
            self._stack.setCurrentWidget(self.list)
            self.list.field.focus_edit()

    def _take(self, job: RunningJob, events: tuple[Event, ...]) -> None:
        if job in self._walks:
            self.model.add(event for event in events if isinstance(event, FilesCollected))
            self._refresh()

    def _walked(self, job: RunningJob) -> None:
        if job in self._walks:
            self._walks.remove(job)
            self._changed()

    def _leave_when_empty(self) -> None:
        is_empty = not self.model.rowCount() and not self._walks
        if is_empty and self._stack.currentWidget() is self.list:
            self.clear()

    def _changed(self) -> None:
        self._refresh()
        self._stop_checking()
        if self._services is not None and self.model.rowCount() and not self._walks:
            self._settling.start()

    def _refresh(self) -> None:
        self.list.refresh(bool(self._walks), self._services is not None)

    def _request(self) -> UploadRequest | None:
        if self._services is None:
            return None
        values = self.list.field.values()
        return UploadRequest(
            files=tuple(UploadFile(source, values) for source in self.model.files),
            left_out=self.model.left_out,
            prefix=expand_prefix(self._settings.upload_prefix, self._now()),
            rules=self._settings.rules,
            uploaded_by=self._services.identity.label,
            allow_replace=self._settings.allow_replace,
        )

    def _check_names(self) -> None:
        request = self._request()
        if request is None or self._services is None or not request.files:
            return
        storage = self._services.storage
        job = self._checking = self._runner.start(lambda job: check_names(request, storage, job), "check-names", self)
        # A note that can't be had is only a note less: the upload asks again, and says what is wrong.
        job.events.connect(lambda events: self._note(job, events))

    def _note(self, job: RunningJob, events: tuple[Event, ...]) -> None:
        if job is self._checking:
            self.model.note(event for event in events if isinstance(event, NameChecked))

    def _stop_checking(self) -> None:
        self._settling.stop()
        if self._checking is not None:
            self._checking.cancel()
            self._checking = None
