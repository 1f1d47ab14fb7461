"""Credentials are renewed before they end, once for all who wait for it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import OutageError, SignInError
from app.core.ports import Credentials
from app.services.session import Session
from tests.fakes import CountingSource, MovedClock


def ending_in(minutes, name="A"):
    return Credentials(name, "s", "t", datetime.now(UTC) + timedelta(minutes=minutes))


def test_fresh_credentials_are_handed_on_at_once():
    taken = []
    session = Session(CountingSource(ending_in(60)), MovedClock(), taken.append)
    assert taken == [session.credentials]
    assert session.identity.label == "maria@example.com"


def test_credentials_that_end_soon_are_renewed_and_handed_on():
    taken = []
    source = CountingSource(ending_in(60, "A"), ending_in(180, "B"))
    clock = MovedClock()
    session = Session(source, clock, taken.append)
    session.ensure()
    assert source.asked["credentials"] == 1
    clock.moved_by = timedelta(minutes=51)
    session.ensure()
    assert [credentials.access_key_id for credentials in taken] == ["A", "B"]


class Unreachable(CountingSource):
    """Hands out its credentials once; then nobody answers."""

    def credentials(self):
        if self.asked["credentials"]:
            self.asked["credentials"] += 1
            raise OutageError("no-connection", "No connection to the storage")
        return super().credentials()


def test_credentials_that_cant_be_renewed_yet_are_used_to_their_end():
    source, clock = Unreachable(ending_in(5)), MovedClock()
    session = Session(source, clock, lambda credentials: None)
    session.ensure()
    clock.moved_by = timedelta(minutes=6)
    with pytest.raises(OutageError):
        session.ensure()


def test_a_source_that_has_nothing_better_is_not_asked_for_every_request():
    source, clock = CountingSource(ending_in(5)), MovedClock()
    session = Session(source, clock, lambda credentials: None)
    for _ in range(10):
        session.ensure()
    assert source.asked["credentials"] == 2
    clock.moved_by = timedelta(seconds=31)
    session.ensure()
    assert source.asked["credentials"] == 3


def test_credentials_without_an_end_are_never_renewed():
    source = CountingSource(Credentials("A", "s"))
    session = Session(source, MovedClock(100_000), lambda credentials: None)
    session.ensure()
    assert source.asked["credentials"] == 1


def test_many_threads_whose_credentials_were_refused_cause_one_renewal():
    old, new = Credentials("A", "s"), Credentials("B", "s")
    source = CountingSource(old, new)
    session = Session(source, MovedClock(), lambda credentials: None)
    start = threading.Barrier(8)

    def refused():
        start.wait()
        session.renew(old)

    threads = [threading.Thread(target=refused) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.asked["credentials"] == 2
    assert session.credentials == new


def test_what_cant_be_renewed_is_said():
    class Ends(CountingSource):
        def credentials(self):
            if self.asked["credentials"]:
                raise SignInError("no-credentials", "There are no AWS credentials")
            return super().credentials()

    session = Session(Ends(Credentials("A", "s")), MovedClock(), lambda credentials: None)
    with pytest.raises(SignInError):
        session.renew(session.credentials)
