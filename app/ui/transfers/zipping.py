"""What transfers have in common that end in one ZIP."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from app.core.errors import NothingFoundError
from app.core.events import Event, FilePacked, Recorded
from app.core.job import Job
from app.ui.transfers.transfer import State, Transfer

R = TypeVar("R")


class Zipping(Transfer[R]):
    """A ZIP on its way.

    Attributes:
        name: of the ZIP, as the person knows it.
        files_total: asked for.
        size_bytes: asked for.
        failures: files that are not in the ZIP, with the reason.
        open_run: by which the journal knows it; None where it doesn't (yet).
    """

    def __init__(
        self,
        name: str,
        files_total: int,
        size_bytes: int,
        work: Callable[[Job], R],
        go_on: Callable[[int, Job], R],
        parent: QObject | None = None,
    ) -> None:
        """Args: `go_on` goes on with the run of the journal that it is given."""
        super().__init__(work, parent)
        self._go_on = go_on
        self.open_run: int | None = None
        self.name = name
        self.files_total = files_total
        self.size_bytes = size_bytes
        self.failures: list[FilePacked] = []

    @property
    def has_failures(self) -> bool:
        """Whether it failed, or the ZIP isn't whole."""
        return self.state is State.FAILED or bool(self.failures)

    @property
    def can_retry(self) -> bool:
        """Whether it can be tried again."""
        return self.state is State.FAILED

    def work_again(self) -> Callable[[Job], R]:
        """Return what goes on with it where the journal still has it, and else does it once more."""
        run_id, go_on, work = self.open_run, self._go_on, self._work
        if run_id is None:
            return work

        def again(job: Job) -> R:
            try:
                return go_on(run_id, job)
            except NothingFoundError as error:
                if error.code != "no-such-transfer":
                    raise
                return work(job)

        return again

    def take_event(self, event: Event) -> None:
        """Note a file that couldn't be packed, and where the journal has it."""
        if isinstance(event, Recorded):
            self.open_run = event.run_id
        if isinstance(event, FilePacked) and event.error is not None:
            self.failures.append(event)
