"""Keeps the credentials good while work goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta

from app.core.errors import OutageError, SignInError
from app.core.identity import Credentials, Identity
from app.core.job import CancelToken
from app.core.ports.clock import Clock
from app.core.ports.session import IdentitySource, SignInGate

LONGEST_MARGIN = timedelta(minutes=10)
"""How long before their end credentials are renewed at most: longer than any single request takes."""

_MARGIN_SHARE = 5  # a fifth of a short session's life
_LONGEST_PAUSE = timedelta(seconds=30)
_OUTAGE_PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)
_ASK_PERSON = {"signed-out", "sign-in-ended"}


class NobodyToAsk:
    """A `SignInGate` for programs that run without a person."""

    def wait(self, reason: SignInError) -> None:
        """Raise `reason`."""
        raise reason


class Session:
    """The credentials in use and whose they are.

    They are renewed on a thread of its own, once for all who need it, and never inside an SDK. Work goes on
    under credentials that are still good meanwhile; it waits only when they have ended.

    Args:
        source: yields credentials.
        clock: tells when they end.
        renewed: takes the new ones, for the holder that requests are signed from.
        gate: asks the person to sign in again where the source can't go on without.
    """

    def __init__(
        self,
        source: IdentitySource,
        clock: Clock,
        renewed: Callable[[Credentials], None],
        gate: SignInGate | None = None,
    ) -> None:
        self._source = source
        self._clock = clock
        self._renewed = renewed
        self._gate = gate or NobodyToAsk()
        self._lock = threading.Lock()
        self._renewal: Future[None] | None = None
        self._next_try = clock.now()
        self._take(source.credentials())
        self._identity = source.identity()

    @property
    def credentials(self) -> Credentials:
        """The credentials in use."""
        return self._credentials

    @property
    def identity(self) -> Identity:
        """Whose credentials these are; stays the same, whoever signs in again."""
        return self._identity

    def ensure(self, cancel: CancelToken) -> None:
        """See `Renewal.ensure`; what can't be renewed yet is used to its end and tried again now and then."""
        expires_at = self._credentials.expires_at
        if expires_at is None or self._clock.now() < self._next_try:
            return
        renewal = self._begin(self._credentials)
        if renewal is not None and self._clock.now() >= expires_at:
            _await(renewal, cancel)

    def renew(self, refused: Credentials, cancel: CancelToken) -> None:
        """See `Renewal.renew`."""
        renewal = self._begin(refused)
        if renewal is not None:
            _await(renewal, cancel)

    def _begin(self, old: Credentials) -> Future[None] | None:
        """Return the renewal that is under way, begun if there is none; None where `old` are old already."""
        with self._lock:
            if old != self._credentials:
                return None
            if self._renewal is None:
                self._renewal = Future()
                threading.Thread(target=self._run, args=(self._renewal,), name="session", daemon=True).start()
            return self._renewal

    def _run(self, renewal: Future[None]) -> None:
        error: Exception | None = None
        try:
            self._take(self._new_credentials())
        except Exception as failure:  # whatever it is, who waits for the renewal raises it
            error = failure
            self._next_try = self._clock.now() + self._pause
        with self._lock:
            self._renewal = None
        if error is None:
            renewal.set_result(None)
        else:
            renewal.set_exception(error)

    def _new_credentials(self) -> Credentials:
        for pause in _OUTAGE_PAUSES_SECONDS:
            try:
                return self._asking_credentials()
            except OutageError:
                threading.Event().wait(pause)
        return self._asking_credentials()

    def _asking_credentials(self) -> Credentials:
        try:
            return self._source.credentials()
        except SignInError as error:
            if error.code not in _ASK_PERSON:
                raise
            self._gate.wait(error)
        return self._source.credentials()

    def _take(self, credentials: Credentials) -> None:
        """Use these from now on, and note when to look for the next ones."""
        now = self._clock.now()
        margin, self._pause = _margin(credentials, now)
        # A source may have nothing better than what ends soon (an instance's role, an SSO session).
        self._next_try = max((credentials.expires_at or now) - margin, now + self._pause)
        self._credentials = credentials
        self._renewed(credentials)


def _margin(credentials: Credentials, now: datetime) -> tuple[timedelta, timedelta]:
    """Return how long before their end credentials are renewed, and the pause between two tries."""
    life = max((credentials.expires_at or now) - now, timedelta())
    margin = min(LONGEST_MARGIN, life / _MARGIN_SHARE)
    return margin, min(_LONGEST_PAUSE, margin / 4)


def _await(renewal: Future[None], cancel: CancelToken) -> None:
    woken = threading.Event()
    renewal.add_done_callback(lambda _: woken.set())
    take_back = cancel.on_cancel(woken.set)
    woken.wait()
    take_back()
    cancel.raise_if_cancelled()
    renewal.result()
