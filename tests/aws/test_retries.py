"""Trying again: later each time, at no foreseeable moment, and not for ever."""

from __future__ import annotations

import pytest
from awscrt.exceptions import AwsCrtError

from app.aws.credentials import CredentialsHolder
from app.aws.messages import Answer, Request
from app.aws.pipeline import Failure, Pipeline
from app.aws.retries import MAX_TRIES, Retries
from app.core.errors import OutageError
from app.core.identity import Credentials
from app.core.job import CancelToken
from tests.fakes import NoRenewal


class ScriptedClock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


class Longest:
    """Draws the upper end of every range, and writes the ranges down."""

    def __init__(self):
        self.ranges = []

    def uniform(self, low, high):
        self.ranges.append((low, high))
        return high


class Soonest:
    def uniform(self, low, high):
        return low


class FailingWire:
    """Answers *internal error* to everything but the keys that it is to take, and counts."""

    def __init__(self, *good):
        self.holder = CredentialsHolder(Credentials("AKID", "secret"))
        self.good = good
        self.sent = 0

    def send(self, request, done):
        self.sent += 1
        body = b"fine" if request.key in self.good else b"<Error><Code>InternalError</Code></Error>"
        done(Answer(200, {}, body))


@pytest.fixture
def clock():
    return ScriptedClock()


def failing_copy(key):
    return Request("CopyObject", "PUT", "bucket", key)


def test_each_wait_is_drawn_from_nothing_up_to_twice_the_one_before(clock):
    rng = Longest()
    retries = Retries(clock, rng)
    waits = [retries.due_at(tries) - clock.seconds for tries in range(1, MAX_TRIES)]
    assert waits == [0.5, 1, 2, 4, 8]
    assert [low for low, _ in rng.ranges] == [0] * 5


def test_after_the_last_try_there_is_none(clock):
    assert Retries(clock).due_at(MAX_TRIES) is None


def test_tries_beyond_the_budget_of_all_requests_arent_made(clock):
    retries = Retries(clock)
    made = [retries.due_at(1) is not None for _ in range(600)]
    assert made == [True] * 500 + [False] * 100


def test_an_answer_that_can_be_used_pays_for_another_try(clock):
    retries = Retries(clock)
    for _ in range(500):
        retries.due_at(1)
    retries.succeeded()
    assert [retries.due_at(1) is not None for _ in range(2)] == [True, False]


def test_whoever_tries_later_has_a_budget_again(clock):
    retries = Retries(clock)
    for _ in range(500):
        retries.due_at(1)
    clock.seconds += 2
    assert [retries.due_at(1) is not None for _ in range(21)] == [True] * 20 + [False]
    clock.seconds += 1_000_000
    assert [retries.due_at(1) is not None for _ in range(501)] == [True] * 500 + [False]


def test_a_storage_that_only_fails_is_not_asked_six_times_for_every_file(clock):
    clock.seconds = 0.0  # so that whatever is due is due at once
    wire = FailingWire()
    pipeline = Pipeline(wire, NoRenewal(), Retries(clock, Soonest()))
    outcomes = [outcome for _, outcome in pipeline.run(map(str, range(1000)), failing_copy, CancelToken())]
    assert len(outcomes) == 1000
    assert all(isinstance(outcome, Failure) and outcome.error.code == "storage-failed" for outcome in outcomes)
    assert wire.sent == 1000 + 500


class SilentWire:
    """Never gets an answer; awscrt tells that after a minute."""

    def __init__(self):
        self.holder = CredentialsHolder(Credentials("AKID", "secret"))
        self.sent = 0

    def send(self, request, done):
        self.sent += 1
        done(AwsCrtError(2073, "AWS_ERROR_HTTP_CHANNEL_THROUGHPUT_FAILURE", "too slow"))


def test_a_storage_that_says_nothing_is_waited_for_twice(clock):
    clock.seconds = 0.0
    wire = SilentWire()
    with pytest.raises(OutageError) as caught:
        list(Pipeline(wire, NoRenewal(), Retries(clock, Soonest())).run(["a"], failing_copy, CancelToken()))
    assert str(caught.value) == "The storage doesn’t answer. Check the network, then try again."
    assert wire.sent == 2
