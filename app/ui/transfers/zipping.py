"""What transfers have in common that end in one ZIP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QObject

from app.core.events import Event, FilePacked, Unreadable
from app.core.job import Job
from app.services.waiting import WaitingRequest
from app.ui.transfers.transfer import State, Transfer

Q = TypeVar("Q")
R = TypeVar("R")


class Zipping(Transfer[R], Generic[Q, R]):
    """A ZIP on its way.

    Attributes:
        name: of the ZIP, as the person knows it.
        files_total: asked for.
        size_bytes: asked for.
        failures: files that are not in the ZIP, with the reason.
    """

    def __init__(
        self,
        name: str,
        files_total: int,
        size_bytes: int,
        request: WaitingRequest[Q],
        work: Callable[[WaitingRequest[Q], Job], R],
        parent: QObject | None = None,
    ) -> None:
        """Args: `work` does what `request` is for, which waits until then."""
        super().__init__(lambda job: work(request, job), request, parent)
        self._request = request
        self._work_on = work
        self.name = name
        self.files_total = files_total
        self.size_bytes = size_bytes
        self.failures: list[FilePacked] = []

    @property
    def has_failures(self) -> bool:
        """Whether it failed, or files are to be named."""
        return self.state is State.FAILED or bool(self.problems)

    @property
    def problems(self) -> Sequence[FilePacked | Unreadable]:
        """The files that the drawer names when it has ended."""
        return self.failures

    @property
    def can_retry(self) -> bool:
        """Whether it can be tried again."""
        return self.state is State.FAILED

    def take_event(self, event: Event) -> None:
        """Note a file that couldn't be packed."""
        if isinstance(event, FilePacked) and event.error is not None:
            self.failures.append(event)
