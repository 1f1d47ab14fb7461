"""The whole window while Tagdrop has no usable settings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.errors import ConfigurationError
from app.ui.widgets.boxes import column
from app.ui.widgets.buttons import button
from app.ui.widgets.empty_state import EmptyState

NO_SETTINGS = "not-set-up"
"""Code that means that there are no settings at all, not that they are wrong."""


class NotSetUp(QWidget):
    """Says that IT has to bring a file, or what is wrong in it.

    Signals:
        details_asked, retry_asked: a button was pressed.
    """

    details_asked = Signal()
    retry_asked = Signal()

    def __init__(self, error: ConfigurationError) -> None:
        super().__init__()
        self.setProperty("box", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        copy = button("Copy details for IT", "primary", "copy")
        copy.clicked.connect(self.details_asked)
        retry = button("Try again")
        retry.clicked.connect(self.retry_asked)
        self.setFocusProxy(retry)
        title, text = _words(error)
        self.state = EmptyState("building", title, text, (copy, retry))
        self.setLayout(column(self, gap=0).add(self.state))


def _words(error: ConfigurationError) -> tuple[str, str]:
    if error.code == NO_SETTINGS:
        return "Tagdrop isn’t set up on this computer yet", "It needs a small settings file from your IT team."
    return "Tagdrop’s settings can’t be used", f"{error}"
