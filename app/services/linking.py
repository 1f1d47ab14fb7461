"""Links that outlive the program while they are made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.core.job import Job
from app.core.ports.clock import Clock
from app.core.ports.journal import RequestJournal, RunRecord
from app.core.ports.storage import ObjectStore
from app.core.public_links import LinkSigner
from app.core.sharing import ShareRequest
from app.services.cloud_zip import CloudStores
from app.services.downloading import delete_left
from app.services.packing_folder import delete_packing_folder, is_own_folder
from app.services.recording import recorded
from app.services.share import SharedLink, make_link, packed_by
from app.services.waiting import WaitingRequest, WaitingRun, waiting_again


@dataclass(frozen=True, slots=True)
class Linker:
    """What links are made with.

    Attributes:
        stores: where the files are, and where the ZIP goes.
        signer: makes public links.
        clock: tells the time.
        journal: keeps each until it is made.
    """

    stores: CloudStores
    signer: LinkSigner
    clock: Clock
    journal: RequestJournal[ShareRequest]

    def make(self, request: ShareRequest, job: Job) -> SharedLink:
        """Make a link; tells `Recorded`, and what `share` tells.

        Raises:
            LocalFileError: the journal can't be written; nothing was done.
            AppError: as `make_link`.
            CancelledError: when cancelled.
        """
        return self.run(self.waiting(request), job)

    def go_on(self, run_id: int, job: Job) -> SharedLink:
        """Make a link that was asked for before an interruption, as `make` does.

        Raises:
            NothingFoundError: `no-such-transfer`.
            InputError: `transfer-in-use`, another process is at it.
            AppError: as `make`.
            CancelledError: when cancelled.
        """
        return self.run(self.waiting_again(run_id), job)

    def run(self, waiting: WaitingRequest[ShareRequest], job: Job) -> SharedLink:
        """Do so with what has waited for its turn until now.

        Raises:
            AppError: as `go_on`.
            CancelledError: when cancelled.
        """
        begun = waiting.begin()
        request, record = begun.request, begun.record

        def packs_in(folder: Path) -> None:
            record.became(replace(request, folder=folder))

        with recorded(record, job, is_taken_up=begun.is_taken_up) as watched:
            return make_link(request, self.stores, self.signer, self.clock, watched, packs_in)

    def waiting(self, request: ShareRequest) -> WaitingRequest[ShareRequest]:
        """Return the making of a link before its turn."""
        return WaitingRun(lambda: (request, self.journal.begin(request)), self.journal.take_up, self._give_up)

    def waiting_again(self, run_id: int) -> WaitingRequest[ShareRequest]:
        """Return one before its turn that was interrupted."""
        return waiting_again(run_id, self.journal.take_up, self._give_up)

    def _give_up(self, request: ShareRequest, record: RunRecord[ShareRequest], job: Job) -> None:
        give_up_link(request, record, self.stores.staging, job)


def give_up_link(request: ShareRequest, record: RunRecord[ShareRequest], staging: ObjectStore, job: Job) -> None:
    """Forget the making of a link that was taken up, and what was packed for it on this computer, with its copies.

    What the storage has put together until then is listed, and swept.

    Raises:
        LocalFileError: what was packed can't be deleted; the making stays.
        AppError: the storage refuses or can't be reached; the making stays.
        CancelledError: when cancelled; the making stays.
    """
    is_done = False
    try:
        if request.folder is not None and is_own_folder(request.folder):
            delete_left(packed_by(request, request.folder), staging, job)
            delete_packing_folder(request.folder)
        is_done = True
    finally:
        record.finish() if is_done else record.leave()
