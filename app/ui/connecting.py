"""Connects the window after it is shown, and says so where that fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from app.core.errors import AppError, ConfigurationError, RefusalError, SignInError
from app.ui.not_set_up import NotSetUp
from app.ui.services import WindowServices
from app.ui.widgets.accessible import announce
from app.ui.widgets.banner import Banner
from app.ui.workplace import Workplace
from app.workers.job import JobRunner

_CAUSE = "connect"
_ASKED = "connect to the storage"


class Connecting(QObject):
    """Runs `connect` on a worker, again when the person wants it.

    Signals:
        connected: with the `WindowServices`, which the workplace works with by then.
        account_refused: with the `AppError` that only signing in (again) can help against; not where nobody signs in.
        settings_taken: there may be other settings now; they are read when the window is opened anew.
    """

    connected = Signal(object)
    account_refused = Signal(object)
    settings_taken = Signal()

    def __init__(
        self,
        workplace: Workplace,
        connect: Callable[[], WindowServices],
        runner: JobRunner,
        signs_in: bool = False,
        take_settings: Callable[[Path], object] | None = None,
    ) -> None:
        """Get ready.

        Args:
            workplace: the window.
            connect: slow: it loads the SDKs and asks who works here.
            runner: runs it.
            signs_in: whether a person signs in here.
            take_settings: slow: makes a file from IT the settings of this computer; None where that can't be.
        """
        super().__init__(workplace)
        self._workplace = workplace
        self._connect = connect
        self._runner = runner
        self._signs_in = signs_in
        self._take_settings = take_settings
        self._is_running = False
        self._not_set_up: NotSetUp | None = None
        workplace.connection_asked.connect(self.start)

    def start(self) -> None:
        """Begin, unless it is under way."""
        if self._is_running:
            return
        self._is_running = True
        self._workplace.window.clear_banner(_CAUSE)
        self._workplace.find.be_unavailable(None)
        job = self._runner.start(lambda _job: self._connect(), "connect", self)
        job.succeeded.connect(self._succeed)
        job.failed.connect(self._fail)
        job.finished.connect(self._finish)

    def _succeed(self, services: WindowServices) -> None:
        self._uncover()
        self._workplace.connect_to(services)
        self.connected.emit(services)

    def _fail(self, error: AppError) -> None:
        self._workplace.find.be_unavailable(error)
        if isinstance(error, ConfigurationError):
            self._show_not_set_up(error)
        elif self._signs_in and isinstance(error, SignInError | RefusalError):
            self.account_refused.emit(error)
        else:
            self._uncover()
            banner = Banner("error", "offline", error.title, error.detail, "Try again", cause=_CAUSE)
            banner.pressed.connect(self.start)
            self._workplace.window.show_banner(banner)

    def _finish(self) -> None:
        self._is_running = False

    def _show_not_set_up(self, error: AppError) -> None:
        self._forget_page()
        page = self._not_set_up = NotSetUp(error, takes_file=self._take_settings is not None)
        page.details_asked.connect(lambda: self._workplace.copy_details(error, _ASKED))
        page.file_asked.connect(self._choose_file)
        page.settings_asked.connect(self._workplace.show_settings)
        # Settings that were wrong may be right by now, but have to be read for that.
        page.retry_asked.connect(self.settings_taken if self._take_settings is not None else self.start)
        self._workplace.window.cover(page)
        announce(page, page.state.accessibleName(), is_urgent=True)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self._not_set_up, "Open the file from IT")
        dialog.setNameFilter("Settings (*.toml)")
        dialog.fileSelected.connect(lambda name: self._take_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _take_file(self, file: Path) -> None:
        take_settings = self._take_settings
        if take_settings is not None:
            job = self._runner.start(lambda _job: take_settings(file), "settings", self)
            job.succeeded.connect(lambda _where: self.settings_taken.emit())
            job.failed.connect(self._show_not_set_up)

    def _uncover(self) -> None:
        self._workplace.window.uncover()
        self._forget_page()

    def _forget_page(self) -> None:
        if self._not_set_up is not None:
            self._not_set_up.deleteLater()
            self._not_set_up = None
