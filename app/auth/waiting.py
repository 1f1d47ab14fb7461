"""Waiting for what another thread does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from app.core.job import CancelToken

_Result = TypeVar("_Result")


def unless_cancelled(call: Callable[[], _Result], cancel: CancelToken) -> _Result:
    """Return what `call` returns on a thread of its own, or raise at once when cancelled.

    Raises:
        CancelledError: when cancelled; `call` goes on, and nobody takes its result.
        Exception: from `call`.
    """
    future = begin(call)
    wait_for(cancel, None, future)
    return future.result()


def wait_for(cancel: CancelToken, seconds: float | None, *futures: Future[Any]) -> bool:
    """Wait until one of `futures` is done or the time, if any, is over; tell whether one was done.

    Raises:
        CancelledError: when cancelled, at once.
    """
    woken = threading.Event()
    for future in futures:
        future.add_done_callback(lambda _: woken.set())
    take_back = cancel.on_cancel(woken.set)
    is_done = woken.wait(seconds)
    take_back()
    cancel.raise_if_cancelled()
    return is_done


def begin(call: Callable[[], _Result]) -> Future[_Result]:
    """Let `call` run on a thread that doesn't keep the program from ending."""
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # who asks for the result raises it
            future.set_exception(error)

    threading.Thread(target=run, name="sign-in", daemon=True).start()
    return future


class SharedCall(Generic[_Result]):
    """Lets all who ask at the same time share one call of `call`, its result or its error."""

    def __init__(self, call: Callable[[], _Result]) -> None:
        self._call = call
        self._lock = threading.Lock()
        self._under_way: Future[_Result] | None = None

    def result(self) -> _Result:
        """Return what the call returns; the first who asks makes it.

        Raises:
            Exception: from the call.
        """
        with self._lock:
            future, is_first = self._under_way or Future(), self._under_way is None
            self._under_way = future
        if is_first:
            self._run(future)
        return future.result()

    def _run(self, future: Future[_Result]) -> None:
        try:
            result, error = self._call(), None
        except BaseException as failure:
            error = failure
        with self._lock:
            self._under_way = None
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
