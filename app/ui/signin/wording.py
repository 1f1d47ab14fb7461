"""What the sign-in pages say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import AppError, OutageError, RefusalError, SignInError
from app.core.identity import Account
from app.ui import words
from app.ui.signin.view import Action, Choice, Notice, View

SIGN_IN = "Sign in to Tagdrop"
_CONTINUE = "Continue in your browser"

_COPY_INSTEAD = Choice(Action.COPY_INSTEAD, "Copy the address instead", "link")
_OTHER_ACCOUNT = Choice(Action.OTHER_ACCOUNT, "Use another account", "primary", "browser")
_COPY_DETAILS = Choice(Action.COPY_DETAILS, "Copy details for IT")
_TRY_AGAIN = Choice(Action.SIGN_IN, "Try again", "primary", "browser")
_CANCEL = Choice(Action.CANCEL, "Cancel", "ghost")
_NOT_NOW = Choice(Action.CANCEL, "Not now", "ghost")

_WRONG_ACCOUNT = {"personal-account": "is a personal account", "other-organisation": "belongs to another organisation"}
_OWN_DOING = {"sign-in-timeout"}
_NAMED = 3  # problems in one notice
_ICONS = {"sign-in-timeout": "clock", "clock-off": "clock"}


@dataclass(frozen=True, slots=True)
class Wording:
    """The pages' words for one organisation.

    Attributes:
        organization: its name; empty where IT set none.
        domains: accounts of which may sign in.
    """

    organization: str = ""
    domains: tuple[str, ...] = ()

    def start(self, notice: Notice | None = None) -> View:
        """Return the page before anything was tried."""
        account = f"work account that ends in {self._domains}" if self.domains else "work account"
        text = f"Use your {account}. Your browser opens for this; come back here afterwards."
        sign_in = Choice(Action.SIGN_IN, "Sign in with Google", "primary", "browser")
        return View(SIGN_IN, text, notice, choices=(sign_in,), below=_COPY_INSTEAD)

    def waiting(self, is_open: bool) -> View:
        """Return the page while the person is in the browser; `is_open` once that has been told to open."""
        again = Choice(Action.OPEN_AGAIN, "Open the page again", not_yet="" if is_open else "It opens in a moment.")
        return View(_CONTINUE, f"Choose {self._account} there.", choices=(again, _CANCEL))

    def address(self, address: str, is_copied: bool) -> View:
        """Return the page that shows the address of the sign-in page.

        Args:
            address: of the page.
            is_copied: whether it is on the clipboard because the person wanted it; else no browser could be opened.
        """
        why = "The address is copied. Open it" if is_copied else "No browser could be opened. Open this address"
        text = f"{why} in a browser on this computer, and choose {self._account} there."
        copy = Choice(Action.COPY_ADDRESS, "Address copied" if is_copied else "Copy the address", icon="copy")
        return View(_CONTINUE, text, address=address, choices=(copy, _CANCEL))

    def problem(self, error: AppError, can_leave: bool) -> View:
        """Return the page after signing in failed.

        Args:
            error: why.
            can_leave: whether there is a window to go back to.
        """
        leave = (_NOT_NOW,) if can_leave else ()
        notice = self._notice(error)
        if error.code in _WRONG_ACCOUNT or isinstance(error, RefusalError):
            return View(SIGN_IN, notice=notice, choices=(_OTHER_ACCOUNT, _COPY_DETAILS, *leave))
        details = () if error.code in _OWN_DOING else (_COPY_DETAILS,)
        return View(SIGN_IN, notice=notice, choices=(_TRY_AGAIN, *details, *leave), below=_COPY_INSTEAD)

    def somebody_else(self, before: str, account: Account) -> View:
        """Return the page after another account has signed in than the one whose work waits.

        Args:
            before: whose work waits.
            account: who has signed in.
        """
        text = (
            f"{words.name(before)} began the work that waits. You can go on as {words.name(account.email)}:"
            " that work stops, and the window is cleared."
        )
        notice = Notice("warn", "alert", "Somebody else is signed in now", text)
        go_on = Choice(Action.GO_ON, f"Go on as {words.name(account.email)}")
        return View(SIGN_IN, notice=notice, choices=(_OTHER_ACCOUNT, go_on, _NOT_NOW))

    def _notice(self, error: AppError) -> Notice:
        if isinstance(error, OutageError):
            return Notice("warn", "offline", error.title, error.detail)
        if error.code not in _WRONG_ACCOUNT:
            icon = _ICONS.get(error.code)
            return Notice("warn" if icon else "error", icon or "alert", error.title, error.detail)
        text = f"{words.name(error.target)} {_WRONG_ACCOUNT[error.code]}."
        if self.domains:
            text += f" {self.organization or 'Your organisation'} accepts only accounts that end in {self._domains}."
        return Notice("error", "alert", "This account can’t be used here", text)

    @property
    def _account(self) -> str:
        return f"your {self._domains} account" if self.domains else "your work account"

    @property
    def _domains(self) -> str:
        names = [words.name(f"@{domain}") for domain in self.domains]
        return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def ended(error: AppError) -> Notice:
    """Return why somebody who had signed in has to do so again."""
    return Notice("warn", "alert", error.title, error.detail)


def partly_signed_out(problems: Sequence[AppError], whose: str = "this account") -> Notice | None:
    """Return what signing out couldn't do: the account is forgotten in this window all the same; None: it did all.

    Args:
        problems: the worst one first.
        whose: of which account something may be left.
    """
    if not problems:
        return None
    worst, hidden = problems[0], len(problems) - _NAMED
    text = " ".join((*map(str, problems[:_NAMED]), *([f"And {hidden:,} more."] if hidden > 0 else ())))
    if isinstance(worst, OutageError):
        return Notice("warn", "offline", "You are signed out on this computer only", text)
    what = "The sign-in" if isinstance(worst, SignInError) else f"Something of {whose}"
    return Notice("warn", "alert", f"{what} is still kept on this computer", text)


def busy(title: str, text: str) -> View:
    """Return the page while nothing can be done but wait."""
    return View(title, text)
