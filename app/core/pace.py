"""Holding up what another thread does, and letting it go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets one thread hold up what another one does: what is under way ends, nothing new begins until it goes on.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._paused_at: float | None = None
        self._paused_seconds = 0.0
        self._callbacks: list[Callable[[], None]] = []

    @property
    def is_paused(self) -> bool:
        """Whether it is held up."""
        return self._paused_at is not None

    def now(self) -> float:
        """Return seconds on a clock that stands still while it is held up."""
        with self._lock:
            at = self._clock() if self._paused_at is None else self._paused_at
            return at - self._paused_seconds

    def pause(self) -> None:
        """Hold it up."""
        with self._lock:
            if self._paused_at is None:
                self._paused_at = self._clock()

    def go_on(self) -> None:
        """Let it go on; callbacks run in this thread."""
        with self._lock:
            if self._paused_at is None:
                return
            self._paused_seconds += self._clock() - self._paused_at
            self._paused_at = None
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback()

    def on_go_on(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` whenever it goes on after a pause; return what takes it back."""
        with self._lock:
            self._callbacks.append(callback)
        return lambda: self._forget(callback)

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
