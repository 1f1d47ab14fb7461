"""Buttons in the middle of a page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from app.ui.theme import keep_scaled, u
from app.ui.widgets.buttons import Button

_GAP = 10


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
