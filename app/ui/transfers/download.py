"""A download of files as one ZIP, followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from app.core.downloads import Download as Request
from app.core.events import FilePacked, Unreadable
from app.core.job import Job
from app.services.fetch import FetchReport
from app.services.waiting import WaitingRequest
from app.ui.transfers.transfer import State
from app.ui.transfers.zipping import Zipping


class Download(Zipping[Request, FetchReport]):
    """A download on its way.

    Attributes:
        report: how it ended; None before.
    """

    def __init__(
        self,
        name: str,
        files_total: int,
        size_bytes: int,
        request: WaitingRequest[Request],
        work: Callable[[WaitingRequest[Request], Job], FetchReport],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(name, files_total, size_bytes, request, work, parent)
        self.report: FetchReport | None = None

    @property
    def has_something(self) -> bool:
        """Whether there is a ZIP."""
        return self.report is not None

    @property
    def problems(self) -> Sequence[FilePacked | Unreadable]:
        """What isn't in the ZIP, and what its list of contents couldn't be made from."""
        return (*self.failures, *((self.report.unreadable if self.report else None) or ()))

    @property
    def output(self) -> Path | None:
        """The finished ZIP."""
        return self.report.output if self.report else None

    def retry(self) -> Download:
        """Return the same download once more; it goes on where the journal has it still."""
        return Download(self.name, self.files_total, self.size_bytes, self._request.again(), self._work_on)

    def take_result(self, result: FetchReport) -> State:
        """Keep the report."""
        self.report = result
        return State.DONE
