"""The middle of the find page while there are no rows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.core.tags import visible
from app.ui import words
from app.ui.find.wording import Emptiness
from app.ui.widgets.buttons import Button, button
from app.ui.widgets.empty_state import EmptyState


class EmptyPlace(QWidget):
    """Says why there is nothing, with what can be done about it.

    Signals:
        value_asked: with a value that may have been meant.
        begins_with_asked: with the start of the tags to look for.
        all_asked, retry_asked, everything_asked, unfiltered_asked, details_asked: a button was pressed.
    """

    value_asked = Signal(str)
    begins_with_asked = Signal(str)
    all_asked = Signal()
    retry_asked = Signal()
    everything_asked = Signal()
    unfiltered_asked = Signal()
    details_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: Emptiness | None = None
        self._state: EmptyState | None = None
        self._layout = QStackedLayout(self)

    def show_reason(self, why: Emptiness) -> None:
        """Show another reason."""
        if why == self._shown:
            return
        self._shown = why
        state = EmptyState(why.icon, why.title, why.text, self._buttons(why), self._near(why))
        self._layout.addWidget(state)
        self._layout.setCurrentWidget(state)
        if self._state is not None:
            self._layout.removeWidget(self._state)
            self._state.deleteLater()
        self._state = state

    def _near(self, why: Emptiness) -> list[Button]:
        made: list[Button] = []
        for counted in why.near:
            value = button(f"{visible(counted.value)} ({counted.files:,})")
            value.setAccessibleName(f"Find {visible(counted.value)}, {words.files(counted.files)}")
            value.clicked.connect(lambda _checked=False, value=counted.value: self.value_asked.emit(value))
            made.append(value)
        return made

    def _buttons(self, why: Emptiness) -> list[Button]:
        made: list[Button] = []
        if why.offers_details:
            copy = button("Copy details for IT", "primary", "copy")
            copy.clicked.connect(self.details_asked)
            made.append(copy)
        if why.offers_retry:
            retry = button("Try again", "secondary" if why.offers_details else "primary")
            retry.clicked.connect(self.retry_asked)
            made.append(retry)
        if why.offers_everything:
            live = button("Search everything", "primary")
            live.clicked.connect(self.everything_asked)
            made.append(live)
        if why.offers_unfiltered:
            unfiltered = button("Remove filters", "link")
            unfiltered.clicked.connect(self.unfiltered_asked)
            made.append(unfiltered)
        if why.begins_with:
            start = button(f"Find tags that begin with {words.quoted(why.begins_with)}", "link")
            start.clicked.connect(lambda: self.begins_with_asked.emit(why.begins_with))
            made.append(start)
        if why.offers_all:
            everything = button("Show all files", "link")
            everything.clicked.connect(self.all_asked)
            made.append(everything)
        return made
