"""Looks for values that somebody may have meant whose own one no file has."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.core.events import TagCounted
from app.core.ports.catalog import TagCatalog
from app.services.near import near_values
from app.services.search import tag_counts
from app.workers.job import JobRunner, RunningJob


class Near(QObject):
    """Asks the local index alone: nobody waits for the storage to be searched because of a slip.

    Signals:
        found: there are some.

    Attributes:
        values: the closest first.
    """

    found = Signal()

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: RunningJob | None = None
        self.values: tuple[TagCounted, ...] = ()

    def look(self, value: str, catalog: TagCatalog) -> None:
        """Look for values in use that are close to `value`; those of before are forgotten."""
        self.forget()
        job = self._job = self._runner.start(lambda job: near_values(value, tag_counts(catalog, job)), "near", self)
        job.succeeded.connect(lambda values: self._take(job, values))

    def forget(self) -> None:
        """Forget them."""
        if self._job is not None:
            self._job.cancel()
        self._job = None
        self.values = ()

    def _take(self, job: RunningJob, values: tuple[TagCounted, ...]) -> None:
        if job is self._job:
            self._job, self.values = None, values
            if values:
                self.found.emit()
