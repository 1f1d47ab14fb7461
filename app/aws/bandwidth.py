"""How many bytes a second all transfers of the program may move, and who of them is next."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.aws.messages import Request

_CREDIT_SECONDS = 0.1  # makes up for clocks that wake late
_TURN_SECONDS = 0.05
_LEAST_PIECE_BYTES = 256 * 1024


class Bandwidth:
    """A token bucket of bytes for one direction, shared by all runs of requests.

    A request may go when nothing is owed any more, and owes its bytes from then on. So it never has to wait for its
    own size, a large one is never kept back by small ones, and at most one is ahead of the limit. Among runs that
    wait at the same time the one goes first that has moved least, in bytes (start-time fair queueing; Goyal, Vin and
    Cheng, SIGCOMM 1996), so that small files aren't held up by large parts.

    Args:
        bytes_per_second: the limit.
        clock: seconds that never go back.
    """

    def __init__(self, bytes_per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.bytes_per_second = bytes_per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._owed = 0.0
        self._owed_at = clock()
        self._turn = 0.0
        self._moved: dict[object, float] = {}
        self._due_at: dict[object, float] = {}

    def seconds_to_wait(self, run: object, size_bytes: int) -> float:
        """Let a request go and return 0, or return after how many seconds it may ask again.

        Args:
            run: whose request it is; asks for one at a time.
            size_bytes: that it moves.
        """
        with self._lock:
            now = self._clock()
            self._pay_back(now)
            moved = self._moved[run] = max(self._moved.get(run, 0.0), self._turn)
            wait = self._owed / self.bytes_per_second if self._owed >= 1 else 0.0
            if not wait and self._is_anothers_turn(run, moved, now):
                wait = _TURN_SECONDS
            if wait:
                self._due_at[run] = now + wait
                return wait
            self._due_at.pop(run, None)
            self._turn = moved
            self._moved[run] = moved + size_bytes
            self._owed += size_bytes
            return 0.0

    def leave(self, run: object) -> None:
        """Forget a run that has ended."""
        with self._lock:
            self._moved.pop(run, None)
            self._due_at.pop(run, None)

    def _pay_back(self, now: float) -> None:
        owed = self._owed - (now - self._owed_at) * self.bytes_per_second
        self._owed = max(owed, -_CREDIT_SECONDS * self.bytes_per_second)
        self._owed_at = now

    def _is_anothers_turn(self, run: object, moved: float, now: float) -> bool:
        """Tell whether a run waits that has moved less; one that doesn't come when it may isn't waited for."""
        return any(
            due_at > now - _TURN_SECONDS and self._moved[other] < moved
            for other, due_at in self._due_at.items()
            if other is not run
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of both directions.

    Attributes:
        up: of what is sent; None for no limit.
        down: of what is fetched.
    """

    up: Bandwidth | None = None
    down: Bandwidth | None = None

    def seconds_to_wait(self, run: object, request: Request, weight: int) -> float:
        """Let a request go and return 0, or return after how many seconds it may ask again.

        Args:
            run: whose it is.
            request: asks for something or sends it.
            weight: bytes that it is going to have moved, as `Pipeline.run` knows them.
        """
        if self.up is not None and request.body:
            return self.up.seconds_to_wait(run, len(request.body))
        if self.down is not None and weight and request.method == "GET":
            return self.down.seconds_to_wait(run, weight)
        return 0.0

    def leave(self, run: object) -> None:
        """Forget a run that has ended."""
        for bandwidth in (self.up, self.down):
            if bandwidth is not None:
                bandwidth.leave(run)

    def piece_bytes(self, most_bytes: int) -> int:
        """Return how much of a large object one request fetches: under a limit about what a second allows."""
        if self.down is None:
            return most_bytes
        return min(most_bytes, max(_LEAST_PIECE_BYTES, round(self.down.bytes_per_second)))


def limits_of(up_mbit: float, down_mbit: float) -> Limits:
    """Return the limits for these megabits (1,000,000 bits) a second; 0 for none."""
    up, down = (Bandwidth(mbit * 1_000_000 / 8) if mbit else None for mbit in (up_mbit, down_mbit))
    return Limits(up, down)
