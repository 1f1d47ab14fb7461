"""Changes the tags of found files, tells how far it is, and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.completion import Vocabulary
from app.core.errors import AppError
from app.core.events import Event, FileRetagged, Match, Progressed, Unreadable
from app.core.job import Job
from app.core.open_transfers import OpenTransfer, TransferKind
from app.core.ports.journal import RetagJournal
from app.core.ports.storage import ObjectStore
from app.core.tag_edits import RetagRequest, RetagRun
from app.core.tags import TagRules
from app.services.retag import go_on_with_retag, retag
from app.services.tag_rewriting import RetagReport
from app.services.undo_retag import go_on_with_undo, undo_retag
from app.ui import words
from app.ui.find.retag_sheet import RetagSheet
from app.ui.find.unreadable_sheet import FailuresSheet
from app.ui.find.wording import OFFLINE
from app.ui.services import WindowServices
from app.ui.widgets.sheet import Sheet
from app.workers.job import JobRunner, RunningJob

_LINE_MS = 10_000
_AS_THEY_WERE = "They are as they were."
_LEFT_OPEN = f"{_AS_THEY_WERE} The next start of Tagdrop offers to go on with those that are left."
_Ended = tuple[RetagReport, RetagRun | None]
_Again = Callable[[RetagReport], Callable[[], None] | None]


class Retagging(QObject):
    """One change at a time. Files that no longer match stay in the table until the next search.

    Signals:
        retagged: with a tuple of `FileRetagged`, as they happen.
        said: what `line` and `action` say has changed.
        sheet_asked: with a `Sheet` that the window should open.
        failed: with the `AppError` for which nothing was changed.
        ended: files may carry other tags than before.

    Attributes:
        line: what stands in place of the bar's scope; empty where nothing does.
        detail: what stands below it.
        action: the button beside it: *Cancel*, *Undo* or none.
        line_timer: takes the line away.
        rules: what a tag may be.
        services: what it works with; None before it is connected.
        vocabulary: returns the tags in use.
    """

    retagged = Signal(object)
    said = Signal()
    sheet_asked = Signal(object)
    failed = Signal(object)
    ended = Signal()
    _forgotten = Signal()

    def __init__(self, runner: JobRunner, rules: TagRules, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.rules = rules
        self.services: WindowServices | None = None
        self.vocabulary: Callable[[], Vocabulary] = lambda: Vocabulary({})
        self._job: RunningJob | None = None
        self._runs: list[RetagRun] = []
        self._waiting: list[tuple[TransferKind, int]] = []
        self.line = self.detail = self.action = ""
        self.line_timer = QTimer(self, singleShot=True, interval=_LINE_MS)
        self.line_timer.timeout.connect(lambda: self._say("", ""))

    @property
    def why_not(self) -> str:
        """Why tags can't be changed now; empty where they can."""
        if self._job is not None:
            return "Tags are being changed"
        return OFFLINE if self.services is None else ""

    def connect_to(self, services: WindowServices) -> None:
        """Change the tags of files in this storage."""
        self.services = services

    def complete_from(self, vocabulary: Callable[[], Vocabulary]) -> None:
        """Complete tags from those in use, as `vocabulary` returns them."""
        self.vocabulary = vocabulary

    def forget(self) -> None:
        """Cancel what runs, and forget what could be undone."""
        if self._job is not None:
            self._job.cancel()
        self.services = self._job = None
        self._runs.clear()
        self._waiting.clear()
        self._forgotten.emit()
        self._say("", "")

    def ask(self, files: tuple[Match, ...]) -> None:
        """Ask which tags these files shall carry, and give them these."""
        sheet = RetagSheet(files, self.rules)
        sheet.field.complete_from(self.vocabulary)
        sheet.accepted.connect(lambda: self.start(RetagRequest(files, sheet.edits(), self.rules)))
        self.open(sheet)

    def open(self, sheet: Sheet) -> None:
        """Let the window open a sheet; it is withdrawn when the storage is forgotten."""
        self._forgotten.connect(sheet.reject)
        sheet.closed.connect(lambda: self._forgotten.disconnect(sheet.reject))
        self.sheet_asked.emit(sheet)

    def start(self, request: RetagRequest) -> None:
        """Change tags; not while others are being changed."""
        services = self.services
        if services is None or self._job is not None:
            return
        storage, journal = services.storage, services.journal.retags
        self._run(
            lambda job: _retag(request, storage, journal, job),
            "Changing tags",
            "changed",
            lambda report: self._go_on_again(report) or self._retry(request, report),
        )

    def act(self) -> None:
        """Do what the button beside the line says."""
        if self._job is not None:
            self._job.cancel()
        else:
            self.undo()

    def undo(self) -> None:
        """Take back the last change of this session that can still be."""
        services = self.services
        if not self._runs or services is None or self._job is not None:
            return
        run, storage, journal = self._runs.pop(), services.storage, services.journal.retags
        self._run(lambda job: _undo(run, storage, journal, job), "Undoing", "restored", self._undo_again, run)

    def go_on(self, transfer: OpenTransfer) -> None:
        """Go on with a change, or its undoing, that was interrupted; after the one that is being made."""
        self._go_on_with(transfer.kind, transfer.id)

    def _go_on_with(self, kind: TransferKind, run_id: int) -> None:
        self._waiting.append((kind, run_id))
        self._go_on_with_next()

    def _go_on_with_next(self) -> None:
        services = self.services
        if services is None or self._job is not None or not self._waiting:
            return
        (kind, run_id), storage, journal = self._waiting.pop(0), services.storage, services.journal.retags
        is_undo = kind is TransferKind.UNDO
        use_case = go_on_with_undo if is_undo else go_on_with_retag
        doing, done = ("Undoing", "restored") if is_undo else ("Changing tags", "changed")
        again = self._undo_again if is_undo else self._go_on_again
        self._run(lambda job: _with_run(use_case(run_id, storage, journal, job), journal), doing, done, again)

    def _run(
        self,
        work: Callable[[Job], _Ended],
        doing: str,
        done: str,
        again: _Again,
        undone: RetagRun | None = None,
    ) -> None:
        job = self._job = self._runner.start(work, "retag", self)
        self._say(doing, "Cancel")
        job.progressed.connect(lambda progress: self._progress(job, doing, progress))
        job.events.connect(lambda events: self._tell(job, events))
        job.succeeded.connect(lambda ended: self._end(job, ended, done, again))
        job.failed.connect(lambda error: self._fail(job, error, undone))
        job.cancelled.connect(lambda: self._fail(job, None, undone))

    def _progress(self, job: RunningJob, doing: str, progress: object) -> None:
        if job is self._job and isinstance(progress, Progressed):
            self._say(doing, "Cancel", f"{progress.files:,} of {words.files(progress.files_total)}")

    def _tell(self, job: RunningJob, events: Sequence[Event]) -> None:
        if job is self._job:
            self.retagged.emit(tuple(event for event in events if isinstance(event, FileRetagged)))

    def _end(self, job: RunningJob, ended: _Ended, done: str, again: _Again) -> None:
        if job is not self._job:
            return
        self._job = None
        report, run = ended
        if run is not None:
            self._runs = [*(other for other in self._runs if other.id != run.id), run]
        self._say(_told(report, done), "Undo" if run is not None else "")
        self.line_timer.start()
        self.ended.emit()
        if report.failures:
            self._show_failures(report, done, again)
        self._go_on_with_next()

    def _show_failures(self, report: RetagReport, done: str, again: _Again) -> None:
        failures = [Unreadable(failure.key, failure.error) for failure in report.failures if failure.error]
        title = f"Tags of {words.files(len(failures))} couldn’t be {done}"
        sheet = FailuresSheet(failures, title, _LEFT_OPEN if report.is_open else _AS_THEY_WERE, "Try again")
        retry = again(report)
        sheet.confirm.setVisible(retry is not None)
        if retry is not None:
            sheet.accepted.connect(retry)
        self.open(sheet)

    def _retry(self, request: RetagRequest, report: RetagReport) -> Callable[[], None]:
        keys = {failure.key for failure in report.failures}
        left = tuple(match for match in request.files if match.stored.key in keys)
        return lambda: self.start(RetagRequest(left, request.edits, request.rules))

    def _go_on_again(self, report: RetagReport) -> Callable[[], None] | None:
        run_id = report.run_id
        if not report.is_open or run_id is None:
            return None  # what failed is named, and can be searched for
        return lambda: self._go_on_with(TransferKind.RETAG, run_id)

    def _undo_again(self, report: RetagReport) -> Callable[[], None] | None:
        return self.undo if self._runs and self.action == "Undo" else None

    def _fail(self, job: RunningJob, error: AppError | None, undone: RetagRun | None) -> None:
        if job is not self._job:
            return
        self._job = None
        if undone is not None:
            self._runs.append(undone)
        self._say("", "")
        if error is not None:
            self.failed.emit(error)
        self._go_on_with_next()

    def _say(self, line: str, action: str, detail: str = "") -> None:
        self.line_timer.stop()
        self.line, self.action, self.detail = line, action, detail
        self.said.emit()


def _told(report: RetagReport, done: str) -> str:
    cancelled = "Cancelled. " if report.is_cancelled else ""
    if not report.retagged:
        return f"{cancelled}No tag was {done}."
    return f"{cancelled}Tags of {words.files(report.retagged)} {done}."


def _retag(request: RetagRequest, storage: ObjectStore, journal: RetagJournal, job: Job) -> _Ended:
    return _with_run(retag(request, storage, journal, job), journal)


def _undo(run: RetagRun, storage: ObjectStore, journal: RetagJournal, job: Job) -> _Ended:
    return _with_run(undo_retag(run, storage, journal, job), journal)


def _with_run(report: RetagReport, journal: RetagJournal) -> _Ended:
    """Return it with what can be undone of it."""
    return report, next((run for run in journal.runs() if run.id == report.run_id), None)
