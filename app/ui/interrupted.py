"""Uploads that were interrupted: offered at the start, gone on with or discarded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.core.errors import AppError, NothingFoundError
from app.core.job import Job
from app.core.ports.journal import TransferJournal
from app.core.ports.storage import ObjectWriter
from app.core.uploads import OpenTransfer, UploadRequest
from app.services.interrupted import discard
from app.ui import words
from app.ui.main_window import MainWindow
from app.ui.services import WindowServices
from app.ui.widgets.banner import Banner
from app.workers.job import JobRunner, RunningJob

_CAUSE = "interrupted"


class InterruptedUploads(QObject):
    """Asks what becomes of uploads that an earlier start of the program didn't bring to their end.

    Signals:
        go_on_asked: with the request of an upload that is to go on.
        failed: with the error, where the journal or the storage refuses.
    """

    go_on_asked = Signal(object)
    failed = Signal(object)

    def __init__(self, window: MainWindow, runner: JobRunner) -> None:
        super().__init__(window)
        self._window = window
        self._runner = runner
        self._services: WindowServices | None = None

    def connect_to(self, services: WindowServices) -> None:
        """Look for uploads of this person that were interrupted."""
        self._services = services
        self.look()

    def forget(self) -> None:
        """Ask nothing any more."""
        self._services = None
        self._window.clear_banner(_CAUSE)

    def look(self) -> None:
        """Offer what was interrupted, if anything was."""
        services = self._services
        if services is None or services.transfers is None:
            return
        journal = services.transfers
        job = self._runner.start(lambda _job: journal.open_transfers(), "interrupted", self)
        job.succeeded.connect(lambda found: self._offer(found, services))
        job.failed.connect(self.failed)

    def go_on(self, run_ids: Sequence[int]) -> RunningJob | None:
        """Read these uploads and let them go on, those that are still there."""
        services = self._services
        if services is None or services.transfers is None:
            return None
        journal = services.transfers
        job = self._runner.start(lambda job: _requests(run_ids, journal, job), "interrupted", self)
        job.succeeded.connect(lambda requests: self._ask_to_go_on(requests, services))
        job.failed.connect(self.failed)
        return job

    def _offer(self, found: tuple[OpenTransfer, ...], services: WindowServices) -> None:
        if services is not self._services or not found:
            return
        run_ids = [transfer.id for transfer in found]
        banner = Banner("info", "upload", _title(found), _text(found), "Go on", _CAUSE, "Discard")
        banner.pressed.connect(lambda: self._answer(run_ids, goes_on=True))
        banner.second_pressed.connect(lambda: self._answer(run_ids, goes_on=False))
        self._window.show_banner(banner)

    def _answer(self, run_ids: Sequence[int], *, goes_on: bool) -> None:
        self._window.clear_banner(_CAUSE)
        if goes_on:
            self.go_on(run_ids)
        else:
            self._discard(run_ids)

    def _ask_to_go_on(self, requests: tuple[UploadRequest, ...], services: WindowServices) -> None:
        if services is self._services:
            for request in requests:
                self.go_on_asked.emit(request)

    def _discard(self, run_ids: Sequence[int]) -> None:
        services = self._services
        if services is None or services.transfers is None:
            return
        storage, journal = services.storage, services.transfers
        job = self._runner.start(lambda job: _discard_all(run_ids, storage, journal, job), "interrupted", self)
        job.failed.connect(self._keep_offering)

    def _keep_offering(self, error: AppError) -> None:
        """Say why it isn't discarded; it can be tried again once that was read."""
        self.look()
        self.failed.emit(error)


def _requests(run_ids: Sequence[int], journal: TransferJournal, job: Job) -> tuple[UploadRequest, ...]:
    requests = []
    for run_id in run_ids:
        job.cancel.raise_if_cancelled()
        try:
            requests.append(journal.read(run_id))
        except NothingFoundError:  # another Tagdrop went on with it, or discarded it
            continue
    return tuple(requests)


def _discard_all(run_ids: Sequence[int], storage: ObjectWriter, journal: TransferJournal, job: Job) -> None:
    for run_id in run_ids:
        job.cancel.raise_if_cancelled()
        try:
            discard(run_id, storage, journal)
        except NothingFoundError:
            continue


def _title(found: Sequence[OpenTransfer]) -> str:
    return "An upload was interrupted" if len(found) == 1 else f"{len(found):,} uploads were interrupted"


def _text(found: Sequence[OpenTransfer]) -> str:
    left, files = (sum(numbers) for numbers in zip(*((run.files_left, run.files) for run in found), strict=True))
    verb = "is" if left == 1 else "are"
    return f"{left:,} of {words.files(files)} {verb} left."
