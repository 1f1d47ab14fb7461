"""Wishes for single files, from one thread to the other."""

from __future__ import annotations

import pytest

from app.core.errors import CancelledError
from app.core.file_wishes import FileWishes
from app.core.job import CancelToken


@pytest.fixture
def wishes():
    return FileWishes()


def test_each_wish_is_taken_once(wishes):
    for place in (3, 1):
        wishes.leave_out(place)
    wishes.try_again(2)
    wishes.try_again(2)
    assert (wishes.take_left_out(), wishes.take_again()) == ((3, 1), (2,))
    assert (wishes.take_left_out(), wishes.take_again()) == ((), ())
    assert [wishes.is_left_out(place) for place in (1, 2, 3)] == [True, False, True]


def test_what_came_too_late_can_be_wanted_once_more(wishes):
    wishes.leave_out(1)
    assert wishes.take_left_out() == (1,)
    wishes.leave_out(1)
    assert wishes.take_left_out() == (1,)


def test_the_file_that_is_left_out_is_stopped_and_no_other(wishes):
    whole = CancelToken()
    with wishes.stopping(1, whole) as one, wishes.stopping(2, whole) as other:
        wishes.leave_out(1)
        assert (one.is_cancelled, other.is_cancelled, whole.is_cancelled) == (True, False, False)


def test_one_that_was_left_out_before_is_stopped_at_once(wishes):
    wishes.leave_out(1)
    with wishes.stopping(1, CancelToken()) as token:
        assert token.is_cancelled


def test_a_cancel_of_the_whole_stops_it_and_a_pause_holds_it_up(wishes):
    whole = CancelToken()
    with wishes.stopping(1, whole) as token:
        whole.pace.pause()
        assert token.pace.is_paused
        whole.cancel()
        with pytest.raises(CancelledError):
            token.wait_while_paused()


def test_what_has_ended_is_stopped_no_more(wishes):
    whole = CancelToken()
    with wishes.stopping(1, whole) as token:
        pass
    wishes.leave_out(1)
    whole.cancel()
    assert not token.is_cancelled
