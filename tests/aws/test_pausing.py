"""What a pause does to requests: those under way end, none is sent, and nothing is lost."""

from __future__ import annotations

import threading

import pytest

from app.aws.credentials import CredentialsHolder
from app.aws.flight import Failure
from app.aws.messages import Answer, Request
from app.aws.pipeline import Pipeline
from app.aws.retries import Retries
from app.core.errors import CancelledError
from app.core.identity import Credentials
from app.core.job import CancelToken
from tests.fakes import NoRenewal
from tests.waiting import eventually


class HeldWire:
    """Keeps every request until the test answers it."""

    def __init__(self):
        self.holder = CredentialsHolder(Credentials("AKID", "secret"))
        self.sent = []
        self._open = []

    def send(self, request, done):
        self.sent.append(request.key)
        self._open.append((request, done))
        return self

    def cancel(self):
        """Do what a request's handle does."""

    def answer_all(self):
        waiting, self._open = self._open, []
        for request, done in waiting:
            done(Answer(200, {}, request.key.encode()))

    def fail_all(self):
        waiting, self._open = self._open, []
        for _, done in waiting:
            done(OSError("cut"))


class Run:
    """A run of the pipeline on a thread of its own."""

    def __init__(self, wire, keys, retries=None, **options):
        self.cancel = CancelToken()
        self.told = []
        self.error = None
        pipeline = Pipeline(wire, NoRenewal(), retries)
        self._answers = pipeline.run(
            keys, lambda key: Request("GetObject", "GET", "bucket", key), self.cancel, **options
        )
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self):
        self._thread.start()
        return self

    def _run(self):
        try:
            for key, outcome in self._answers:
                self.told.append((key, isinstance(outcome, Failure)))
        except CancelledError as error:
            self.error = error

    def ends(self):
        self._thread.join(20)
        return not self._thread.is_alive()


@pytest.fixture
def wire():
    return HeldWire()


def keys(number):
    return [f"{index:03}" for index in range(number)]


def test_what_is_under_way_ends_and_nothing_else_is_sent_until_it_goes_on(wire):
    run = Run(wire, keys(100)).begin()
    assert eventually(lambda: len(wire.sent) == 64)
    run.cancel.pace.pause()
    wire.answer_all()
    assert eventually(lambda: len(run.told) == 64)
    assert len(wire.sent) == 64
    run.cancel.pace.go_on()
    assert eventually(lambda: len(wire.sent) == 100)
    wire.answer_all()
    assert run.ends()
    assert sorted(run.told) == [(key, False) for key in keys(100)]


def test_one_that_is_paused_before_it_begins_sends_nothing(wire):
    run = Run(wire, keys(3))
    run.cancel.pace.pause()
    run.begin()
    run.cancel.cancel()
    assert run.ends()
    assert wire.sent == []


def test_a_read_that_is_cancelled_while_paused_ends_at_once(wire):
    run = Run(wire, keys(100)).begin()
    assert eventually(lambda: len(wire.sent) == 64)
    run.cancel.pace.pause()
    run.cancel.cancel()
    assert run.ends()
    assert isinstance(run.error, CancelledError)


def test_a_write_that_is_cancelled_while_paused_tells_what_was_under_way(wire):
    run = Run(wire, keys(100), drains=True).begin()
    assert eventually(lambda: len(wire.sent) == 64)
    run.cancel.pace.pause()
    run.cancel.cancel()
    wire.answer_all()
    assert run.ends()
    assert sorted(run.told) == [(key, False) for key in keys(64)]


def test_no_other_try_is_made_during_a_pause_and_the_wait_for_it_stands_still(wire):
    class Soon:
        def uniform(self, least, most):
            return 0.01

    run = Run(wire, keys(1), Retries(rng=Soon())).begin()
    assert eventually(lambda: wire.sent == ["000"])
    run.cancel.pace.pause()
    wire.fail_all()
    assert not eventually(lambda: len(wire.sent) > 1, seconds=0.2)
    run.cancel.pace.go_on()
    assert eventually(lambda: len(wire.sent) == 2)
    wire.answer_all()
    assert run.ends()
    assert run.told == [("000", False)]


def test_a_pause_while_items_are_taken_holds_up_the_one_that_was_taken_last(wire):
    taken = []

    def items():
        for key in keys(10):
            taken.append(key)
            if key == "002":
                run.cancel.pace.pause()
            yield key

    run = Run(wire, items())
    run.begin()
    assert eventually(lambda: taken == ["000", "001", "002"])
    assert not eventually(lambda: len(wire.sent) > 2, seconds=0.2)
    run.cancel.pace.go_on()
    assert eventually(lambda: len(wire.sent) == 10)
    wire.answer_all()
    assert run.ends()
    assert [key for key, _ in sorted(run.told)] == keys(10)


def test_one_that_was_never_sent_is_not_told_when_a_write_is_cancelled(wire):
    def items():
        yield "000"
        run.cancel.pace.pause()
        yield "001"

    run = Run(wire, items(), drains=True)
    run.begin()
    assert eventually(lambda: wire.sent == ["000"])
    wire.answer_all()
    assert eventually(lambda: run.told == [("000", False)])
    run.cancel.cancel()
    assert run.ends()
    assert run.told == [("000", False)]
