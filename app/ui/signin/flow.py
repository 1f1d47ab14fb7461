"""Leads a person through signing in, page by page; what takes time runs on workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication

from app.core.errors import AppError, SignInError
from app.core.events import Event, SignInOpened
from app.core.identity import Account
from app.core.job import Job
from app.core.ports.session import SignIn
from app.ui.signin.page import SignInPage
from app.ui.signin.view import Action, Notice
from app.ui.signin.wording import Wording, busy
from app.workers.job import JobRunner, RunningJob


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has signed in.

    Attributes:
        account: the account.
        keeping_problem: why it will be asked for again at the next start; None where it is kept.
    """

    account: Account
    keeping_problem: SignInError | None


class SignInFlow(QObject):
    """The pages from *Sign in* to the end, whatever that is.

    Signals:
        signed_in: with the `SignedIn`.
        left: the person went back to the window without signing in.
        go_on_asked: with the `SignedIn`: to go on as somebody else than the one whose work waits.
        details_asked: with the `AppError` that IT should know of.

    Attributes:
        page: to cover the window with.
    """

    signed_in = Signal(object)
    left = Signal()
    go_on_asked = Signal(object)
    details_asked = Signal(object)

    def __init__(
        self,
        open_sign_in: Callable[[], SignIn],
        runner: JobRunner,
        wording: Wording,
        parent: QObject | None = None,
        open_address: Callable[[str], bool] = lambda address: QDesktopServices.openUrl(QUrl(address)),
    ) -> None:
        """Args: `open_sign_in` is slow and called by workers; `open_address` shows a page in the browser."""
        super().__init__(parent)
        self._open_sign_in = open_sign_in
        self._runner = runner
        self._wording = wording
        self._open_address = open_address
        self._job: RunningJob | None = None
        self._address = ""
        self._error: AppError | None = None
        self._signed_in: SignedIn | None = None
        self._can_leave = False
        self._copies_address = False
        self._asks_account = False
        self.page = SignInPage(wording.organization)
        self.page.chosen.connect(self._choose)

    def ask(self, notice: Notice | None = None) -> None:
        """Show the first page: nothing can be done without signing in."""
        self._can_leave = False
        self.page.show_view(self._wording.start(notice))

    def ask_again(self) -> None:
        """Lead straight to the browser, the way taken last; the person may go back to the window."""
        self._can_leave = True
        self._begin()

    def refuse(self, error: AppError) -> None:
        """Say why there is nothing to be had with the account that is signed in."""
        self._can_leave = False
        self._show_problem(error)

    def offer_to_change(self, before: str) -> None:
        """Say that who has just signed in isn't `before`, whose work waits; offer either way."""
        self._asks_account = True
        if self._signed_in is not None:
            self.page.show_view(self._wording.somebody_else(before, self._signed_in.account))

    def wait(self, title: str, text: str) -> None:
        """Show that nothing can be done but wait."""
        self.page.show_view(busy(title, text))

    def sign_out(self, *, everywhere: bool, forget: Callable[[], Iterable[AppError]]) -> RunningJob:
        """Forget the account on a worker, and call `forget` there; the next sign-in asks which one.

        The job ends with what couldn't be done, the account itself first.
        """
        self._asks_account = True

        def signing_out(_job: Job) -> tuple[AppError, ...]:
            left = _problems(forget)
            return (*_problems(lambda: self._sign_out(everywhere)), *left)

        return self._runner.start(signing_out, "sign-out", self)

    def _sign_out(self, everywhere: bool) -> tuple[AppError, ...]:
        self._open_sign_in().sign_out(everywhere=everywhere)
        return ()

    def _choose(self, action: Action) -> None:
        if action is Action.CANCEL:
            self._cancel()
        elif action is Action.OPEN_AGAIN:
            self._open_again()
        elif action is Action.COPY_ADDRESS:
            self._copy_address()
        elif action is Action.COPY_DETAILS:
            self.details_asked.emit(self._error)
        elif action is Action.GO_ON:
            self.go_on_asked.emit(self._signed_in)
        else:
            if action is not Action.OTHER_ACCOUNT:
                self._copies_address = action is Action.COPY_INSTEAD
            self._asks_account = self._asks_account or action is Action.OTHER_ACCOUNT
            self._begin()

    def _begin(self) -> None:
        self._forget_job()
        self._address = ""
        opens_browser, asks_account = not self._copies_address, self._asks_account

        def signing_in(job: Job) -> SignedIn:
            sign_in = self._open_sign_in()
            account = sign_in.sign_in(
                lambda address, is_open: job.events(SignInOpened(address, is_open)),
                job.cancel,
                opens_browser=opens_browser,
                uses_other_account=asks_account,
            )
            return SignedIn(account, sign_in.keeping_problem)

        self.page.show_view(self._wording.waiting(is_open=False))
        # A browser that it starts must not stand back for good.
        job = self._job = self._runner.start(signing_in, "sign-in", self, stands_back=False)
        job.events.connect(lambda events: self._opened(job, events))
        job.succeeded.connect(self._succeed)
        job.failed.connect(lambda error: self._fail(job, error))

    def _opened(self, job: RunningJob, events: tuple[Event, ...]) -> None:
        if job is not self._job:
            return
        for event in events:
            if isinstance(event, SignInOpened):
                self._address = event.address
                self._show_opened(event.is_open)

    def _show_opened(self, is_open: bool) -> None:
        if is_open:
            self.page.show_view(self._wording.waiting(is_open=True))
        elif self._copies_address:
            self._copy_address()
        else:
            self.page.show_view(self._wording.address(self._address, is_copied=False))

    def _open_again(self) -> None:
        if not self._open_address(self._address):
            self.page.show_view(self._wording.address(self._address, is_copied=False))

    def _copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.page.show_view(self._wording.address(self._address, is_copied=True))

    def _succeed(self, signed_in: SignedIn) -> None:
        # Also after Cancel, if the browser was quicker: it has told the person that they are signed in.
        self._forget_job()
        self._asks_account = False
        self._signed_in = signed_in
        self.signed_in.emit(signed_in)

    def _fail(self, job: RunningJob, error: AppError) -> None:
        if job is self._job:
            self._job = None
            self._show_problem(error)

    def _show_problem(self, error: AppError) -> None:
        self._error = error
        self.page.show_view(self._wording.problem(error, self._can_leave))

    def _cancel(self) -> None:
        if self.page.view is None or not self.page.view.choices:
            return  # what is waited for can't be cancelled
        self._forget_job()
        if self._can_leave:
            self.left.emit()
        else:
            self.page.show_view(self._wording.start())

    def _forget_job(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()


def _problems(work: Callable[[], Iterable[AppError]]) -> tuple[AppError, ...]:
    """Return what `work` says that it couldn't do, or what it ended in."""
    try:
        return tuple(work())
    except AppError as error:
        return (error,)
