"""One search at a time: a new one ends the one before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.errors import AppError
from app.core.events import Event, Matches, Scanned, Unreadable, UploaderRead, Withdrawn
from app.core.job import Job
from app.core.query import Query
from app.core.search_report import SearchReport
from app.workers.job import JobRunner, RunningJob

_SLICE = 150
_PAUSE_MS = 10


@dataclass(frozen=True, slots=True)
class Ending:
    """How a search ended: with `report`, with `error`, or stopped by the person."""

    report: SearchReport | None = None
    error: AppError | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether the person stopped it."""
        return self.report is None and self.error is None


class Searching(QObject):
    """Runs searches and hands on what they find in slices that a table takes in without a stutter.

    Signals, in the order in which the search told:
        found: with `Matches`, few enough for one slice.
        withdrawn: with a tuple of keys.
        uploaders_read: with a tuple of `UploaderRead`.
        counted: `scanned` has changed.
        ended: with the `Ending`, after everything that was found.

    Attributes:
        query: of the search that runs or ran last.
        scanned: how far it is.
        known: files that the local index knew of, so that they are looked at again.
        checked: those of them that have been.
        unreadable: what it couldn't look at.
        ending: None while it runs, and before the first one.
    """

    found = Signal(object)
    withdrawn = Signal(object)
    uploaders_read = Signal(object)
    counted = Signal()
    ended = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: RunningJob | None = None
        self._waiting: deque[Matches | Withdrawn] = deque()
        self._last: Ending | None = None
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self._hand_on)
        self.query = Query()
        self.scanned = Scanned(0, 0, None)
        self.known = 0
        self.checked = 0
        self.unreadable: list[Unreadable] = []
        self.ending: Ending | None = None

    @property
    def is_running(self) -> bool:
        """Whether a search is under way."""
        return self._job is not None

    def start(self, query: Query, work: Callable[[Job], SearchReport | None]) -> None:
        """Begin a search; one that runs is cancelled and tells nothing more."""
        self.forget()
        self.query = query
        job = self._job = self._runner.start(work, "search", self)
        job.events.connect(lambda events: self._take(job, events))
        job.progressed.connect(lambda scanned: self._count(job, scanned))
        job.succeeded.connect(lambda report: self._end(job, Ending(report=report)))
        job.failed.connect(lambda error: self._end(job, Ending(error=error)))

    def stop(self) -> None:
        """Cancel at once; what was found stays."""
        if self._job is not None:
            job = self._job
            job.cancel()
            self._end(job, Ending())

    def forget(self) -> None:
        """Cancel and forget what was found."""
        if self._job is not None:
            self._job.cancel()
        self._job = None
        self._waiting.clear()
        self._last = None
        self.scanned = Scanned(0, 0, None)
        self.known = self.checked = 0
        self.unreadable = []
        self.ending = None

    def adopt(self, report: SearchReport, unreadable: Sequence[Unreadable] | None = None) -> None:
        """Take over how another run of the same search ended, and what that couldn't look at where it differs."""
        self.ending = Ending(report=report)
        if unreadable is not None:
            self.unreadable = list(unreadable)

    def _take(self, job: RunningJob, events: tuple[Event, ...]) -> None:
        if job is not self._job:
            return
        for event in events:
            if isinstance(event, Matches):
                self._waiting.extend(_slices(event))
            elif isinstance(event, Withdrawn):
                self._waiting.append(event)
            elif isinstance(event, Unreadable):
                self.unreadable.append(event)
            self._note(event)
        uploaders = tuple(event for event in events if isinstance(event, UploaderRead))
        if uploaders:
            self.uploaders_read.emit(uploaders)
        if not self._timer.isActive():
            self._hand_on()

    def _note(self, event: Event) -> None:
        if isinstance(event, Matches) and not event.is_certain:
            self.known += len(event.batch)
        elif isinstance(event, Matches):
            self.checked += len(event.batch)
        elif isinstance(event, Withdrawn):
            self.checked += len(event.keys)

    def _count(self, job: RunningJob, scanned: object) -> None:
        if job is self._job and isinstance(scanned, Scanned):
            self.scanned = scanned
            self.counted.emit()

    def _end(self, job: RunningJob, ending: Ending) -> None:
        if job is not self._job:
            return
        self._job = None
        self._last = ending
        if not self._waiting:
            self._tell_end()

    def _hand_on(self) -> None:
        if self._waiting:
            event = self._waiting.popleft()
            if isinstance(event, Matches):
                self.found.emit(event)
            else:
                self.withdrawn.emit(event.keys)
        if self._waiting:
            self._timer.start()
        else:
            self._tell_end()

    def _tell_end(self) -> None:
        if self._last is not None:
            self.ending, self._last = self._last, None
            self.ended.emit(self.ending)


def _slices(found: Matches) -> Iterator[Matches]:
    for first in range(0, len(found.batch), _SLICE):
        yield Matches(found.batch[first : first + _SLICE], found.is_certain)
