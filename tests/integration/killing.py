"""A program that is killed while the storage holds some of its requests back."""

from __future__ import annotations

import signal
import threading

from tests.proxy import HANG_UP


class Gate:
    """Lets so many requests of a kind through, and holds the others until the program is gone."""

    def __init__(self, proxy, matches, through):
        self.held = threading.Event()
        self._left = through
        self._lock = threading.Lock()
        proxy.on(matches, self)

    def __call__(self, asked, forward):
        with self._lock:
            self._left -= 1
            if self._left >= 0:
                return forward()
        self.held.set()
        return self.stop()

    def stop(self):
        threading.Event().wait(20)
        return HANG_UP


def killed(tagdrop, proxy, matches, through, *words, ends_by=signal.SIGKILL):
    """Run a command, kill it when the next request of a kind is held, after so many, and return its exit code."""
    gate = Gate(proxy, matches, through)
    with tagdrop.start(*words) as process:
        assert gate.held.wait(60)
        process.send_signal(ends_by)
        code = process.wait(30)
    proxy.forget()
    return code
