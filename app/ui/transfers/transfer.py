"""One transfer as the window follows it: what it is doing, how far it is, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from app.core.errors import AppError
from app.core.events import Event, Progressed
from app.core.job import Job
from app.core.pace import Pace
from app.services.waiting import WaitingRun
from app.ui.transfers.remaining import Remaining
from app.workers.job import JobRunner, RunningJob

R = TypeVar("R")


class State(Enum):
    """Where a transfer is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Transfer(QObject, Generic[R]):
    """A use case that moves files, from the queue to its end.

    Signals:
        changed: something that is shown may be different now; at most 30 a second.
        went_on: it was paused, and isn't any more.
        withdrawn: it was cancelled before its turn came; with whether it shall be gone on with another time.
        ended: it is done, cancelled or failed.

    Attributes:
        state: where it is.
        progress: how far it is, once it has begun.
        error: why it failed.
        seconds: how long it took without its pauses, once it has ended.
        waiting: what is noted of it while it waits for its turn; None where nothing is.
    """

    changed = Signal()
    went_on = Signal()
    withdrawn = Signal(bool)
    ended = Signal()

    def __init__(
        self, work: Callable[[Job], R], waiting: WaitingRun[Any, Any] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.waiting = waiting
        self.state = State.WAITING
        self.progress: Progressed | None = None
        self.error: AppError | None = None
        self.seconds = 0.0
        self._work = work
        self._job: RunningJob | None = None
        self._is_cancelling = False
        self._pace = Pace()
        self._started_at: float | None = None
        self._remaining = Remaining()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in (State.WAITING, State.RUNNING)

    @property
    def is_cancelling(self) -> bool:
        """Whether it was cancelled and is still tidying up."""
        return self._is_cancelling and not self.has_ended

    @property
    def is_paused(self) -> bool:
        """Whether it is held up; what is under way may still arrive."""
        return self._pace.is_paused and not self.has_ended and not self._is_cancelling

    @property
    def has_failures(self) -> bool:
        """Whether it, or a part of it, failed."""
        return self.state is State.FAILED

    @property
    def fraction(self) -> float | None:
        """How much is done, 0 to 1; None while that can't be told."""
        if self.progress is None:
            return None
        done, total = self.progress.size_bytes, self.progress.size_bytes_total
        if not total:
            done, total = self.progress.files, self.progress.files_total
        return min(1.0, done / total) if total else None

    @property
    def seconds_left(self) -> float | None:
        """An estimate; None while it can't be told."""
        return self._remaining.seconds(self._pace.now())

    @property
    def bytes_per_second(self) -> float | None:
        """The speed of late; None while it can't be told."""
        return self._remaining.bytes_per_second(self._pace.now())

    def start(self, runner: JobRunner) -> None:
        """Begin."""
        self.state = State.RUNNING
        self._started_at = self._pace.now()
        self._job = job = runner.start(self._work, "transfer", self, pace=self._pace)
        job.events.connect(self._take_events)
        job.progressed.connect(self._take_progress)
        job.succeeded.connect(self._succeed)
        job.failed.connect(self._fail)
        job.cancelled.connect(self._stop)
        self.changed.emit()

    def pause(self) -> None:
        """Hold it up: nothing more is sent or asked for; one that waits doesn't begin."""
        if not self.has_ended and not self._is_cancelling:
            self._pace.pause()
            self.changed.emit()

    def go_on(self) -> None:
        """Let it go on after a pause."""
        if self.is_paused:
            self._remaining.begin_again()
            self._pace.go_on()
            self.went_on.emit()
            self.changed.emit()

    def cancel(self, *, is_for_later: bool = False) -> None:
        """Stop it, for good or to be gone on with at the next start; one that waits ends at once."""
        if self.state is State.WAITING:
            self._end(State.CANCELLED)
            self.withdrawn.emit(is_for_later)
        elif self._job is not None and not self.has_ended:
            self._is_cancelling = True
            self._job.cancel(is_for_later=is_for_later)
            self.changed.emit()

    def take_event(self, event: Event) -> None:
        """Take in what the use case told; for the kinds of transfers to override."""

    def take_result(self, result: R) -> State:
        """Take in what the use case returned, and say what that means."""
        raise NotImplementedError

    def close(self) -> None:
        """Settle what was still open, before the end is told; for the kinds of transfers to override."""

    def _take_events(self, events: tuple[Event, ...]) -> None:
        for event in events:
            self.take_event(event)
        self.changed.emit()

    def _take_progress(self, progress: object) -> None:
        if not isinstance(progress, Progressed):
            return
        if self.progress is not None and self.progress.stage is not progress.stage:
            self._remaining = Remaining()
        self.progress = progress
        if not self._pace.is_paused:
            self._remaining.update(progress, self._pace.now())
        self.changed.emit()

    def _succeed(self, result: R) -> None:
        self._end(self.take_result(result))

    def _fail(self, error: AppError) -> None:
        self.error = error
        self._end(State.FAILED)

    def _stop(self) -> None:
        self._end(State.CANCELLED)

    def _end(self, state: State) -> None:
        self.state = state
        self.seconds = 0.0 if self._started_at is None else self._pace.now() - self._started_at
        self.close()
        self.changed.emit()
        self.ended.emit()
