"""The settings in place of everything else: before there is a window to go back to."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.ui.settings.page import SettingsPage
from app.ui.widgets.boxes import column, hairline, row
from app.ui.widgets.buttons import button


class SettingsOver(QWidget):
    """The page with a way back; Esc goes there too.

    Signals:
        left: back to what was there.

    Attributes:
        page: the settings.
        back: the button.
    """

    left = Signal()

    def __init__(self, page: SettingsPage) -> None:
        super().__init__()
        self.setProperty("box", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.page = page
        self.back = button("Back")
        self.back.clicked.connect(self.left)
        foot = row(self, gap=0, margins=(24, 10, 24, 10)).add(self.back).fill()
        self.setLayout(column(self, gap=0).add(page, 1).add(hairline()).add(foot))
        self.setFocusProxy(page.scheme)
        QShortcut(QKeySequence("Esc"), self, self.left.emit)
