"""Ctrl-C and the system's wish to end the program, as a signal of the window's thread."""

from __future__ import annotations

import signal
import socket
from types import FrameType, TracebackType

from PySide6.QtCore import QObject, QSocketNotifier, Signal

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupts(QObject):
    """While entered, `received` tells each such signal; leaving restores what was before.

    Python runs its handlers only between two of its instructions, which Qt's event loop may not reach for
    long; the wake-up descriptor is written at once and wakes the loop (Python documentation, `signal.set_wakeup_fd`).
    """

    received = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def __enter__(self) -> Interrupts:
        self._handlers = {number: signal.signal(number, _do_nothing) for number in _SIGNALS}
        self._wakeup = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def _read(self) -> None:
        for number in self._reader.recv(64):
            self.received.emit(number)


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """Stand in for Python's own handler, which would raise KeyboardInterrupt wherever the program is."""
