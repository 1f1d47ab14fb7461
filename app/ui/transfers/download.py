"""A download of files as one ZIP, followed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from app.core.events import Event, FilePacked
from app.core.job import Job
from app.services.archive import FetchReport
from app.ui.transfers.transfer import State, Transfer


class Download(Transfer[FetchReport]):
    """A download on its way.

    Attributes:
        name: of the ZIP, as the person knows it.
        files_total: asked for.
        size_bytes: asked for.
        failures: files that are not in the ZIP, with the reason.
        report: how it ended; None before.
    """

    def __init__(
        self,
        name: str,
        files_total: int,
        size_bytes: int,
        work: Callable[[Job], FetchReport],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(work, parent)
        self.name = name
        self.files_total = files_total
        self.size_bytes = size_bytes
        self.failures: list[FilePacked] = []
        self.report: FetchReport | None = None

    @property
    def has_failures(self) -> bool:
        """Whether it failed, or the ZIP isn't whole."""
        return self.state is State.FAILED or bool(self.failures)

    @property
    def can_retry(self) -> bool:
        """Whether it can be tried again."""
        return self.state is State.FAILED

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
        return Download(self.name, self.files_total, self.size_bytes, self._work)

    def take_event(self, event: Event) -> None:
        """Note a file that couldn't be packed."""
        if isinstance(event, FilePacked) and event.error is not None:
            self.failures.append(event)

    def take_result(self, result: FetchReport) -> State:
        """Keep the report."""
        self.report = result
        return State.DONE
