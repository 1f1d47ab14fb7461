"""Connects the window after it is shown, and says so where that fails."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

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
    """

    connected = Signal(object)
    account_refused = Signal(object)

    def __init__(
        self,
        workplace: Workplace,
        connect: Callable[[], WindowServices],
        runner: JobRunner,
        signs_in: bool = False,
    ) -> None:
        """Args: `connect` is slow: it loads the SDKs and asks who works here; `signs_in` where a person does."""
        super().__init__(workplace)
        self._workplace = workplace
        self._connect = connect
        self._runner = runner
        self._signs_in = signs_in
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

    def _show_not_set_up(self, error: ConfigurationError) -> None:
        self._forget_page()
        page = self._not_set_up = NotSetUp(error)
        page.details_asked.connect(lambda: self._workplace.copy_details(error, _ASKED))
        page.retry_asked.connect(self.start)
        self._workplace.window.cover(page)
        announce(page, page.state.accessibleName(), is_urgent=True)

    def _uncover(self) -> None:
        self._workplace.window.uncover()
        self._forget_page()

    def _forget_page(self) -> None:
        if self._not_set_up is not None:
            self._not_set_up.deleteLater()
            self._not_set_up = None
