"""Downloads that outlive the program: noted before they begin, gone on with after an interruption."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.downloads import ArchiveFetch, CopiesFetch, Download, FetchRequest
from app.core.job import Job
from app.core.ports.clock import Clock
from app.core.ports.journal import RequestJournal, RunRecord
from app.services.archive import FetchReport, fetch, fetch_staged, wanted_files
from app.services.archive_saving import fetch_archive
from app.services.cloud_fetch import fetch_in_cloud, wanted_in_cloud
from app.services.cloud_zip import CloudStores
from app.services.part_check import Wanted
from app.services.recording import recorded
from app.services.stage import find_staged


def wanted_by(request: Download) -> Wanted:
    """Return what tells the part that a download has left; of which files only where they are known without asking."""
    if isinstance(request, FetchRequest):
        return wanted_in_cloud(request) if request.in_cloud else wanted_files(request)
    if isinstance(request, CopiesFetch):
        return Wanted(request.request_id, request.user_id, ())
    return Wanted(request.key, "", ())


@dataclass(frozen=True, slots=True)
class Downloader:
    """What downloads are made with.

    Attributes:
        stores: where the files are, and where copies of them go.
        clock: tells the time.
        journal: keeps each until it has come to its end.
    """

    stores: CloudStores
    clock: Clock
    journal: RequestJournal[Download]

    def download(self, request: Download, job: Job) -> FetchReport:
        """Take files away as one ZIP; tells `Recorded`, and what `fetch` or `fetch_archive` tell.

        What the storage, the sign-in or the program broke off stays in the journal, to be gone on with.

        Raises:
            LocalFileError: the journal can't be written; nothing was done.
            AppError: as `fetch`, `fetch_staged`, `fetch_archive` and `fetch_in_cloud`.
            CancelledError: when cancelled.
        """
        record = self.journal.begin(request)
        with recorded(record, job) as watched:
            return self._fetch(request, record, watched)

    def go_on(self, run_id: int, job: Job) -> FetchReport:
        """Go on with a download that was interrupted, as `download` does.

        Raises:
            NothingFoundError: `no-such-transfer`.
            InputError: `transfer-in-use`, another process is at it.
            AppError: as `download`.
            CancelledError: when cancelled.
        """
        request, record = self.journal.take_up(run_id)
        with recorded(record, job, is_taken_up=True) as watched:
            return self._fetch(request, record, watched)

    def _fetch(self, request: Download, record: RunRecord[Download], job: Job) -> FetchReport:
        stores = self.stores
        if isinstance(request, ArchiveFetch):
            return fetch_archive(
                request.key, request.output, stores.staging, job, force=request.force, is_marked=request.is_marked
            )
        if isinstance(request, CopiesFetch):
            copies = find_staged(request.request_id, request.user_id, stores.staging, job)
            return fetch_staged(copies, request.output, stores.staging, job, request.force, is_marked=request.is_marked)
        if request.in_cloud:
            return fetch_in_cloud(request, stores, self.clock, job)
        return fetch(request, stores.storage, stores.staging, self.clock, job)
