"""What a use case is given besides its request: a way to be stopped and a way to tell how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.core.errors import CancelledError, OutageError, SignInError
from app.core.events import Events, ignore
from app.core.pace import Pace


class CancelToken:
    """Lets one thread stop what another one does. Once cancelled it stays so.

    Args:
        pace: holds it up; whoever waits for that to end looks at the cancel too, so the two go together.

    Attributes:
        is_for_later: whether what was cancelled shall be gone on with another time, where that can be.
    """

    def __init__(self, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self.is_for_later = False
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._event.is_set()

    def cancel(self, *, is_for_later: bool = False) -> None:
        """Ask to stop; callbacks run once, in this thread."""
        with self._lock:
            if not self._event.is_set():
                self.is_for_later = is_for_later
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

    def wait_while_paused(self) -> None:
        """Wait until it isn't held up.

        Raises:
            CancelledError: when cancelled, also while it waits.
        """
        moved = threading.Event()
        forget = self.on_cancel(moved.set), self.pace.on_go_on(moved.set)
        try:
            while self.pace.is_paused and not self.is_cancelled:
                moved.wait()
                moved.clear()
        finally:
            for take_back in forget:
                take_back()
        self.raise_if_cancelled()

    def without_pauses(self) -> CancelToken:
        """Return a token that is cancelled with this one and never held up: for the end of what is under way."""
        token = CancelToken()
        self.on_cancel(token.cancel)
        return token

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)


def is_broken_off(error: BaseException, cancel: CancelToken) -> bool:
    """Tell whether what ended so can go on another time: the storage or the sign-in failed, or it was stopped for that.

    Args:
        error: that ended it.
        cancel: by which it could be cancelled.
    """
    is_for_later = isinstance(error, CancelledError) and cancel.is_for_later
    return is_for_later or isinstance(error, OutageError | SignInError)


@contextmanager
def limited_to(seconds: float, cancel: CancelToken | None = None) -> Iterator[CancelToken]:
    """Yield a token that is cancelled after `seconds`: for tidying up, which must not wait for ever.

    Args:
        seconds: until then.
        cancel: ends it sooner.
    """
    patience = CancelToken() if cancel is None else cancel.without_pauses()
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
            says what was done until then. Its `pace` holds the requests up that are made under it.
        events: takes what there is to tell while it runs, in the thread of the use case.
    """

    cancel: CancelToken = field(default_factory=CancelToken)
    events: Events = ignore
