"""Links that outlive the program while they are made."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.job import Job
from app.core.ports.clock import Clock
from app.core.ports.journal import RequestJournal
from app.core.public_links import LinkSigner
from app.core.sharing import ShareRequest
from app.services.cloud_zip import CloudStores
from app.services.recording import recorded
from app.services.share import SharedLink, make_link


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
        with recorded(self.journal.begin(request), job) as watched:
            return make_link(request, self.stores, self.signer, self.clock, watched)

    def go_on(self, run_id: int, job: Job) -> SharedLink:
        """Make a link that was asked for before an interruption, as `make` does.

        Raises:
            NothingFoundError: `no-such-transfer`.
            InputError: `transfer-in-use`, another process is at it.
            AppError: as `make`.
            CancelledError: when cancelled.
        """
        request, record = self.journal.take_up(run_id)
        with recorded(record, job, is_taken_up=True) as watched:
            return make_link(request, self.stores, self.signer, self.clock, watched)
