"""When a request that failed is sent again, and when it isn't any more."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

MAX_TRIES = 6
"""Tries of one request, the first included."""

_BACKOFF_SECONDS = 0.25
_MAX_BACKOFF_SECONDS = 8.0
_BUDGET = 500.0
_BACK_PER_SECOND = 10.0


class Retries:
    """Exponential backoff with full jitter, and a budget for all requests to one server.

    A try again costs one of 500 and an answer that can be used gives one back, so a storage that only fails isn't
    asked six times for each of 100,000 files; with time the budget fills up by itself, for whoever tries later
    ("Exponential Backoff And Jitter", AWS Architecture Blog; AWS SDKs Reference Guide, "Retry behavior").

    Args:
        clock: seconds that never go back.
        rng: of the jitter.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, rng: random.Random | None = None) -> None:
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 -- jitter, not a secret
        self._lock = threading.Lock()
        self._budget = _BUDGET
        self._filled_at = clock()

    def due_at(self, tries: int) -> float | None:
        """Return when, by the clock, a request that failed is sent again; None where it isn't.

        Args:
            tries: how often it was sent.
        """
        if tries >= MAX_TRIES or not self._spend():
            return None
        longest = min(_MAX_BACKOFF_SECONDS, _BACKOFF_SECONDS * 2**tries)
        return self._clock() + self._rng.uniform(0, longest)

    def succeeded(self) -> None:
        """Note an answer that can be used."""
        with self._lock:
            self._budget = min(_BUDGET, self._budget + 1)

    def _spend(self) -> bool:
        with self._lock:
            now = self._clock()
            self._budget = min(_BUDGET, self._budget + (now - self._filled_at) * _BACK_PER_SECOND)
            self._filled_at = now
            if self._budget < 1:
                return False
            self._budget -= 1
            return True
