"""The whole window while Tagdrop has no usable settings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.errors import AppError
from app.ui.widgets.boxes import column
from app.ui.widgets.buttons import button
from app.ui.widgets.empty_state import EmptyState

NO_SETTINGS = "not-set-up"
"""Code that means that there are no settings at all, not that they are wrong."""


class NotSetUp(QWidget):
    """Says that IT has to bring a file, or what is wrong in it.

    Signals:
        file_asked, details_asked, settings_asked, retry_asked: a button was pressed.
    """

    file_asked = Signal()
    details_asked = Signal()
    settings_asked = Signal()
    retry_asked = Signal()

    def __init__(self, error: AppError, takes_file: bool) -> None:
        """Args: `takes_file` where a file from IT can be opened here."""
        super().__init__()
        self.setProperty("box", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.open = button("Open the file from IT…", "primary", "folder")
        self.open.clicked.connect(self.file_asked)
        self.copy = button("Copy details for IT", "secondary" if takes_file else "primary", "copy")
        self.copy.clicked.connect(self.details_asked)
        self.settings = button("Settings", "secondary", "sliders")
        self.settings.clicked.connect(self.settings_asked)
        self.retry = button("Try again")
        self.retry.clicked.connect(self.retry_asked)
        buttons = [*([self.open] if takes_file else []), self.copy, self.retry, self.settings]
        self.setFocusProxy(buttons[0])
        title, text = _words(error)
        self.state = EmptyState("building", title, text, buttons)
        self.setLayout(column(self, gap=0).add(self.state))


def _words(error: AppError) -> tuple[str, str]:
    if error.code == NO_SETTINGS:
        return "Tagdrop isn’t set up on this computer yet", "It needs a small settings file from your IT team."
    return "Tagdrop’s settings can’t be used", f"{error}"
