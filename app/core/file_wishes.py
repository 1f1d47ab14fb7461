"""What a person wants of single files of an upload while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.core.job import CancelToken


class FileWishes:
    """Carries wishes from one thread to the one that uploads. Files are named by their place in the request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left_out: set[int] = set()
        self._new_left_out: list[int] = []
        self._again: list[int] = []
        self._tokens: dict[int, CancelToken] = {}

    def leave_out(self, place: int) -> None:
        """Ask that a file isn't uploaded; one that is sent in parts is stopped."""
        with self._lock:
            self._left_out.add(place)
            self._new_left_out.append(place)
            token = self._tokens.get(place)
        if token is not None:
            token.cancel()

    def try_again(self, place: int) -> None:
        """Ask that a file that failed is tried again."""
        with self._lock:
            self._again.append(place)

    def is_left_out(self, place: int) -> bool:
        """Whether a file shall not be uploaded."""
        with self._lock:
            return place in self._left_out

    def take_left_out(self) -> tuple[int, ...]:
        """Return the files that were left out since the last time."""
        with self._lock:
            taken, self._new_left_out = tuple(self._new_left_out), []
        return taken

    def take_again(self) -> tuple[int, ...]:
        """Return the files that shall be tried again, asked for since the last time."""
        with self._lock:
            taken, self._again = tuple(dict.fromkeys(self._again)), []
        return taken

    @contextmanager
    def stopping(self, place: int, cancel: CancelToken) -> Iterator[CancelToken]:
        """Yield a token for a file while it is sent: cancelled with `cancel` or when it is left out."""
        token = CancelToken(cancel.pace)
        take_back = cancel.on_cancel(token.cancel)
        with self._lock:
            self._tokens[place] = token
            is_left_out = place in self._left_out
        if is_left_out:
            token.cancel()
        try:
            yield token
        finally:
            take_back()
            with self._lock:
                del self._tokens[place]
