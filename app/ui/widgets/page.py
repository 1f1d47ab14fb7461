"""What the window asks of a page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """One place of the window. A page overrides what it has to offer."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("box", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def focus_first(self) -> None:
        """Put the keyboard where work on this page begins: its tag field, or its list."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def regions(self) -> tuple[QWidget, ...]:
        """Return what F6 visits on this page, in order: field, list, bar. Hidden ones are passed over."""
        return ()

    def close_layer(self) -> bool:
        """Take back the innermost thing that Esc takes back, such as a selection; False if there is none."""
        return False
