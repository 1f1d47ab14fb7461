"""The last line of the sidebar: who works here, and the way to the settings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.ui.widgets.boxes import row
from app.ui.widgets.buttons import tool_button
from app.ui.widgets.foot_button import FootButton


class AccountFoot(QWidget):
    """The button of the settings, and the account before it; in the rail one above the other.

    Signals:
        settings_asked: the button was pressed.
    """

    settings_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_rail = False
        self._account: FootButton | None = None
        self.button = tool_button("sliders", "Settings", 20)
        self.button.clicked.connect(self.settings_asked)
        self._line = row(self, gap=4)
        self._line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(self._line)

    def set_account(self, account: FootButton) -> None:
        """Put who works here before the button."""
        self._account = account
        self._line.insertWidget(0, account, 1)
        account.set_rail(self._is_rail)

    def set_current(self, is_current: bool) -> None:
        """Say whether the settings are what is shown."""
        self.button.setProperty("is_current", is_current)
        self.button.style().polish(self.button)

    def set_rail(self, is_rail: bool) -> None:
        """Show only icons, or everything."""
        self._is_rail = is_rail
        upwards, beside = QBoxLayout.Direction.BottomToTop, QBoxLayout.Direction.LeftToRight
        self._line.setDirection(upwards if is_rail else beside)
        side = Qt.AlignmentFlag.AlignHCenter if is_rail else Qt.AlignmentFlag.AlignTrailing
        self._line.setAlignment(self.button, side | Qt.AlignmentFlag.AlignVCenter)
        if self._account is not None:
            self._account.set_rail(is_rail)
