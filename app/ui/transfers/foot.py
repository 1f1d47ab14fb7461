"""The transfers folded to a button at the sidebar's foot."""

from __future__ import annotations

from app.ui.transfers.queue import TransferQueue
from app.ui.transfers.wording import say
from app.ui.widgets.progress_button import ProgressButton


class TransfersFoot(ProgressButton):
    """Says what runs, or how the last transfer ended; hidden while there is nothing to say."""

    def __init__(self, queue: TransferQueue) -> None:
        super().__init__()
        self._queue = queue
        queue.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show how it is now."""
        transfers = self._queue.transfers
        self.setVisible(bool(transfers))
        if not transfers:
            return
        open_ones = self._queue.open_transfers
        failed = [transfer for transfer in transfers if transfer.has_failures]
        shown = (*open_ones, *failed, *transfers)[0]
        said = say(shown)
        spoken = ", ".join(filter(None, (said.title, said.detail)))
        fraction = None if shown.has_ended else shown.fraction or 0.0
        self.set_state(said.short, f"{spoken}. Show transfers", fraction, "warn" if said.role == "warn" else None)
