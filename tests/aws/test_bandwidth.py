"""The limit of bytes a second, on a clock that the test moves."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.aws.bandwidth import Bandwidth, Limits, limits_of
from app.aws.credentials import CredentialsHolder
from app.aws.messages import Answer, Request
from app.aws.pipeline import Pipeline
from app.core.identity import Credentials
from app.core.job import CancelToken
from tests.fakes import NoRenewal

MB = 1_000_000
KB = 1000


class HandClock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def moved_by(clock, bandwidth, seconds, runs):
    """Let runs, each with the size of its requests, take what they may for a while; return the bytes of each."""
    due_at = dict.fromkeys(runs, 0.0)
    moved = dict.fromkeys(runs, 0)
    while True:
        run = min(due_at, key=due_at.get)
        if due_at[run] > seconds:
            return moved
        clock.now = max(clock.now, due_at[run])
        wait = bandwidth.seconds_to_wait(run, runs[run])
        if wait:
            due_at[run] = clock.now + wait
        else:
            moved[run] += runs[run]
            due_at[run] = clock.now


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def bandwidth(clock):
    return Bandwidth(MB, clock)


def test_the_first_request_goes_at_once_and_the_next_when_its_bytes_are_paid_back(bandwidth, clock):
    assert bandwidth.seconds_to_wait("a", 8 * MB) == 0
    assert bandwidth.seconds_to_wait("a", 1) == 8
    clock.now = 7
    assert bandwidth.seconds_to_wait("a", 1) == 1
    clock.now = 8
    assert bandwidth.seconds_to_wait("a", 1) == 0


def test_what_nobody_used_isnt_saved_up(bandwidth, clock):
    clock.now = 3600
    assert moved_by(clock, bandwidth, 3601, {"a": 10 * KB})["a"] <= 1.12 * MB


@given(st.lists(st.integers(1, 8 * MB), min_size=1, max_size=60))
def test_never_more_than_the_limit_and_one_request_ahead(sizes):
    clock = HandClock()
    bandwidth = Bandwidth(MB, clock)
    moved = 0
    for size in sizes:
        while wait := bandwidth.seconds_to_wait("a", size):
            clock.now += wait
        assert moved <= MB * (clock.now + 0.1) + 1
        moved += size


def test_the_limit_is_used_up(bandwidth, clock):
    assert moved_by(clock, bandwidth, 100, {"a": 20 * KB})["a"] == pytest.approx(100 * MB, rel=0.01)


def test_small_files_get_as_many_bytes_as_large_parts(bandwidth, clock):
    moved = moved_by(clock, bandwidth, 200, {"parts": 8 * MB, "small": 20 * KB})
    assert moved["small"] == pytest.approx(moved["parts"], abs=8 * MB)
    assert sum(moved.values()) == pytest.approx(200 * MB, rel=0.05)


def test_who_comes_later_gets_its_share_not_all(bandwidth, clock):
    before = moved_by(clock, bandwidth, 100, {"a": MB})
    after = moved_by(clock, bandwidth, 200, {"a": MB, "b": MB})
    assert before["a"] == pytest.approx(100 * MB, abs=MB)
    assert after["a"] == pytest.approx(after["b"], abs=2 * MB)


def test_one_that_doesnt_come_when_it_may_holds_nobody_up(bandwidth, clock):
    bandwidth.seconds_to_wait("a", 8 * MB)
    bandwidth.seconds_to_wait("away", 1)
    clock.now = 8
    wait = bandwidth.seconds_to_wait("a", 8 * MB)
    assert 0 < wait <= 0.1
    clock.now += wait
    assert bandwidth.seconds_to_wait("a", 8 * MB) == 0


def test_one_that_has_left_holds_nobody_up(bandwidth, clock):
    bandwidth.seconds_to_wait("a", 8 * MB)
    bandwidth.seconds_to_wait("gone", 1)
    bandwidth.leave("gone")
    clock.now = 8
    assert bandwidth.seconds_to_wait("a", 8 * MB) == 0


def put(size):
    return Request("PutObject", "PUT", "bucket", "key", body=bytes(size))


def get():
    return Request("GetObject", "GET", "bucket", "key")


def test_what_is_sent_and_what_is_fetched_have_limits_of_their_own(clock):
    limits = Limits(up=Bandwidth(MB, clock), down=Bandwidth(2 * MB, clock))
    assert limits.seconds_to_wait("a", put(MB), MB) == 0
    assert limits.seconds_to_wait("a", get(), 4 * MB) == 0
    assert limits.seconds_to_wait("a", put(1), 1) == 1
    assert limits.seconds_to_wait("a", get(), 1) == 2


def test_what_moves_no_content_never_waits(clock):
    limits = Limits(up=Bandwidth(MB, clock), down=Bandwidth(MB, clock))
    limits.seconds_to_wait("a", put(MB), MB)
    limits.seconds_to_wait("a", get(), MB)
    copy = Request("CopyObject", "PUT", "bucket", "key")
    assert limits.seconds_to_wait("a", copy, 0) == 0
    assert limits.seconds_to_wait("a", Request("GetObjectTagging", "GET", "bucket", "key", "tagging"), 0) == 0


def test_settings_are_megabits_and_zero_is_no_limit():
    assert limits_of(8, 0).up.bytes_per_second == MB
    assert limits_of(0, 0) == Limits()


def test_large_objects_are_fetched_in_pieces_of_about_a_second():
    eight = 8 * 1024**2
    assert Limits().piece_bytes(eight) == eight
    assert limits_of(0, 8).piece_bytes(eight) == MB
    assert limits_of(0, 1).piece_bytes(eight) == 256 * 1024
    assert limits_of(0, 1000).piece_bytes(eight) == eight


class CountingWire:
    """Answers at once, and writes down the bodies' sizes."""

    def __init__(self):
        self.holder = CredentialsHolder(Credentials("AKID", "secret"))
        self.sent = []

    def send(self, request, done):
        self.sent.append(len(request.body))
        done(Answer(200, {}, b""))


def test_while_one_request_waits_nothing_more_is_read_from_the_disk():
    wire, taken = CountingWire(), []
    pipeline = Pipeline(wire, NoRenewal(), limits=Limits(up=Bandwidth(1)))
    cancel = CancelToken()

    def items():
        for number in range(100):
            taken.append(number)
            if number == 1:
                cancel.cancel()
            yield number

    told = list(pipeline.run(items(), lambda number: put(MB), cancel, drains=True))
    assert (wire.sent, taken, len(told)) == ([MB], [0, 1], 1)


def test_a_cancel_ends_the_wait_for_the_limit():
    wire = CountingWire()
    pipeline = Pipeline(wire, NoRenewal(), limits=Limits(up=Bandwidth(1)))
    cancel = CancelToken()
    for _ in pipeline.run(range(10), lambda number: put(MB), cancel, drains=True):
        cancel.cancel()
    assert wire.sent == [MB]


def test_requests_keep_their_order_under_a_limit():
    wire = CountingWire()
    pipeline = Pipeline(wire, NoRenewal(), limits=Limits(up=Bandwidth(10 * MB)))
    sizes = [40 * KB, 10 * KB, 30 * KB, 20 * KB, 50 * KB, 60 * KB] * 5
    answers = pipeline.run(sizes, put, CancelToken(), in_order=True)
    assert [size for size, _ in answers] == sizes
    assert wire.sent == sizes
