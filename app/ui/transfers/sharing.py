"""The making of a link to files, followed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from app.core.events import Event, PackedHere
from app.core.job import Job
from app.core.sharing import ShareRequest
from app.services.share import SharedLink
from app.services.waiting import WaitingRequest
from app.ui.transfers.transfer import State
from app.ui.transfers.zipping import Zipping


class Sharing(Zipping[ShareRequest, SharedLink]):
    """A link on its way.

    Attributes:
        is_public: whether anyone can open it who has it.
        packed_here: why the ZIP passes through this computer, in a sentence; empty while the storage makes it.
        link: how it ended; None before.
        ends: when the link ends, in words; empty before.
    """

    def __init__(
        self,
        name: str,
        files_total: int,
        size_bytes: int,
        is_public: bool,
        request: WaitingRequest[ShareRequest],
        work: Callable[[WaitingRequest[ShareRequest], Job], SharedLink],
        said: Callable[[SharedLink], str],
        parent: QObject | None = None,
    ) -> None:
        """Args: `said` returns in words when a link ends."""
        super().__init__(name, files_total, size_bytes, request, work, parent)
        self.is_public = is_public
        self.packed_here = ""
        self.link: SharedLink | None = None
        self.ends = ""
        self._said = said

    @property
    def has_something(self) -> bool:
        """Whether there is a link."""
        return self.link is not None

    @property
    def output(self) -> Path | None:
        """Nothing is on this computer."""
        return None

    def retry(self) -> Sharing:
        """Return the same once more; it goes on where the journal has it still."""
        return Sharing(
            self.name,
            self.files_total,
            self.size_bytes,
            self.is_public,
            self._request.again(),
            self._work_on,
            self._said,
        )

    def take_event(self, event: Event) -> None:
        """Note a file that couldn't be packed, and that the storage can't make the ZIP itself."""
        if isinstance(event, PackedHere):
            self.packed_here = event.reason
        super().take_event(event)

    def take_result(self, result: SharedLink) -> State:
        """Keep the link."""
        self.link = result
        self.ends = self._said(result)
        return State.DONE
