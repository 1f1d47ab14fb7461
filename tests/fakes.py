"""Stand-ins for what use cases are given: a clock, somebody who decides, somebody who signs in, a listener."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

from app.core.conflicts import Choice, Resolution
from app.core.errors import CancelledError, SignInError
from app.core.identity import Account, Credentials, Identity
from app.core.job import CancelToken, Job
from app.services.waiting import WaitingRun


class MovedClock:
    """Tells the time, moved by some hours."""

    def __init__(self, hours: float = 0) -> None:
        self.moved_by = timedelta(hours=hours)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved_by


class Listener:
    """A job whose events are written down.

    Attributes:
        job: to hand to a use case.
        events: what it told, in order.
    """

    def __init__(self, react=lambda event, job: None) -> None:
        self.events = []
        self.job = Job(CancelToken(), self._hear)
        self._react = react

    def _hear(self, event) -> None:
        self.events.append(event)
        self._react(event, self.job)

    def of(self, kind):
        """Return the events of one type."""
        return [event for event in self.events if isinstance(event, kind)]


def cancel_when(happens):
    """Return a listener that cancels its job at the first event for which `happens` is true."""

    def react(event, job):
        if happens(event):
            job.cancel.cancel()

    return Listener(react)


class Decides:
    """Answers conflicts with these choices in turn, the last one for ever; writes down what it was asked."""

    def __init__(self, *choices: Choice, for_all: bool = False) -> None:
        self._choices = list(choices)
        self._for_all = for_all
        self.asked = []

    def resolve(self, conflict, cancel) -> Resolution:
        self.asked.append(conflict)
        choice = self._choices.pop(0) if len(self._choices) > 1 else self._choices[0]
        return Resolution(choice, self._for_all)


class NeverAsked:
    """Fails the test when anybody asks it."""

    def resolve(self, conflict, cancel) -> Resolution:
        raise AssertionError(f"nobody should have been asked about {conflict}")


class CountingSource:
    """Yields the credentials given, one after the other, and counts how often it was asked."""

    def __init__(self, *credentials: Credentials) -> None:
        self._credentials = list(credentials)
        self._lock = threading.Lock()
        self.asked = Counter()

    def credentials(self) -> Credentials:
        with self._lock:
            self.asked["credentials"] += 1
            return self._credentials.pop(0) if len(self._credentials) > 1 else self._credentials[0]

    def identity(self) -> Identity:
        self.asked["identity"] += 1
        return Identity("0123456789abcdef", "maria@example.com")


class NoRenewal:
    """Credentials that never end."""

    def ensure(self, cancel: CancelToken) -> None:
        pass

    def renew(self, refused: Credentials, cancel: CancelToken) -> None:
        pass


SIGN_IN_PAGE = "https://accounts.example.com/authorize?client_id=tagdrop&state=s3cret"

MARIA = Account("https://accounts.example.com", "1001", "maria.keller@example.com", "example.com")
PRIYA = Account("https://accounts.example.com", "1002", "priya.nair@example.com", "example.com")


class Attempt:
    """One sign-in that is under way.

    Attributes:
        opens_browser, uses_other_account: as it was asked for.
        cancel: as it was given.
    """

    def __init__(self, cancel: CancelToken, opens_browser: bool, uses_other_account: bool) -> None:
        self.cancel = cancel
        self.opens_browser = opens_browser
        self.uses_other_account = uses_other_account
        self._end: Future[Account] = Future()

    def succeeds(self, account: Account = MARIA) -> None:
        """Let the person be signed in."""
        self._end.set_result(account)

    def fails(self, error: Exception) -> None:
        """Let it end with this error."""
        self._end.set_exception(error)

    def wait(self) -> Account:
        take_back = self.cancel.on_cancel(lambda: self._end.done() or self._end.set_exception(CancelledError()))
        try:
            return self._end.result(30)
        finally:
            take_back()


class ScriptedSignIn:
    """A `SignIn` whose attempts end when and how the test says.

    Attributes:
        account: who is signed in.
        keeping_problem: as of the port.
        has_browser: whether a browser can be told to open the page.
        attempts: every `sign_in` until now.
        signed_out: the `everywhere` of each `sign_out`.
        sign_out_error: what `sign_out` raises in the end.
        may_sign_out: `sign_out` blocks until it is set.
    """

    def __init__(self, account: Account | None = None) -> None:
        self.account = account
        self.keeping_problem: SignInError | None = None
        self.has_browser = True
        self.attempts: list[Attempt] = []
        self.signed_out: list[bool] = []
        self.sign_out_error: Exception | None = None
        self.may_sign_out = threading.Event()
        self.may_sign_out.set()

    def sign_in(self, opened, cancel, *, opens_browser=True, uses_other_account=False) -> Account:
        attempt = Attempt(cancel, opens_browser, uses_other_account)
        self.attempts.append(attempt)
        opened(SIGN_IN_PAGE, opens_browser and self.has_browser)
        self.account = attempt.wait()
        return self.account

    def sign_out(self, *, everywhere=False) -> None:
        self.may_sign_out.wait(30)
        self.account = None
        self.signed_out.append(everywhere)
        if self.sign_out_error is not None:
            raise self.sign_out_error


class NoRecord:
    """Of a run that no journal has."""

    run_id = 1

    def leave(self):
        """Nothing is left."""


def waiting_nowhere():
    """Return a run before its turn that no journal has."""

    def ask():
        return None, NoRecord()

    return WaitingRun(ask, lambda run_id: ask(), lambda request, record, job: None)
