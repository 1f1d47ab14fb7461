"""Who works in this window: signing in at the start and in the middle of work, and signing out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from app.core.errors import AppError, SignInError
from app.core.ports.session import SignIn
from app.ui import words
from app.ui.connecting import Connecting
from app.ui.services import WindowServices, WindowSettings
from app.ui.signin.account_row import AccountRow
from app.ui.signin.flow import SignedIn, SignInFlow
from app.ui.signin.wording import Wording, ended, partly_signed_out
from app.ui.transfers.wording import unfinished
from app.ui.widgets.accessible import announce
from app.ui.widgets.banner import Banner
from app.ui.widgets.sheet import Sheet
from app.ui.workplace import Workplace
from app.workers.gate import Gate
from app.workers.job import JobRunner

_SIGNED_OUT, _KEEPING, _LEFT = "signed-out", "keeping", "left"
_ASKED = "sign in"


def show_account(workplace: Workplace, connecting: Connecting, settings: WindowSettings, has_menu: bool) -> AccountRow:
    """Put who works here at the sidebar's foot, and return it.

    Args:
        workplace: gets the row.
        connecting: tells who it is.
        settings: name the organisation.
        has_menu: whether there is an account that can be signed out.
    """
    row = AccountRow(settings.organization, has_menu)
    workplace.account_foot.set_account(row)
    connecting.connected.connect(lambda services: row.show_identity(services.identity))
    return row


class AccountControl(QObject):
    """Leads from one account to the next.

    Attributes:
        row: the account at the sidebar's foot.
        flow: the sign-in pages.
    """

    def __init__(
        self,
        workplace: Workplace,
        connecting: Connecting,
        gate: Gate,
        open_sign_in: Callable[[], SignIn],
        settings: WindowSettings,
        runner: JobRunner,
    ) -> None:
        """Args: `open_sign_in` is slow, `gate` is what work waits before once the sign-in has ended."""
        super().__init__(workplace)
        self._workplace = workplace
        self._window = workplace.window
        self._connecting = connecting
        self._gate = gate
        self._runner = runner
        self._signed_in: SignedIn | None = None
        self.row = show_account(workplace, connecting, settings, has_menu=True)
        self.flow = SignInFlow(open_sign_in, runner, Wording(settings.organization, settings.domains), self)
        connecting.connected.connect(self._connected)
        connecting.account_refused.connect(self._account_refused)
        gate.asked.connect(self._say_signed_out)
        self.row.sign_out_asked.connect(self._ask_before_sign_out)
        self.flow.signed_in.connect(self._take)
        self.flow.left.connect(self._window.uncover)
        self.flow.go_on_asked.connect(self._go_on_as_somebody_else)
        self.flow.details_asked.connect(lambda error: workplace.copy_details(error, _ASKED))

    def _account_refused(self, error: AppError) -> None:
        """Cover the window: without another account, or the same once more, there is nothing in it."""
        if error.code == "signed-out":
            self.flow.ask()
        elif error.code == "sign-in-ended":
            self.flow.ask(ended(error))
        else:
            self.flow.refuse(error)
        self._window.cover(self.flow.page)

    def _take(self, signed_in: SignedIn) -> None:
        self._window.raise_()
        self._window.activateWindow()
        services = self._workplace.services
        if services is None:
            self._signed_in = signed_in
            self._connect()
        elif signed_in.account.subject == services.identity.user_id:
            self._go_on(signed_in)
        else:
            self.flow.offer_to_change(services.identity.label)
            self._window.cover(self.flow.page)

    def _connect(self) -> None:
        email = self._signed_in.account.email if self._signed_in else ""
        self.flow.wait("You are signed in", f"{words.name(email)}. Connecting to your files…")
        self._window.cover(self.flow.page)
        self._connecting.start()

    def _connected(self, _services: WindowServices) -> None:
        signed_in, self._signed_in = self._signed_in, None
        if signed_in is None:
            return
        self._window.show_page(self._window.current_page(), with_keyboard=True)
        announce(self._window, f"Signed in as {signed_in.account.email}.")
        if signed_in.keeping_problem is not None:
            self._say_not_kept(signed_in.keeping_problem)

    def _say_not_kept(self, problem: SignInError) -> None:
        banner = Banner("info", "info", problem.title, problem.detail, "Close", cause=_KEEPING)
        banner.pressed.connect(lambda: self._window.clear_banner(_KEEPING))
        self._window.show_banner(banner)

    def _say_signed_out(self, _reason: SignInError) -> None:
        if self._workplace.services is None:
            # What still tidies up for somebody who has signed out isn't worth a question.
            self._gate.refuse()
            return
        text = "Transfers wait until you sign in again."
        banner = Banner("warn", "alert", "You were signed out", text, "Sign in", cause=_SIGNED_OUT)
        banner.pressed.connect(self._sign_in_again)
        self._window.show_banner(banner)

    def _sign_in_again(self) -> None:
        self.flow.ask_again()
        self._window.cover(self.flow.page)

    def _go_on(self, signed_in: SignedIn) -> None:
        self._window.clear_banner(_SIGNED_OUT)
        self._window.uncover()
        self._gate.open()
        announce(self._window, f"Signed in as {signed_in.account.email}. Transfers go on.")

    def _go_on_as_somebody_else(self, signed_in: SignedIn) -> None:
        services = self._workplace.services
        self._forget()
        self._signed_in = signed_in
        self.flow.wait("You are signed in", "What was kept of the account before is being deleted…")
        forget = services.forget if services else _nothing
        job = self._runner.start(lambda _job: forget(), "forget", self)
        job.succeeded.connect(self._say_left)
        job.failed.connect(self._workplace.say_failure)
        job.finished.connect(self._connect)

    def _say_left(self, problems: Sequence[AppError]) -> None:
        notice = partly_signed_out(problems, "the account before")
        if notice is not None:
            banner = Banner(notice.kind, notice.icon, notice.title, notice.text, "Close", cause=_LEFT)
            banner.pressed.connect(lambda: self._window.clear_banner(_LEFT))
            self._window.show_banner(banner)

    def _ask_before_sign_out(self, everywhere: bool) -> None:
        question = unfinished(self._workplace.queue.open_transfers)
        if question is None:
            self._sign_out(everywhere)
            return
        sheet = Sheet("Sign out?", question, "Stop and sign out", "Stay signed in")
        sheet.set_first(sheet.cancel)
        sheet.accepted.connect(lambda: self._sign_out(everywhere))
        self._window.open_sheet(sheet)

    def _sign_out(self, everywhere: bool) -> None:
        services = self._workplace.services
        self._forget()
        self.flow.wait("Signing out", "This takes a moment.")
        self._window.cover(self.flow.page)
        job = self.flow.sign_out(everywhere=everywhere, forget=services.forget if services else _nothing)
        job.succeeded.connect(lambda problems: self.flow.ask(partly_signed_out(problems)))
        job.failed.connect(lambda error: self.flow.ask(partly_signed_out([error])))

    def _forget(self) -> None:
        """Let nothing be seen of whoever worked here until now; what ran is cancelled before it is sent away."""
        self._workplace.forget()
        self._gate.refuse()
        self.row.hide()


def _nothing() -> tuple[AppError, ...]:
    """Do nothing: nobody's files were shown."""
    return ()
