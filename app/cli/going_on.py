"""Going on with interrupted transfers of every kind, and what is said of them together."""

from __future__ import annotations

from collections.abc import Callable

from app.cli.context import Context
from app.cli.fetch import print_packing
from app.cli.output import Output
from app.cli.retag import print_retagging
from app.cli.share import print_shared
from app.cli.uploading import Always, counts_of, show_upload
from app.core.conflicts import Choice
from app.core.errors import CancelledError
from app.core.events import Event, UploadStatus
from app.core.job import Job
from app.core.open_transfers import TransferKind
from app.services.deleting import go_on_deleting
from app.services.retag import go_on_with_retag
from app.services.tag_rewriting import RetagReport
from app.services.undo_retag import go_on_with_undo
from app.services.upload import resume
from app.services.uploads.tally import UploadReport
from app.services.wording import fetch_text, files_text, list_text, retag_text, upload_text

_Show = Callable[[Event, Output], None]


class GoingOn:
    """Goes on with one transfer after the other.

    Args:
        context: of the command.
        choice: what is done where a name is in use.

    Attributes:
        failed: files that failed in all of them.
        is_open: whether something is left that can be gone on with.
        has_gaps: whether a list of contents isn't complete.
    """

    def __init__(self, context: Context, choice: Choice) -> None:
        self.failed = 0
        self.is_open = False
        self.has_gaps = False
        self._services = context.services
        self._output = context.output
        self._cancel = context.cancel
        self._choice = choice
        self._uploads: list[UploadReport] = []
        self._texts: list[str] = []
        self._counts = {"packed": 0, "links_made": 0, "retagged": 0, "deletions": 0}
        self._actions = {
            TransferKind.UPLOAD: self._upload,
            TransferKind.FETCH: self._fetch,
            TransferKind.SHARE: self._share,
            TransferKind.RETAG: self._retag,
            TransferKind.UNDO: self._undo,
            TransferKind.DELETE: self._delete,
        }

    @property
    def text(self) -> str:
        """What was done, in words; empty where nothing was."""
        return "; ".join(self._texts)

    def with_one(self, kind: TransferKind, run_id: int) -> bool:
        """Go on with one, telling what becomes of each file; return whether it came to its end.

        Raises:
            AppError: as the use case.
            CancelledError: when cancelled.
        """
        return self._actions[kind](run_id)

    def summary(self, seconds: float) -> dict[str, object]:
        """Return the fields of the summary: those of an upload, and how much else was done."""
        return counts_of(self._uploads) | {"failed": self.failed} | self._counts | {"seconds": round(seconds, 3)}

    def _upload(self, run_id: int) -> bool:
        services = self._services
        report = resume(
            run_id, services.storage, Always(self._choice), self._job(show_upload), services.journal.uploads
        )
        self._uploads.append(report)
        self._texts.append(upload_text(report))
        self.failed += report.count(UploadStatus.FAILED)
        self.is_open = self.is_open or report.is_open
        if report.is_cancelled:
            raise CancelledError
        return not report.is_open

    def _fetch(self, run_id: int) -> bool:
        report = self._services.downloader.go_on(run_id, self._job(print_packing))
        fields = {"id": run_id, "output": str(report.output), "files": report.files, "zip_bytes": report.zip_bytes}
        self._output.event("fetched", fields)
        if text := list_text(report):
            self._output.warn(text)
            self.has_gaps = True
        self._texts.append(fetch_text(report))
        self._counts["packed"] += report.files
        self.failed += len(report.failures)
        return True

    def _share(self, run_id: int) -> bool:
        link = self._services.linker.go_on(run_id, self._job(print_packing))
        print_shared(link, self._output)
        self._texts.append("1 link made")
        self._counts["links_made"] += 1
        self.failed += len(link.zipped.failures)
        return True

    def _retag(self, run_id: int) -> bool:
        services = self._services
        return self._end_of(
            go_on_with_retag(run_id, services.storage, services.journal.retags, self._job(print_retagging))
        )

    def _undo(self, run_id: int) -> bool:
        services = self._services
        report = go_on_with_undo(run_id, services.storage, services.journal.retags, self._job(print_retagging))
        return self._end_of(report)

    def _end_of(self, report: RetagReport) -> bool:
        self._texts.append(retag_text(report))
        self._counts["retagged"] += report.retagged
        self.failed += len(report.failures)
        self.is_open = self.is_open or report.is_open
        if report.is_cancelled:
            raise CancelledError
        return not report.is_open

    def _delete(self, run_id: int) -> bool:
        services = self._services
        objects = go_on_deleting(run_id, services.staging, services.journal.deletions, Job(self._cancel))
        self._texts.append(f"{files_text(objects)} deleted")
        self._counts["deletions"] += 1
        return True

    def _job(self, show: _Show) -> Job:
        return Job(self._cancel, lambda event: show(event, self._output))
