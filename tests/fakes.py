"""Stand-ins for what use cases are given: a clock, somebody who decides, somebody who signs in, a listener."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

from app.core.identity import Credentials, Identity
from app.core.job import CancelToken, Job
from app.core.ports import Choice, Resolution


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
