"""The tags in use, read from the local index for both pages to complete from."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.core.completion import Vocabulary
from app.core.job import Job
from app.core.ports.catalog import TagCatalog
from app.services.search import tag_counts
from app.workers.job import JobRunner, RunningJob


class TagsInUse(QObject):
    """Asks the local index alone: nobody waits for the storage because somebody types.

    Signals:
        changed: other tags are known now.

    Attributes:
        vocabulary: the tags; empty where there is no index, or before it was read.
    """

    changed = Signal()

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._catalog: TagCatalog | None = None
        self._job: RunningJob | None = None
        self._is_due = False
        self.vocabulary = Vocabulary({})

    def connect_to(self, catalog: TagCatalog | None) -> None:
        """Read from this catalogue; None where there is no index."""
        self.forget()
        self._catalog = catalog
        self.read()

    def forget(self) -> None:
        """Forget the tags: somebody else may sit here next."""
        if self._job is not None:
            self._job.cancel()
        self._catalog = self._job = None
        self._is_due = False
        self._know(Vocabulary({}))

    def read(self) -> None:
        """Read them again: something was uploaded, retagged or found to be changed."""
        catalog = self._catalog
        if catalog is None:
            return
        self._is_due = self._job is not None
        if self._is_due:
            return
        job = self._job = self._runner.start(lambda job: _read(catalog, job), "tags", self, stands_back=True)
        job.succeeded.connect(lambda vocabulary: self._take(job, vocabulary))
        job.finished.connect(lambda: self._finish(job))

    def _take(self, job: RunningJob, vocabulary: Vocabulary) -> None:
        if job is self._job:
            self._know(vocabulary)

    def _know(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.changed.emit()

    def _finish(self, job: RunningJob) -> None:
        if job is self._job:
            self._job = None
            if self._is_due:
                self.read()


def _read(catalog: TagCatalog, job: Job) -> Vocabulary:
    return Vocabulary(tag_counts(catalog, job))
