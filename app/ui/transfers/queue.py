"""Transfers one after the other: one of each kind at a time, in the order in which they were asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.ui.transfers.kinds import AnyTransfer
from app.ui.transfers.transfer import State
from app.workers.job import JobRunner


class TransferQueue(QObject):
    """The transfers that are shown.

    A transfer that has ended stays until it is dismissed or another one of its kind has begun.

    Signals:
        changed: the list, or something that is shown of one of them.
        ended: with the transfer that has ended.
    """

    changed = Signal()
    ended = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._transfers: list[AnyTransfer] = []

    @property
    def transfers(self) -> tuple[AnyTransfer, ...]:
        """All that are shown: running, waiting, ended."""
        order = {State.RUNNING: 0, State.WAITING: 1}
        return tuple(sorted(self._transfers, key=lambda transfer: order.get(transfer.state, 2)))

    @property
    def open_transfers(self) -> tuple[AnyTransfer, ...]:
        """Those that have not ended."""
        return tuple(transfer for transfer in self.transfers if not transfer.has_ended)

    def add(self, transfer: AnyTransfer, beside: AnyTransfer | None = None) -> None:
        """Take one in; it begins when it is its turn.

        Args:
            transfer: the new one.
            beside: one of its kind that stays although it has ended.
        """

        def makes_room(other: AnyTransfer) -> bool:
            return other is not beside and other.has_ended and _same_kind(other, transfer)

        self._transfers = [other for other in self._transfers if not makes_room(other)]
        transfer.setParent(self)
        transfer.changed.connect(self.changed)
        transfer.went_on.connect(self._start_next)
        transfer.withdrawn.connect(self._withdraw)
        transfer.ended.connect(self._next)
        self._transfers.append(transfer)
        self._start_next()
        self._note(transfer)
        self.changed.emit()

    @property
    def are_all_paused(self) -> bool:
        """Whether every one that has not ended is held up."""
        return all(transfer.is_paused for transfer in self.open_transfers)

    def pause_all(self) -> None:
        """Hold up every transfer, those that wait first so that none of them begins."""
        for transfer in reversed(self.open_transfers):
            transfer.pause()

    def go_on_all(self) -> None:
        """Let every transfer go on."""
        for transfer in self.open_transfers:
            transfer.go_on()

    def dismiss(self, transfer: AnyTransfer) -> None:
        """Show one that has ended no longer."""
        if transfer.has_ended and transfer in self._transfers:
            self._transfers.remove(transfer)
            transfer.deleteLater()
            self.changed.emit()

    def cancel_all(self, *, is_for_later: bool = False) -> None:
        """Cancel every transfer, those that wait first so that none of them begins."""
        for transfer in reversed(self.open_transfers):
            transfer.cancel(is_for_later=is_for_later)

    def forget(self) -> None:
        """Cancel every transfer and show none of them any more; those that tidy up do so unseen."""
        forgotten, self._transfers = self._transfers, []
        for transfer in forgotten:
            transfer.changed.disconnect(self.changed)
            transfer.went_on.disconnect(self._start_next)
            transfer.ended.disconnect(self._next)
            if transfer.has_ended:
                transfer.deleteLater()
            else:
                transfer.ended.connect(transfer.deleteLater)
                transfer.cancel()
        self.changed.emit()

    def _note(self, transfer: AnyTransfer) -> None:
        """Note what has to wait, so that it isn't lost; the journal's disk isn't for the window's thread."""
        waiting = transfer.waiting
        if waiting is not None and transfer.state is State.WAITING:
            # What can't be noted now is said when its turn comes.
            self._runner.start(lambda _job: waiting.note(), "note")

    def _withdraw(self, is_for_later: bool) -> None:
        """Leave or forget one that was cancelled before its turn came."""
        transfer = self.sender()
        waiting = transfer.waiting if isinstance(transfer, AnyTransfer) else None
        if waiting is not None:
            self._runner.start(lambda job: waiting.leave() if is_for_later else waiting.forget(job), "withdraw")

    def _next(self) -> None:
        ended = self.sender()
        self._start_next()
        if isinstance(ended, AnyTransfer):
            if ended.state is State.CANCELLED and ended.progress is None:
                self.dismiss(ended)
            self.ended.emit(ended)
        self.changed.emit()

    def _start_next(self) -> None:
        for transfer in tuple(self._transfers):
            is_free = not any(other.state is State.RUNNING and _same_kind(other, transfer) for other in self._transfers)
            if transfer.state is State.WAITING and is_free and not transfer.is_paused:
                transfer.start(self._runner)


def _same_kind(one: AnyTransfer, other: AnyTransfer) -> bool:
    return type(one) is type(other)
