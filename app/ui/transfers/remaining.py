"""How fast a transfer is and how long it will still take, said so that a person can rely on it."""

from __future__ import annotations

from collections import deque

from app.core.events import Progressed

_FILE_COST_BYTES = 64 * 1024
"""What one file costs besides its bytes, so that a thousand small ones don't look like nothing."""

_WINDOW_SECONDS = 30.0
_SETTLED_SECONDS = 3.0
_WORSE = 1.3


class Remaining:
    """Estimates from the speed of the last half minute, which is that of what is moved now.

    What it says falls with the clock. It rises only when the speed has really dropped, not with each wave of
    the network, and it says nothing before there is something to go by.
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float, int]] = deque()
        self._end: float | None = None

    def update(self, progress: Progressed, now: float) -> None:
        """Take in how far the transfer is.

        Args:
            progress: of the stage that moves the bytes.
            now: seconds on a clock that never goes back.
        """
        moved_bytes = progress.size_bytes - progress.size_bytes_unmoved
        done = moved_bytes + (progress.files - progress.files_unmoved) * _FILE_COST_BYTES
        files_left = progress.files_total - progress.files
        left = progress.size_bytes_total - progress.size_bytes + files_left * _FILE_COST_BYTES
        self._samples.append((now, done, moved_bytes))
        while now - self._samples[0][0] > _WINDOW_SECONDS:
            self._samples.popleft()
        first_at, first_done, _ = self._samples[0]
        if now - first_at < _SETTLED_SECONDS or done <= first_done:
            return
        self._settle(now, left * (now - first_at) / (done - first_done))

    def seconds(self, now: float) -> float | None:
        """Return the time left in seconds; None while it can't be told."""
        return None if self._end is None else max(0.0, self._end - now)

    def bytes_per_second(self, now: float) -> float | None:
        """Return the speed; None while it can't be told."""
        if not self._samples or now - self._samples[0][0] < _SETTLED_SECONDS:
            return None
        first_at, _, first_bytes = self._samples[0]
        return (self._samples[-1][2] - first_bytes) / (now - first_at)

    def begin_again(self) -> None:
        """Forget the speed, not what was said: what arrived during a pause took none of the time."""
        self._samples.clear()

    def _settle(self, now: float, estimate: float) -> None:
        shown = self.seconds(now)
        if shown is None or estimate < shown or estimate > shown * _WORSE + 5:
            self._end = now + estimate
