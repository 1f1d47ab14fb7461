"""How much the storage takes at the same time."""

from __future__ import annotations

import threading
import time

from app.aws.wire import MAX_CONNECTIONS

_LEAST_LIMIT = 4


class Congestion:
    """How many requests may be under way: halved when the storage says *slow down*, then grown again.

    One for all pipelines of a server (additive increase, multiplicative decrease; RFC 5681, section 3.1).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limit = float(MAX_CONNECTIONS)
        self._halved_at = 0.0

    @property
    def limit(self) -> int:
        """Requests that may be under way now."""
        return int(self._limit)

    def succeeded(self) -> None:
        """Note an answer: after as many as the limit, one more request may be under way."""
        with self._lock:
            self._limit = min(MAX_CONNECTIONS, self._limit + 1 / self._limit)

    def throttled(self) -> None:
        """Note a *slow down*; those that come within a second count once."""
        with self._lock:
            now = time.monotonic()
            if now - self._halved_at >= 1:
                self._halved_at = now
                self._limit = max(_LEAST_LIMIT, self._limit / 2)
