"""Credentials are renewed before they end, once for all who wait for it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import SignInError
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
