"""Downloads that outlive the program: noted before they begin, gone on with after an interruption."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.core.downloads import ArchiveFetch, CopiesFetch, Download, FetchRequest
from app.core.errors import NothingFoundError
from app.core.job import Job
from app.core.ports.catalog import TagCatalog
from app.core.ports.clock import Clock
from app.core.ports.journal import RequestJournal, RunRecord
from app.core.ports.storage import ObjectStore
from app.services.cloud_fetch import fetch_in_cloud, wanted_in_cloud
from app.services.cloud_zip import CloudStores
from app.services.fetch import FetchReport, fetch, fetch_staged, wanted_files
from app.services.fetch_archive import fetch_archive
from app.services.recording import recorded
from app.services.stage import delete_staged, find_staged
from app.services.surveying import surveyed
from app.services.waiting import WaitingRequest, WaitingRun, waiting_again
from app.services.zip_part.check import Wanted
from app.services.zip_part.place import discard_parts


def wanted_by(request: Download) -> Wanted:
    """Return what tells the part that a download has left; of which files only where they are known without asking."""
    if isinstance(request, FetchRequest):
        return wanted_in_cloud(request) if request.in_cloud else wanted_files(request)
    if isinstance(request, CopiesFetch):
        return Wanted(request.request_id, request.user_id, ())
    return Wanted(request.key, "", ())


def give_up_download(request: Download, record: RunRecord[Download], staging: ObjectStore, job: Job) -> None:
    """Forget a download that was taken up, and what it has left: a part of a ZIP, and its copies.

    Raises:
        LocalFileError: the part can't be deleted; the download stays.
        AppError: the storage refuses or can't be reached; the download stays.
        CancelledError: when cancelled; the download stays.
    """
    is_done = False
    try:
        delete_left(request, staging, job)
        is_done = True
    finally:
        record.finish() if is_done else record.leave()


def delete_left(request: Download, staging: ObjectStore, job: Job) -> None:
    """Delete what an interrupted download has left: a part of a ZIP, and its copies.

    Raises:
        AppError: as `give_up_download`.
        CancelledError: when cancelled.
    """
    copies = discard_parts(request.output, wanted_by(request))
    if isinstance(request, FetchRequest):  # others were there before it
        for request_id in copies:
            with contextlib.suppress(NothingFoundError):  # their day is over
                delete_staged(request_id, request.user_id, staging, job)


@dataclass(frozen=True, slots=True)
class Downloader:
    """What downloads are made with.

    Attributes:
        stores: where the files are, and where copies of them go.
        clock: tells the time.
        journal: keeps each until it has come to its end.
        live: looks at every file, for lists of contents.
    """

    stores: CloudStores
    clock: Clock
    journal: RequestJournal[Download]
    live: TagCatalog

    def download(self, request: Download, job: Job) -> FetchReport:
        """Take files away as one ZIP; tells `Recorded`, and what `fetch` or `fetch_archive` tell.

        What the storage, the sign-in or the program broke off stays in the journal, to be gone on with.

        Raises:
            LocalFileError: the journal can't be written; nothing was done.
            AppError: as `fetch`, `fetch_staged`, `fetch_archive` and `fetch_in_cloud`.
            CancelledError: when cancelled.
        """
        return self.run(self.waiting(request), job)

    def go_on(self, run_id: int, job: Job) -> FetchReport:
        """Go on with a download that was interrupted, as `download` does.

        Raises:
            NothingFoundError: `no-such-transfer`.
            InputError: `transfer-in-use`, another process is at it.
            AppError: as `download`.
            CancelledError: when cancelled.
        """
        return self.run(self.waiting_again(run_id), job)

    def run(self, waiting: WaitingRequest[Download], job: Job) -> FetchReport:
        """Do so with what has waited for its turn until now.

        Raises:
            AppError: as `go_on`.
            CancelledError: when cancelled.
        """
        begun = waiting.begin()
        with recorded(begun.record, job, is_taken_up=begun.is_taken_up) as watched:
            return self._fetch(begun.request, begun.record, watched)

    def waiting(self, request: Download) -> WaitingRequest[Download]:
        """Return a download before its turn."""
        return self._waiting(lambda: (request, self.journal.begin(request)))

    def waiting_numbered(self, requests: Callable[[], Iterable[Download]]) -> WaitingRequest[Download]:
        """Return a download before its turn that goes where no other one goes.

        Args:
            requests: yields it without end, each with another output, when it is noted.
        """

        def is_same(one: Download, other: Download) -> bool:
            return wanted_by(one) == wanted_by(other)

        return self._waiting(lambda: self.journal.begin_numbered(requests(), is_same))

    def waiting_again(self, run_id: int) -> WaitingRequest[Download]:
        """Return a download before its turn that was interrupted."""
        return waiting_again(run_id, self.journal.take_up, self._give_up)

    def _waiting(self, ask: Callable[[], tuple[Download, RunRecord[Download]]]) -> WaitingRequest[Download]:
        return WaitingRun(ask, self.journal.take_up, self._give_up)

    def _give_up(self, request: Download, record: RunRecord[Download], job: Job) -> None:
        give_up_download(request, record, self.stores.staging, job)

    def _fetch(self, request: Download, record: RunRecord[Download], job: Job) -> FetchReport:
        stores = self.stores
        if isinstance(request, ArchiveFetch):
            return fetch_archive(
                request.key, request.output, stores.staging, job, force=request.force, is_marked=request.is_marked
            )
        if isinstance(request, CopiesFetch):
            copies = find_staged(request.request_id, request.user_id, stores.staging, job)
            return fetch_staged(copies, request.output, stores.staging, job, request.force, is_marked=request.is_marked)
        if request.listing is not None:
            request = surveyed(request, request.listing, self.live, job)
            record.became(request)
        if request.in_cloud:
            return fetch_in_cloud(request, stores, self.clock, job)
        return fetch(request, stores.storage, stores.staging, self.clock, job)
