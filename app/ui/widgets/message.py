"""A sentence with an icon before it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.widgets.boxes import column, row
from app.ui.widgets.labels import IconLabel, label


class Message(QWidget):
    """What is wrong, or good to know, below what it is about; hidden while there is nothing to say."""

    def __init__(self, icon: str = "alert", role: str = "error") -> None:
        """Args: `role` is the colour of the theme, of the icon and of the words."""
        super().__init__()
        self._words = label(role=role, wrap=True)
        mark = column(self, gap=0).space(1).add(IconLabel(icon, role, 16)).fill()
        self.setLayout(row(self, gap=6).add(mark).add(self._words, 1))
        self.hide()

    def text(self) -> str:
        """Return the sentence."""
        return self._words.text()

    def set_text(self, text: str) -> None:
        """Say another sentence."""
        self._words.setText(text)
        # Showing it without a parent would open a window of its own.
        self.setVisible(bool(text) and self.parent() is not None)
