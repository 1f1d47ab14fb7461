"""Parts of the sign-in pages: the mark, and the line with an address."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.ui.icons import logo
from app.ui.theme import font, keep_scaled, theme, u
from app.ui.widgets.boxes import paint_box, row

_LOGO = 60
_BELOW_LOGO = 22


class Logo(QLabel):
    """Tagdrop's mark with some air below; it says nothing to a screen reader."""

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        keep_scaled(self, self._draw)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw()

    def _draw(self) -> None:
        self.setFixedHeight(u(_LOGO + _BELOW_LOGO))
        self.setPixmap(logo(u(_LOGO), self.devicePixelRatioF()))


class AddressLine(QWidget):
    """An address to be selected and copied; it can't be changed."""

    def __init__(self, address: str, name: str) -> None:
        """Args: `name` says to a screen reader what it is the address of."""
        super().__init__()
        self.edit = _Edit(address, self)
        self.edit.setAccessibleName(name)
        self.setFocusProxy(self.edit)
        self.setLayout(row(self, gap=0, margins=(12, 0, 12, 0)).add(self.edit))
        keep_scaled(self, lambda: self.setFixedHeight(u(40)))

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        has_focus = self.edit.hasFocus()
        line, width = (colors.focus, 2) if has_focus else (colors.edge, colors.outline)
        paint_box(QPainter(self), QRectF(self.rect()), colors.raised, line, width, u(9))


class _Edit(QLineEdit):
    def __init__(self, text: str, frame: QWidget) -> None:
        super().__init__(text)
        self._frame = frame
        self.setReadOnly(True)
        self.setProperty("box", "bare")
        # An address runs from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setCursorPosition(0)
        keep_scaled(self, lambda: self.setFont(font()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.end(False)
            self.home(True)  # all of it, but its beginning stays in sight
        self._frame.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._frame.update()
