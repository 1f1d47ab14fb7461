"""The line above the list: how far the search is, and what it couldn't look at."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.find.filter_bar import FilterBar
from app.ui.theme import u
from app.ui.widgets.accessible import announce
from app.ui.widgets.boxes import column, row
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.progress import SearchLine
from app.ui.widgets.segmented import Segmented

_LEAST_WORDS = 130


class StatusLine(QWidget):
    """Words, *Stop* or *Search again*, the filters, and a line that grows.

    Signals:
        stop_asked, again_asked, unreadable_asked: a button was pressed.

    Args:
        filters: stand at the trailing side.
    """

    stop_asked = Signal()
    again_asked = Signal()
    unreadable_asked = Signal()

    def __init__(self, filters: FilterBar) -> None:
        super().__init__()
        self._words = ElidedLabel(role="text2", tabular=True)
        self.stop = button("Stop", "link")
        self.again = button("Search again", "link")
        self.unreadable = button("", "link")
        self.unreadable.set_icon("alert", "warn")
        self.stop.clicked.connect(self.stop_asked)
        self.again.clicked.connect(self.again_asked)
        self.unreadable.clicked.connect(self.unreadable_asked)
        self.line = SearchLine()
        self._row = row(self, gap=6, margins=(24, 0, 24, 0)).add(self._words)
        self._row.add(self.stop).add(self.again).add(self.unreadable).fill().add(filters)
        search_line = row(self, gap=0, margins=(16, 0, 16, 0)).add(self.line)
        self.setLayout(column(self, gap=5).add(self._row).add(search_line))
        self._filters = filters
        self._joiner: Segmented | None = None
        self._can_search_again = False
        self.set_unreadable("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def text(self) -> str:
        """Return the words."""
        return self._words.text()

    def show_running(self, text: str, fraction: float | None) -> None:
        """Say how far the search is; `fraction` is None where nobody knows."""
        self._words.setText(text)
        self.stop.show()
        self._offer_again(False)
        self.line.show()
        self.line.set_fraction(fraction)

    def show_ended(self, text: str, again: str = "Search again") -> None:
        """Say how the search ended, and what another one is called; once, to a screen reader too."""
        is_new = text != self.text()
        self._words.setText(text)
        self.again.setText(again)
        self.stop.hide()
        self._offer_again(bool(text))
        self.line.hide()
        if text and is_new:
            announce(self, text)

    def set_unreadable(self, text: str) -> None:
        """Say how many couldn't be looked at; empty hides it."""
        self.unreadable.setText(text)
        self.unreadable.setVisible(bool(text))
        self._fit()

    def hold(self, joiner: Segmented) -> None:
        """Give *All / Any* its place in this line, where the field is too narrow for it."""
        self._joiner = joiner
        self._row.addWidget(joiner)

    def _offer_again(self, is_offered: bool) -> None:
        self._can_search_again = is_offered
        self._fit()

    def _fit(self) -> None:
        """Rather say the words whole than offer what F5 does too; the filters take what is left."""
        least = u(6) + self._filters.least_width()
        self.again.setVisible(self._can_search_again and self._needed_width((self.again,)) + least <= self.width())
        shown = [widget for widget in (self.stop, self.again) if not widget.isHidden()]
        self._filters.fit(self.width() - self._needed_width(shown) - u(12), self.width())

    def _needed_width(self, buttons: Iterable[QWidget]) -> int:
        """Return the width that the words, these buttons and what else is shown take, without the filters."""
        others = list(buttons)
        if not self.unreadable.isHidden():
            others.append(self.unreadable)
        if self._joiner is not None and self._joiner.parent() is self and not self._joiner.isHidden():
            others.append(self._joiner)
        # Filters that come and go while numbers grow would be worse than room that is empty.
        words = max(self._words.sizeHint().width(), u(_LEAST_WORDS))
        return u(2 * 24) + words + sum(u(6) + other.sizeHint().width() for other in others)
