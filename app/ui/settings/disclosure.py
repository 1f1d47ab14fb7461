"""A button that shows what is below it, or hides it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.ui.widgets.accessible import set_expanded
from app.ui.widgets.buttons import Button


class Disclosure(Button):
    """Space and Enter press it; a screen reader tells whether it is open.

    Signals:
        toggled_open: with whether it is open now.
    """

    toggled_open = Signal(bool)

    def __init__(self, text: str, below: QWidget) -> None:
        """Args: `below` is what it shows and hides; hidden at first."""
        super().__init__(text, "link", "down")
        self._below = below
        below.hide()
        set_expanded(self, False)
        self.clicked.connect(lambda: self.set_open(not self.is_open))

    @property
    def is_open(self) -> bool:
        """Whether what is below is shown."""
        return not self._below.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Show what is below, or hide it."""
        self._below.setVisible(is_open)
        self.set_icon("up" if is_open else "down")
        set_expanded(self, is_open)
        self.toggled_open.emit(is_open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
