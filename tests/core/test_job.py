"""Stopping what another thread does."""

from __future__ import annotations

import threading

import pytest

from app.core.errors import CancelledError
from app.core.job import CancelToken


def test_nothing_is_cancelled_until_somebody_cancels():
    token = CancelToken()
    token.raise_if_cancelled()
    assert not token.is_cancelled
    assert not token.wait(0)


def test_once_cancelled_it_stays_so():
    token = CancelToken()
    token.cancel()
    token.cancel()
    assert token.is_cancelled
    with pytest.raises(CancelledError):
        token.raise_if_cancelled()


def test_callbacks_run_once():
    token, calls = CancelToken(), []
    token.on_cancel(lambda: calls.append("a"))
    token.cancel()
    token.cancel()
    assert calls == ["a"]


def test_a_callback_that_comes_late_runs_at_once():
    token, calls = CancelToken(), []
    token.cancel()
    token.on_cancel(lambda: calls.append("a"))
    assert calls == ["a"]


def test_a_callback_that_was_taken_back_does_not_run():
    token, calls = CancelToken(), []
    token.on_cancel(lambda: calls.append("a"))()
    token.cancel()
    assert calls == []


def test_who_waits_is_woken():
    token, woken = CancelToken(), []
    thread = threading.Thread(target=lambda: woken.append(token.wait(30)))
    thread.start()
    token.cancel()
    thread.join()
    assert woken == [True]
