"""Lets work wait until a person has signed in again, without the window waiting for anything."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from PySide6.QtCore import QObject, Qt, Signal

from app.core.errors import SignInError


class Gate(QObject):
    """The window's `SignInGate`: work waits before it, the window opens it.

    Signals, in the thread that made it:
        asked: with the `SignInError` of the first who waits; not again until it was opened or refused.
    """

    asked = Signal(object)
    _asked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._answer: Future[bool] | None = None
        self._is_closed = False
        self._asked.connect(self.asked, Qt.ConnectionType.QueuedConnection)

    def wait(self, reason: SignInError) -> None:
        """Block the calling thread, never the window's, until the gate is opened.

        Raises:
            SignInError: `reason`, where the person chose not to sign in, or the window is closed.
        """
        with self._lock:
            if self._is_closed:
                raise reason
            answer, is_first = self._answer or Future[bool](), self._answer is None
            self._answer = answer
        if is_first:
            self._asked.emit(reason)
        if not answer.result():
            raise reason

    def open(self) -> None:
        """Let everybody go on: the person has signed in."""
        self._decide(True)

    def refuse(self) -> None:
        """Send everybody away with the reason they came with; who comes later asks again."""
        self._decide(False)

    def close(self) -> None:
        """Send everybody away, now and later: nobody is there to ask any more."""
        self._is_closed = True
        self._decide(False)

    def _decide(self, may_go_on: bool) -> None:
        with self._lock:
            answer, self._answer = self._answer, None
        if answer is not None:
            answer.set_result(may_go_on)
