"""What a use case is given besides its request: a way to be stopped and a way to tell how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.core.errors import CancelledError
from app.core.events import Events, ignore


class CancelToken:
    """Lets one thread stop what another one does. Once cancelled it stays so."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask to stop; callbacks run once, in this thread."""
        with self._lock:
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when cancelled, at once if that has happened; return what takes it back."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def raise_if_cancelled(self) -> None:
        """Raise `CancelledError` if it was asked to stop."""
        if self._event.is_set():
            raise CancelledError

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until cancelled or the time, if any, is over; tell whether it was cancelled."""
        return self._event.wait(seconds)

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)


@contextmanager
def limited_to(seconds: float) -> Iterator[CancelToken]:
    """Yield a token that is cancelled after `seconds`: for tidying up, which must not wait for ever."""
    patience = CancelToken()
    timer = threading.Timer(seconds, patience.cancel)
    timer.daemon = True
    timer.start()
    try:
        yield patience
    finally:
        timer.cancel()


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a use case.

    Attributes:
        cancel: asked between steps; a use case that was cancelled raises `CancelledError`, unless its report
            says what was done until then.
        events: takes what there is to tell while it runs, in the thread of the use case.
    """

    cancel: CancelToken = field(default_factory=CancelToken)
    events: Events = ignore
