"""A page or list that has nothing to show, and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.theme import keep_scaled, u
from app.ui.widgets.boxes import column, row
from app.ui.widgets.button_row import Buttons
from app.ui.widgets.buttons import Button
from app.ui.widgets.labels import IconLabel, label


class EmptyState(QWidget):
    """Icon, title, one or two sentences and what can be done, a little above the middle."""

    def __init__(
        self, icon: str, title: str, text: str = "", buttons: Sequence[Button] = (), choices: Sequence[Button] = ()
    ) -> None:
        """Args: `choices` are what `text` is about, `buttons` what can be done besides."""
        super().__init__()
        self._title = label(title, 1.5, 600, wrap=True)
        self._text = label(text, 1.05, role="text2", wrap=True)
        if not text:
            self._text.hide()
        for words in (self._title, self._text):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = QWidget()
        keep_scaled(box, lambda: box.setMaximumWidth(u(480)))
        inner = column(box, gap=0)
        inner.add(row(box).fill().add(IconLabel(icon, "text2", 32, thin=True)).fill())
        inner.space(12).add(self._title).space(6).add(self._text)
        if choices:
            inner.space(14).add(Buttons(choices))
        if buttons:
            inner.space(18).add(Buttons(buttons))
        box.setLayout(inner)
        middle = row(self, gap=0).fill(1).add(box, 100).fill(1)
        self.setLayout(column(self, gap=0, margins=(24, 24, 24, 24)).fill(1).add(middle).fill(2))
        self._name()

    def set_words(self, title: str, text: str) -> None:
        """Show other words."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._name()

    def _name(self) -> None:
        self.setAccessibleName(f"{self._title.text()}. {self._text.text()}".strip())
