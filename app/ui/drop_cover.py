"""Turns the page into the drop panel while something is dragged over the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

from app.ui.drop_target import REFUSED_TEXT, REFUSED_TITLE, Dropped
from app.ui.widgets.boxes import column
from app.ui.widgets.drop_panel import DropPanel


class DropCover(QWidget):
    """Covers its parent; the sidebar beside it stays."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("box", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._under = parent
        self._panel = DropPanel(has_steps=False)
        self.setLayout(column(self, margins=(24, 24, 24, 24)).add(self._panel, 1))
        parent.installEventFilter(self)
        self.hide()

    def show_for(self, what: Dropped) -> None:
        """Say what letting go would do with what is dragged."""
        if what.is_refused:
            self._panel.set_refused(REFUSED_TITLE, REFUSED_TEXT)
        else:
            self._panel.set_over(True, what.files)
        self.setGeometry(self._under.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the parent."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False
