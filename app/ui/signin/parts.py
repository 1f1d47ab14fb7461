"""Parts of the sign-in pages: the mark, the line with an address, the buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QStyle, QWidget

from app.ui.icons import logo
from app.ui.theme import font, keep_scaled, theme, u
from app.ui.widgets.boxes import paint_box, row
from app.ui.widgets.buttons import Button

_LOGO = 60
_BELOW_LOGO = 22
_GAP = 10


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


class Buttons(QWidget):
    """Buttons in the middle, side by side; those that don't fit are on the next line."""

    def __init__(self, buttons: Sequence[Button]) -> None:
        super().__init__()
        self._buttons = tuple(buttons)
        for button in self._buttons:
            button.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        keep_scaled(self, self._place)

    def sizeHint(self) -> QSize:
        width = sum(button.sizeHint().width() + u(_GAP) for button in self._buttons)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(max(button.sizeHint().width() for button in self._buttons), u(_GAP))

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return max(place.bottom() for place in places) + 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        self.updateGeometry()
        for button, place in zip(self._buttons, self._places(self.width()), strict=True):
            button.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))

    def _places(self, width: int) -> list[QRect]:
        """Return where each button is, in a window that runs from left to right."""
        places: list[QRect] = []
        top = 0
        for line in self._lines(width):
            left = (width - sum(size.width() for size in line) - u(_GAP) * (len(line) - 1)) // 2
            for size in line:
                places.append(QRect(QPoint(left, top), size))
                left += size.width() + u(_GAP)
            top += max(size.height() for size in line) + u(_GAP)
        return places

    def _lines(self, width: int) -> list[list[QSize]]:
        lines: list[list[QSize]] = []
        room = 0
        for button in self._buttons:
            size = button.sizeHint()
            if lines and size.width() <= room:
                lines[-1].append(size)
            else:
                lines.append([size])
                room = width
            room -= size.width() + u(_GAP)
        return lines
