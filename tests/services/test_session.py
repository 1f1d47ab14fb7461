"""Credentials are renewed before they end, once for all who wait for it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import CancelledError, OutageError, SignInError
from app.core.identity import Credentials
from app.core.job import CancelToken
from app.services import session as module
from app.services.session import Session
from tests.fakes import CountingSource, MovedClock

REVOKED = SignInError("sign-in-ended", "The sign-in has ended", "Sign in again.")


def ending_in(minutes, name="A"):
    return Credentials(name, "s", "t", datetime.now(UTC) + timedelta(minutes=minutes))


def ignore(credentials):
    """Take new credentials and do nothing with them."""


def has_ended(session):
    """Wait for the renewal that is under way."""
    for thread in threading.enumerate():
        if thread.name == "session":
            thread.join()
    return session


class Scripted(CountingSource):
    """Yields credentials or raises, one after the other, the last for ever."""

    def credentials(self):
        step = super().credentials()
        if isinstance(step, Exception):
            raise step
        return step


class Gate:
    """Lets work through when it is opened; counts how often it was asked."""

    def __init__(self, is_open=True):
        self.asked = []
        self.came = threading.Event()
        self.opened = threading.Event()
        if is_open:
            self.opened.set()

    def wait(self, reason):
        self.asked.append(reason.code)
        self.came.set()
        assert self.opened.wait(20)


def test_fresh_credentials_are_handed_on_at_once():
    taken = []
    session = Session(CountingSource(ending_in(60)), MovedClock(), taken.append)
    assert taken == [session.credentials]
    assert session.identity.label == "maria@example.com"


def test_credentials_that_end_soon_are_renewed_and_handed_on():
    taken = []
    source, clock = CountingSource(ending_in(60, "A"), ending_in(180, "B")), MovedClock()
    session = Session(source, clock, taken.append)
    session.ensure(CancelToken())
    assert source.asked["credentials"] == 1
    clock.moved_by = timedelta(minutes=51)
    session.ensure(CancelToken())
    has_ended(session)
    assert [credentials.access_key_id for credentials in taken] == ["A", "B"]


def test_a_session_of_seconds_is_renewed_in_its_last_fifth():
    source, clock = CountingSource(ending_in(1, "A"), ending_in(60, "B")), MovedClock()
    session = Session(source, clock, ignore)
    clock.moved_by = timedelta(seconds=45)
    session.ensure(CancelToken())
    assert has_ended(session).credentials.access_key_id == "A"
    clock.moved_by = timedelta(seconds=49)
    session.ensure(CancelToken())
    assert has_ended(session).credentials.access_key_id == "B"


def test_work_goes_on_under_credentials_that_are_still_good_while_new_ones_are_fetched():
    class Slow(CountingSource):
        answers = threading.Event()

        def credentials(self):
            if self.asked["credentials"]:
                assert self.answers.wait(20)
            return super().credentials()

    clock = MovedClock()
    session = Session(Slow(ending_in(60, "A"), ending_in(120, "B")), clock, ignore)
    clock.moved_by = timedelta(minutes=55)
    session.ensure(CancelToken())
    assert session.credentials.access_key_id == "A"
    Slow.answers.set()
    assert has_ended(session).credentials.access_key_id == "B"


def test_work_waits_for_new_ones_where_the_old_have_ended():
    clock = MovedClock()
    session = Session(CountingSource(ending_in(60, "A"), ending_in(180, "B")), clock, ignore)
    clock.moved_by = timedelta(minutes=61)
    session.ensure(CancelToken())
    assert session.credentials.access_key_id == "B"


def test_credentials_that_cant_be_renewed_yet_are_used_to_their_end(monkeypatch):
    monkeypatch.setattr(module, "_OUTAGE_PAUSES_SECONDS", (0, 0))
    outage = OutageError("no-connection", "No connection to the storage")
    source, clock = Scripted(ending_in(60), outage), MovedClock()
    session = Session(source, clock, ignore)
    clock.moved_by = timedelta(minutes=55)
    session.ensure(CancelToken())
    has_ended(session)
    assert source.asked["credentials"] == 1 + 3
    session.ensure(CancelToken())
    assert source.asked["credentials"] == 1 + 3
    clock.moved_by = timedelta(minutes=61)
    with pytest.raises(OutageError):
        session.ensure(CancelToken())


def test_an_outage_of_a_moment_is_waited_for(monkeypatch):
    monkeypatch.setattr(module, "_OUTAGE_PAUSES_SECONDS", (0, 0))
    old, new = Credentials("A", "s"), Credentials("B", "s")
    session = Session(Scripted(old, OutageError("no-connection", "No connection"), new), MovedClock(), ignore)
    session.renew(old, CancelToken())
    assert session.credentials == new


def test_a_source_that_has_nothing_better_is_not_asked_for_every_request():
    source, clock = CountingSource(ending_in(60)), MovedClock()
    session = Session(source, clock, ignore)
    clock.moved_by = timedelta(minutes=55)
    for _ in range(10):
        session.ensure(CancelToken())
        has_ended(session)
    assert source.asked["credentials"] == 2
    clock.moved_by = timedelta(minutes=59, seconds=30)
    session.ensure(CancelToken())
    has_ended(session)
    assert source.asked["credentials"] == 3


def test_credentials_without_an_end_are_never_renewed():
    source = CountingSource(Credentials("A", "s"))
    session = Session(source, MovedClock(100_000), ignore)
    session.ensure(CancelToken())
    assert source.asked["credentials"] == 1


def in_threads(count, work):
    start = threading.Barrier(count)

    def run():
        start.wait()
        work()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_threads_whose_credentials_were_refused_cause_one_renewal():
    old, new = Credentials("A", "s"), Credentials("B", "s")
    source = CountingSource(old, new)
    session = Session(source, MovedClock(), ignore)
    in_threads(8, lambda: session.renew(old, CancelToken()))
    assert source.asked["credentials"] == 2
    assert session.credentials == new


def test_what_cant_be_renewed_is_said():
    session = Session(Scripted(Credentials("A", "s"), REVOKED), MovedClock(), ignore)
    with pytest.raises(SignInError) as caught:
        session.renew(session.credentials, CancelToken())
    assert caught.value is REVOKED


class TestTheSignInThatEnded:
    def test_is_asked_about_once_for_all_who_wait_and_then_they_go_on(self):
        old, new, gate = Credentials("A", "s"), Credentials("B", "s"), Gate()
        session = Session(Scripted(old, REVOKED, new), MovedClock(), ignore, gate)
        in_threads(8, lambda: session.renew(old, CancelToken()))
        assert gate.asked == ["sign-in-ended"]
        assert session.credentials == new

    def test_lets_who_waits_be_cancelled(self):
        old, gate, cancel, ended = Credentials("A", "s"), Gate(is_open=False), CancelToken(), []
        session = Session(Scripted(old, REVOKED, Credentials("B", "s")), MovedClock(), ignore, gate)

        def wait():
            try:
                session.renew(old, cancel)
            except CancelledError:
                ended.append("cancelled")

        waiter = threading.Thread(target=wait)
        waiter.start()
        assert gate.came.wait(20)
        cancel.cancel()
        waiter.join(20)
        assert ended == ["cancelled"]
        gate.opened.set()
        assert has_ended(session).credentials.access_key_id == "B"
