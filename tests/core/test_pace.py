"""Holding up what another thread does, and letting it go on."""

from __future__ import annotations

import threading

import pytest

from app.core.errors import CancelledError
from app.core.job import CancelToken
from app.core.pace import Pace


class HandClock:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return HandClock()


def in_a_thread(function):
    """Run `function` on a thread and return what waits for its end and returns what it returned or raised."""
    outcome = []

    def run():
        try:
            outcome.append(function())
        except CancelledError as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def ended():
        thread.join(10)
        assert not thread.is_alive()
        return outcome[0]

    return ended


def test_its_clock_stands_still_while_it_is_paused(clock):
    pace = Pace(clock)
    clock.seconds = 5
    pace.pause()
    clock.seconds = 1000
    pace.pause()
    assert pace.now() == 5
    pace.go_on()
    clock.seconds = 1002
    assert pace.now() == 7


def test_several_pauses_add_up(clock):
    pace = Pace(clock)
    for _ in range(3):
        pace.pause()
        clock.seconds += 10
        pace.go_on()
        clock.seconds += 1
    assert pace.now() == 3


def test_whoever_asked_is_told_when_it_goes_on_until_that_is_taken_back():
    pace, calls = Pace(), []
    take_back = pace.on_go_on(lambda: calls.append("on"))
    pace.go_on()
    assert calls == []
    pace.pause()
    pace.go_on()
    pace.pause()
    pace.go_on()
    assert calls == ["on", "on"]
    take_back()
    pace.pause()
    pace.go_on()
    assert calls == ["on", "on"]


def test_nobody_waits_when_it_isnt_paused():
    CancelToken().wait_while_paused()


def test_a_wait_ends_when_it_goes_on():
    token = CancelToken()
    token.pace.pause()
    waits = in_a_thread(token.wait_while_paused)
    token.pace.go_on()
    assert waits() is None


def test_a_cancel_ends_a_wait_at_once():
    token = CancelToken()
    token.pace.pause()
    waits = in_a_thread(token.wait_while_paused)
    token.cancel()
    assert isinstance(waits(), CancelledError)
    assert token.pace.is_paused


def test_a_pause_that_comes_back_is_waited_for_too():
    token = CancelToken()
    token.pace.pause()
    waits = in_a_thread(token.wait_while_paused)
    token.pace.on_go_on(token.pace.pause)  # before the one who waits can look
    token.pace.go_on()
    token.cancel()
    assert isinstance(waits(), CancelledError)


def test_what_ends_work_that_is_under_way_isnt_held_up_but_cancelled():
    token = CancelToken()
    token.pace.pause()
    ending = token.without_pauses()
    ending.wait_while_paused()
    token.cancel()
    assert ending.is_cancelled
