"""Waiting for other threads."""

from __future__ import annotations

import threading

import pytest

from app.auth.waiting import SharedCall, unless_cancelled
from app.core.errors import CancelledError
from app.core.job import CancelToken


def test_the_result_is_returned():
    assert unless_cancelled(lambda: 5, CancelToken()) == 5


def test_the_error_is_raised():
    with pytest.raises(ZeroDivisionError):
        unless_cancelled(lambda: 1 // 0, CancelToken())


def test_cancelling_does_not_wait_for_the_call():
    cancel, is_over = CancelToken(), threading.Event()

    def endless():
        cancel.cancel()
        is_over.wait(60)

    with pytest.raises(CancelledError):
        unless_cancelled(endless, cancel)
    is_over.set()


def test_each_question_asked_later_makes_a_call_of_its_own():
    numbers = iter(range(3))
    shared = SharedCall(lambda: next(numbers))
    assert [shared.result() for _ in range(3)] == [0, 1, 2]


def test_a_failed_call_is_tried_again_by_the_next():
    answers = [5]
    shared = SharedCall(lambda: answers.pop() if len(answers) != 2 else 1 // 0)
    answers.append(4)
    with pytest.raises(ZeroDivisionError):
        shared.result()
    answers.pop()
    assert shared.result() == 5
