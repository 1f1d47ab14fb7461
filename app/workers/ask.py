"""Lets a use case wait for a person's answer without the window waiting for anything."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from app.core.conflicts import Conflict, Resolution
from app.core.errors import CancelledError
from app.core.job import CancelToken

Q = TypeVar("Q")
A = TypeVar("A")


class Question(Generic[Q, A]):
    """One question on its way to a person.

    Attributes:
        what: what is asked, immutable.
        cancel: of the job that asks.
    """

    def __init__(self, what: Q, cancel: CancelToken) -> None:
        self.what = what
        self.cancel = cancel
        self._decided = threading.Event()
        self._answers: list[A] = []

    def answer(self, answer: A) -> None:
        """Let the use case go on with `answer`; the first one counts."""
        self._answers.append(answer)
        self._decided.set()

    def wait(self) -> A:
        """Block until there is an answer.

        Raises:
            CancelledError: the job was cancelled instead.
        """
        forget = self.cancel.on_cancel(self._decided.set)
        try:
            self._decided.wait()
        finally:
            forget()
        if not self._answers or self.cancel.is_cancelled:
            raise CancelledError
        return self._answers[0]


class Asker(QObject, Generic[Q, A]):
    """Carries questions from use cases to the window's thread.

    Signals, in the thread that made it:
        asked: a `Question`; answered by its `answer`, or by cancelling its job.
        withdrawn: the same `Question` when its job was cancelled, so that nobody needs to answer any more.
    """

    asked = Signal(object)
    withdrawn = Signal(object)
    _asked = Signal(object)
    _withdrawn = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked.connect(self.asked, Qt.ConnectionType.QueuedConnection)
        self._withdrawn.connect(self.withdrawn, Qt.ConnectionType.QueuedConnection)

    def ask(self, what: Q, cancel: CancelToken) -> A:
        """Ask and block the calling thread, never the window's, until there is an answer.

        Raises:
            CancelledError: the job was cancelled instead.
        """
        question: Question[Q, A] = Question(what, cancel)
        self._asked.emit(question)
        try:
            return question.wait()
        except CancelledError:
            self._withdrawn.emit(question)
            raise


class AskingResolver(Asker[Conflict, Resolution]):
    """The window's `ConflictResolver`: a person decides."""

    def resolve(self, conflict: Conflict, cancel: CancelToken) -> Resolution:
        """Return what the person decided.

        Raises:
            CancelledError: the upload was cancelled instead.
        """
        return self.ask(conflict, cancel)
