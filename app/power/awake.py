"""Holds the computer awake as long as somebody wants it; what can't be done is logged, and nobody is troubled."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from app.power import linux, macos, windows

_log = logging.getLogger(__name__)

Means = Callable[[], AbstractContextManager[None]]
"""Keeps the computer awake from entry to exit, both in the same thread; raises what is in its way."""


def means_of(platform: str) -> Means:
    """Return what keeps a computer of this `sys.platform` awake."""
    return {"win32": windows.kept_awake, "darwin": macos.kept_awake}.get(platform, linux.kept_awake)


class Awake:
    """Keeps the computer awake, or lets it sleep again; neither waits.

    Only sleep by idleness is held back: who closes the lid means it. The screen may go dark.

    Args:
        means: how; what this computer has when None.
    """

    def __init__(self, means: Means | None = None) -> None:
        self._means = means or means_of(sys.platform)
        self._released: threading.Event | None = None

    def hold(self) -> None:
        """Keep it awake until `release`."""
        if self._released is None:
            self._released = threading.Event()
            # One thread from beginning to end: Windows keeps the wish with the thread that had it.
            thread = threading.Thread(target=self._keep, args=(self._released,), name="tagdrop-awake", daemon=True)
            thread.start()

    def release(self) -> None:
        """Let it sleep again."""
        if self._released is not None:
            self._released.set()
            self._released = None

    def _keep(self, released: threading.Event) -> None:
        try:
            with self._means():
                released.wait()
        except Exception as error:  # a bus, a library, a program that isn't as it should be: transfers go on anyway
            _log.info("This computer may fall asleep during transfers: %s", error)


@contextmanager
def kept_awake() -> Iterator[None]:
    """Keep the computer awake for the time of a block."""
    awake = Awake()
    awake.hold()
    try:
        yield
    finally:
        awake.release()
