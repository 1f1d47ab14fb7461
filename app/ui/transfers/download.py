"""A download of files as one ZIP, followed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from app.core.job import Job
from app.services.archive import FetchReport
from app.ui.transfers.transfer import State
from app.ui.transfers.zipping import Zipping


class Download(Zipping[FetchReport]):
    """A download on its way.

    Attributes:
        report: how it ended; None before.
    """

    def __init__(
        self,
        name: str,
        files_total: int,
        size_bytes: int,
        work: Callable[[Job], FetchReport],
        go_on: Callable[[int, Job], FetchReport],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(name, files_total, size_bytes, work, go_on, parent)
        self.report: FetchReport | None = None

    @property
    def has_something(self) -> bool:
        """Whether there is a ZIP."""
        return self.report is not None

    @property
    def output(self) -> Path | None:
        """The finished ZIP."""
        return self.report.output if self.report else None

    def retry(self) -> Download:
        """Return the same download once more."""
        return Download(self.name, self.files_total, self.size_bytes, self.work_again(), self._go_on)

    def take_result(self, result: FetchReport) -> State:
        """Keep the report."""
        self.report = result
        return State.DONE
