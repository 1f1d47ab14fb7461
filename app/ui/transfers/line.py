"""One transfer in the drawer: progress, two lines of words, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui.breakpoints import width_u
from app.ui.theme import keep_scaled, u
from app.ui.transfers.download import Download
from app.ui.transfers.kinds import AnyTransfer
from app.ui.transfers.sharing import Sharing
from app.ui.transfers.upload import Upload
from app.ui.transfers.wording import Saying, say
from app.ui.widgets.boxes import column, row
from app.ui.widgets.buttons import Button, button, tool_button
from app.ui.widgets.labels import ElidedLabel, IconLabel
from app.ui.widgets.progress import ProgressBar

_NARROW_U = 560
_WITH_SPEED_U = 740  # from here the words of a running transfer fit beside those of its buttons
_SHOWS = {
    Upload: ("Show the files", "find"),
    Download: ("Show in folder", "folder"),
    Sharing: ("Copy link", "copy"),
}
HEIGHT = 56
"""Height of a line, in `u`; one that has ended is higher where its words don't fit."""


class TransferLine(QWidget):
    """Follows one transfer.

    Signals:
        show_asked: to see the files: those uploaded, or the ZIP in its folder; or to copy the link.
        retry_asked, dismiss_asked, fold_asked: a button was pressed.
        all_asked: to pause all transfers, or to let all go on.
        refitted: its words have another width, and may need another height.
    """

    show_asked = Signal()
    retry_asked = Signal()
    dismiss_asked = Signal()
    fold_asked = Signal()
    all_asked = Signal()
    refitted = Signal()

    def __init__(self, transfer: AnyTransfer) -> None:
        super().__init__()
        self._transfer = transfer
        self._icon = IconLabel("alert", "warn", 18)
        self._title = ElidedLabel(weight=600, tabular=True)
        self._detail = ElidedLabel(ratio=0.92, role="text2", tabular=True)
        self._bar = ProgressBar("Progress", height=2, is_round=False)
        text, icon = _SHOWS[type(transfer)]
        self.show_files = button(text, "ghost", icon)
        self.retry = button("Try again", icon="retry")
        self.pause_all = button("Pause all", "ghost", "pause")
        self.pause = button("Pause", icon="pause")
        self.cancel = button("Cancel")
        self.dismiss = tool_button("x", "Dismiss")
        self.fold = tool_button("down", "Hide transfers")
        self._is_first = False
        self.show_files.clicked.connect(self.show_asked)
        self.retry.clicked.connect(self.retry_asked)
        self.pause_all.clicked.connect(self.all_asked)
        self.pause.clicked.connect(self._pause_or_go_on)
        self.cancel.clicked.connect(transfer.cancel)
        self.dismiss.clicked.connect(self.dismiss_asked)
        self.fold.clicked.connect(self.fold_asked)
        said = column(self, gap=0).add(self._title).add(self._detail)
        line = row(self, gap=8, margins=(24, 9, 18, 9)).add(self._icon).add(said, 1)
        for made in self.buttons():
            line.add(made)
        self._lines = column(self, gap=0).add(self._bar).add(line, 1)
        self.setLayout(self._lines)
        keep_scaled(self, lambda: self.setMinimumHeight(u(HEIGHT)))
        self.refresh()

    def buttons(self) -> tuple[QAbstractButton, ...]:
        """Return its buttons in their order."""
        return (self.show_files, self.retry, self.pause_all, self.pause, self.cancel, self.dismiss, self.fold)

    def set_first(self, is_first: bool) -> None:
        """Say whether it is at the top, where all of them can be folded away."""
        self._is_first = is_first
        self.refresh()

    def offer_all(self, is_offered: bool, are_paused: bool) -> None:
        """Show or hide the button for all transfers.

        Args:
            is_offered: whether it is shown.
            are_paused: whether it lets them go on instead.
        """
        self.pause_all.setVisible(is_offered)
        _show_pause(self.pause_all, are_paused, "Continue all" if are_paused else "Pause all")

    def words(self) -> Saying:
        """Return what it says."""
        return say(self._transfer)

    def height_at(self, width: int) -> int:
        """Return the height that its words need at a width."""
        lines = self._lines
        return max(self.minimumHeight(), lines.totalHeightForWidth(width) if lines.hasHeightForWidth() else 0)

    def refresh(self) -> None:
        """Show how the transfer is now."""
        transfer, said = self._transfer, say(self._transfer)
        self._title.setText(said.title)
        self._detail.setText(said.detail)
        self._detail.setVisible(bool(said.detail))
        for words in (self._title, self._detail):
            words.set_several_lines(transfer.has_ended)
        self._icon.setVisible(bool(said.role))
        if said.role:
            self._icon.set_icon("alert" if said.role == "warn" else "check", said.role)
        fraction = transfer.fraction if not transfer.has_ended else None
        self._bar.setVisible(not transfer.has_ended)
        self._bar.set_fraction(fraction or 0.0)
        self.pause.setVisible(not transfer.has_ended)
        self.pause.setEnabled(not transfer.is_cancelling)
        _show_pause(self.pause, transfer.is_paused, "Continue" if transfer.is_paused else "Pause")
        self.cancel.setVisible(not transfer.has_ended)
        self.cancel.setEnabled(not transfer.is_cancelling)
        self.dismiss.setVisible(transfer.has_ended)
        self.retry.setVisible(transfer.has_ended and transfer.can_retry)
        self.show_files.setVisible(transfer.has_ended and transfer.has_something)
        self._place_fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for made in (self.show_files, self.retry, self.pause_all):
            made.set_compact(width_u(self) < _NARROW_U)
        self.pause.set_compact(width_u(self) < _WITH_SPEED_U)
        self.refitted.emit()

    def _pause_or_go_on(self) -> None:
        if self._transfer.is_paused:
            self._transfer.go_on()
        else:
            self._transfer.pause()
        self.refresh()

    def _place_fold(self) -> None:
        has_ended = self._transfer.has_ended
        policy = self.fold.sizePolicy()
        # While it runs its place is kept empty, so that the buttons of several lines stand below each other.
        policy.setRetainSizeWhenHidden(not has_ended)
        self.fold.setSizePolicy(policy)
        self.fold.setVisible(self._is_first and not has_ended)


def _show_pause(made: Button, is_paused: bool, text: str) -> None:
    if made.text() != text:
        made.setText(text)
        made.set_icon("play" if is_paused else "pause")
