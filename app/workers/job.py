"""Runs a use case on a thread of its own and turns what it tells into signals of the window's thread."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QElapsedTimer, QMetaMethod, QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from app.core.errors import AppError, BugError, CancelledError
from app.core.events import Event, Progressed, Scanned
from app.core.job import CancelToken, Job
from app.core.pace import Pace

_log = logging.getLogger(__name__)

T = TypeVar("T")

INTERVAL_MS = 33
"""Least time between two deliveries: at most 30 a second, however much a use case has to tell."""

_STEP_BACK = 5  # of the 19 by which a thread can be nicer than the rest


class RunningJob(QObject):
    """One run of a use case, as the window sees it.

    Signals, all in the thread of the runner:
        progressed: the latest `Progressed` or `Scanned`; what a later one overtook is left out.
        events: a tuple of all other events, in order.
        succeeded, failed, cancelled: exactly one of them, after every event; with the result, an `AppError`, nothing.
        finished: last, always.
    """

    progressed = Signal(object)
    events = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    def __init__(self, mailbox: _Mailbox, owner: QObject | None, parent: QObject) -> None:
        super().__init__(parent)
        self._mailbox = mailbox
        self._owner = owner
        self._is_finished = False

    @property
    def is_finished(self) -> bool:
        """Whether `finished` was sent or is being sent."""
        return self._is_finished

    def cancel(self, *, is_for_later: bool = False) -> None:
        """Ask the use case to stop; `cancelled`, or `succeeded` with what was done until then, follows."""
        self._mailbox.token.cancel(is_for_later=is_for_later)

    def deliver(self) -> None:
        """Send what has come since the last time; called by the runner."""
        if self._owner is not None and not isValid(self._owner):
            self.cancel()
            self.blockSignals(True)
        progress, events, outcome = self._mailbox.take()
        if events:
            self.events.emit(events)
        if progress is not None:
            self.progressed.emit(progress)
        if outcome is not None:
            self._is_finished = True
            outcome.send(self)
            self.finished.emit()

    def let_go(self) -> None:
        """Disconnect everybody, after the end.

        Slots often hold the job itself. Freed inside its destructor, PySide sometimes crashes on them.
        """
        for signal in (self.progressed, self.events, self.succeeded, self.failed, self.cancelled, self.finished):
            if self.isSignalConnected(QMetaMethod.fromSignal(signal)):
                signal.disconnect()


class JobRunner(QObject):
    """Starts use cases and keeps each `RunningJob` until it has finished, whoever else forgets it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[RunningJob] = []
        self._threads: list[threading.Thread] = []
        # Shared with the threads, so that a late one never rings a bell that has been deleted.
        self._bell = _Bell()
        self._bell.rung.connect(self._schedule, Qt.ConnectionType.QueuedConnection)
        self._since_delivery = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._deliver)

    def start(
        self,
        function: Callable[[Job], Any],
        name: str = "job",
        owner: QObject | None = None,
        stands_back: bool = True,
        pace: Pace | None = None,
    ) -> RunningJob:
        """Run `function` on a thread of its own.

        Args:
            function: gets the `Job` to look at and to tell; must touch nothing of Qt's.
            name: of the thread, for logs.
            owner: whom it is for; when that is deleted, the job is cancelled and tells nothing more.
            stands_back: lets the window's thread go first, with all threads and programs that it starts.
            pace: holds it up, where somebody may want to.
        """
        mailbox = _Mailbox(self._bell, pace)
        job = RunningJob(mailbox, owner, self)
        self._jobs.append(job)
        thread = threading.Thread(
            target=_run, args=(function, mailbox, stands_back), name=f"tagdrop-{name}", daemon=True
        )
        self._threads.append(thread)
        thread.start()
        return job

    @property
    def running(self) -> tuple[RunningJob, ...]:
        """The jobs that have not finished."""
        return tuple(self._jobs)

    def close(self, wait_seconds: float = 10.0) -> bool:
        """Cancel every job, wait for the threads and deliver no more; tell whether all have ended.

        What can go on at the next start is left so.
        """
        for job in self._jobs:
            job.cancel(is_for_later=True)
        for thread in self._threads:
            thread.join(wait_seconds)
        self._timer.stop()
        self._bell.rung.disconnect(self._schedule)
        return not any(thread.is_alive() for thread in self._threads)

    def _schedule(self) -> None:
        if self._timer.isActive():
            return
        waited = self._since_delivery.elapsed() if self._since_delivery.isValid() else INTERVAL_MS
        self._timer.start(max(0, INTERVAL_MS - int(waited)))

    def _deliver(self) -> None:
        self._since_delivery.restart()
        self._bell.reset()
        for job in tuple(self._jobs):
            job.deliver()
            if job.is_finished and job in self._jobs:
                self._jobs.remove(job)
                job.let_go()
                job.deleteLater()
        self._threads = [thread for thread in self._threads if thread.is_alive()]


def _run(function: Callable[[Job], object], mailbox: _Mailbox, stands_back: bool) -> None:
    outcome: _Outcome
    # Only Linux ranks a single thread by it (setpriority(2), "C library/kernel differences").
    if stands_back and sys.platform == "linux":
        os.nice(_STEP_BACK)
    try:
        outcome = _Succeeded(function(Job(mailbox.token, mailbox.put)))
    except CancelledError:
        outcome = _Cancelled()
    except AppError as error:
        _log.info("A job failed (%s): %s", error.code, error, exc_info=error.__cause__)
        outcome = _Failed(error)
    except Exception as error:
        _log.exception("A job ended in an error that nobody foresaw")
        outcome = _Failed(_bug(error))
    mailbox.close(outcome)


def _bug(error: Exception) -> BugError:
    return BugError(
        "bug",
        "Something went wrong inside Tagdrop",
        f"Your stored files are as they were. Tell your IT team: {type(error).__name__}.",
    )


class _Succeeded:
    def __init__(self, result: object) -> None:
        self._result = result

    def send(self, job: RunningJob) -> None:
        job.succeeded.emit(self._result)


class _Failed:
    def __init__(self, error: AppError) -> None:
        self._error = error

    def send(self, job: RunningJob) -> None:
        job.failed.emit(self._error)


class _Cancelled:
    def send(self, job: RunningJob) -> None:
        job.cancelled.emit()


_Outcome = _Succeeded | _Failed | _Cancelled


class _Bell(QObject):
    """Wakes the runner's thread; rung once between two deliveries."""

    rung = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._is_rung = False

    def ring(self) -> None:
        with self._lock:
            was_rung, self._is_rung = self._is_rung, True
        if not was_rung:
            self.rung.emit()

    def reset(self) -> None:
        with self._lock:
            self._is_rung = False


class _Mailbox:
    """Where a thread puts what it has to tell, and the window's thread takes it."""

    def __init__(self, bell: _Bell, pace: Pace | None) -> None:
        self.token = CancelToken(pace)
        self._bell = bell
        self._lock = threading.Lock()
        self._progress: Progressed | Scanned | None = None
        self._events: list[Event] = []
        self._outcome: _Outcome | None = None

    def put(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, Progressed | Scanned):
                self._progress = event
            else:
                self._events.append(event)
        self._bell.ring()

    def close(self, outcome: _Outcome) -> None:
        with self._lock:
            self._outcome = outcome
        self._bell.ring()

    def take(self) -> tuple[Progressed | Scanned | None, tuple[Event, ...], _Outcome | None]:
        with self._lock:
            progress, self._progress = self._progress, None
            events, self._events = tuple(self._events), []
            outcome, self._outcome = self._outcome, None
        return progress, events, outcome
