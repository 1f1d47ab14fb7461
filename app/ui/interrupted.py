"""Transfers that were interrupted: offered at the start, gone on with or discarded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.core.errors import AppError, NothingFoundError
from app.core.job import Job
from app.core.open_transfers import OpenTransfer, TransferKind
from app.core.sharing import ShareRequest
from app.core.uploads import UploadRequest
from app.services.deleting import go_on_deleting
from app.services.interrupted import discard
from app.ui import words
from app.ui.main_window import MainWindow
from app.ui.services import WindowServices
from app.ui.widgets.banner import Banner
from app.workers.job import JobRunner, RunningJob

_CAUSE = "interrupted"
_NOUNS = {
    TransferKind.UPLOAD: ("An upload", "uploads", "upload"),
    TransferKind.FETCH: ("A download", "downloads", "download"),
    TransferKind.SHARE: ("The making of a link", "links", "link"),
    TransferKind.RETAG: ("A change of tags", "changes of tags", "tag"),
    TransferKind.UNDO: ("The undoing of a change of tags", "changes of tags", "tag"),
}
_Read = tuple[OpenTransfer, UploadRequest | ShareRequest | None]


class InterruptedTransfers(QObject):
    """Asks what becomes of transfers that an earlier start of the program didn't bring to their end.

    Signals:
        upload_asked: with the request of an upload that is to go on.
        download_asked: with the `OpenTransfer` of a download that is.
        link_asked: with the `OpenTransfer` and the request of a link that is to be made.
        retag_asked: with the `OpenTransfer` of a change of tags that is to go on, or of its undoing.
        failed: with the error, where the journal or the storage refuses.
    """

    upload_asked = Signal(object)
    download_asked = Signal(object)
    link_asked = Signal(object, object)
    retag_asked = Signal(object)
    failed = Signal(object)

    def __init__(self, window: MainWindow, runner: JobRunner) -> None:
        super().__init__(window)
        self._window = window
        self._runner = runner
        self._services: WindowServices | None = None

    def connect_to(self, services: WindowServices) -> None:
        """Look for transfers of this person that were interrupted."""
        self._services = services
        self.look()

    def forget(self) -> None:
        """Ask nothing any more."""
        self._services = None
        self._window.clear_banner(_CAUSE)

    def look(self) -> None:
        """Offer what was interrupted, if anything was; deletions are finished without asking once more."""
        services = self._services
        if services is not None:
            job = self._run(lambda job: _found(services, job))
            job.succeeded.connect(lambda found: self._offer(found, services))

    def go_on_with_upload(self, run_id: int) -> None:
        """Read an upload and let it go on, if it is still there."""
        services = self._services
        if services is not None:
            job = self._run(lambda _job: _upload(run_id, services))
            job.succeeded.connect(lambda request: self.upload_asked.emit(request) if request is not None else None)

    def _run(self, work: Callable[[Job], object]) -> RunningJob:
        job = self._runner.start(work, "interrupted", self)
        job.failed.connect(self.failed)
        return job

    def _offer(self, found: tuple[OpenTransfer, ...], services: WindowServices) -> None:
        if services is not self._services or not found:
            return
        banner = Banner("info", _icon(found), _title(found), _text(found), "Go on", _CAUSE, "Discard")
        banner.pressed.connect(lambda: self._go_on(found, services))
        banner.second_pressed.connect(lambda: self._discard(found, services))
        self._window.show_banner(banner)

    def _go_on(self, found: Sequence[OpenTransfer], services: WindowServices) -> None:
        self._window.clear_banner(_CAUSE)
        job = self._run(lambda job: _requests(found, services, job))
        job.succeeded.connect(lambda requests: self._ask_to_go_on(requests, services))

    def _ask_to_go_on(self, requests: tuple[_Read, ...], services: WindowServices) -> None:
        if services is not self._services:
            return
        for transfer, request in requests:
            if isinstance(request, UploadRequest):
                self.upload_asked.emit(request)
            elif isinstance(request, ShareRequest):
                self.link_asked.emit(transfer, request)
            elif transfer.kind is TransferKind.FETCH:
                self.download_asked.emit(transfer)
            else:
                self.retag_asked.emit(transfer)

    def _discard(self, found: Sequence[OpenTransfer], services: WindowServices) -> None:
        self._window.clear_banner(_CAUSE)
        job = self._runner.start(lambda job: _discard_all(found, services, job), "interrupted", self)
        job.failed.connect(self._keep_offering)

    def _keep_offering(self, error: AppError) -> None:
        """Say why it isn't discarded; it can be tried again once that was read."""
        self.look()
        self.failed.emit(error)


def _found(services: WindowServices, job: Job) -> tuple[OpenTransfer, ...]:
    journal = services.journal
    found = journal.open_transfers()
    for transfer in found:
        if transfer.kind is TransferKind.DELETE:
            with suppress(AppError):  # they are listed, and can be deleted there; at the latest they are swept
                go_on_deleting(transfer.id, services.staging, journal.deletions, job)
    return tuple(transfer for transfer in found if transfer.kind is not TransferKind.DELETE)


def _requests(found: Sequence[OpenTransfer], services: WindowServices, job: Job) -> tuple[_Read, ...]:
    requests: list[_Read] = []
    for transfer in found:
        job.cancel.raise_if_cancelled()
        if transfer.kind is TransferKind.UPLOAD:
            request = _upload(transfer.id, services)
            requests += [(transfer, request)] if request is not None else []
        elif transfer.kind is TransferKind.SHARE:
            with suppress(NothingFoundError):
                requests.append((transfer, services.journal.shares.read(transfer.id)))
        else:
            requests.append((transfer, None))
    return tuple(requests)


def _upload(run_id: int, services: WindowServices) -> UploadRequest | None:
    """Return an upload; None where another Tagdrop went on with it, or discarded it."""
    with suppress(NothingFoundError):
        return services.journal.uploads.read(run_id)
    return None


def _discard_all(found: Sequence[OpenTransfer], services: WindowServices, job: Job) -> None:
    for transfer in found:
        job.cancel.raise_if_cancelled()
        with suppress(NothingFoundError):
            discard(transfer.id, services.storage, services.staging, services.journal, job)


def _icon(found: Sequence[OpenTransfer]) -> str:
    icons = {_NOUNS[transfer.kind][2] for transfer in found}
    return icons.pop() if len(icons) == 1 else "transfers"


def _title(found: Sequence[OpenTransfer]) -> str:
    if len(found) == 1:
        return f"{_NOUNS[found[0].kind][0]} was interrupted"
    nouns = {_NOUNS[transfer.kind][1] for transfer in found}
    return f"{len(found):,} {nouns.pop() if len(nouns) == 1 else 'transfers'} were interrupted"


def _text(found: Sequence[OpenTransfer]) -> str:
    left, files = (sum(numbers) for numbers in zip(*((run.files_left, run.files) for run in found), strict=True))
    verb = "is" if left == 1 else "are"
    said = f"{left:,} of {words.files(files)} {verb} left." if files else ""
    if len(found) > 1 or not found[0].name:
        return said
    transfer = found[0]
    name = Path(transfer.name).name if transfer.kind is TransferKind.FETCH else transfer.name
    return " ".join(filter(None, (f"{words.name(name)}.", said)))
