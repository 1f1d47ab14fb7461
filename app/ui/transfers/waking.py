"""The computer stays awake while a transfer runs."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject

from app.ui.transfers.queue import TransferQueue
from app.ui.transfers.transfer import State


class Waking(Protocol):
    """Keeps the computer awake; neither call waits, and both may be repeated."""

    def hold(self) -> None:
        """Keep it awake."""

    def release(self) -> None:
        """Let it sleep again."""


class StayAwake(QObject):
    """Holds the computer awake while a transfer of `queue` runs that isn't paused."""

    def __init__(self, queue: TransferQueue, waking: Waking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._waking = waking
        queue.changed.connect(self._look)

    def _look(self) -> None:
        transfers = self._queue.open_transfers
        if any(transfer.state is State.RUNNING and not transfer.is_paused for transfer in transfers):
            self._waking.hold()
        else:
            self._waking.release()
