"""Layouts and painted boxes measured in `u`, so that they follow text size and reading direction."""

from __future__ import annotations

from functools import lru_cache

import shiboken6
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QAccessible, QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QBoxLayout, QFrame, QLayout, QSizePolicy, QSpacerItem, QStyle, QWidget

from app.ui.theme import keep_scaled, theme, u
from app.ui.widgets.accessible import set_role

Margins = tuple[float, float, float, float]
"""Leading, top, trailing, bottom, in `u`."""


class Box(QBoxLayout):
    """A row or column whose gap, spaces and margins are in `u`; margins mirror with the reading direction."""

    def __init__(self, owner: QWidget, direction: QBoxLayout.Direction, gap: float, margins: Margins) -> None:
        super().__init__(direction)
        self._owner = owner
        self._gap = gap
        self._margins = margins
        self._spaces: list[tuple[QSpacerItem, float]] = []
        keep_scaled(owner, self._size)

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> Box:
        """Append a widget or layout."""
        if isinstance(item, QWidget):
            self.addWidget(item, stretch)
        else:
            self.addLayout(item, stretch)
        return self

    def space(self, length: float) -> Box:
        """Append an empty length in `u`, besides the gaps."""
        spacer = QSpacerItem(0, 0)
        self.addSpacerItem(spacer)
        self._spaces.append((spacer, length))
        self._size()
        return self

    def fill(self, factor: int = 1) -> Box:
        """Append emptiness that takes the remaining length."""
        self.addStretch(factor)
        return self

    def set_margins(self, margins: Margins) -> None:
        """Change the margins."""
        self._margins = margins
        self._size()

    def _size(self) -> None:
        if not shiboken6.isValid(self):
            return
        leading, top, trailing, bottom = (u(length) for length in self._margins)
        is_mirrored = self._owner.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setSpacing(u(self._gap))
        if is_mirrored:
            leading, trailing = trailing, leading
        self.setContentsMargins(leading, top, trailing, bottom)
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum
        for spacer, length in self._spaces:
            if self.direction() in (QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.BottomToTop):
                spacer.changeSize(0, u(length), free, fixed)
            else:
                spacer.changeSize(u(length), 0, fixed, free)
        self.invalidate()


def row(owner: QWidget, gap: float = 8, margins: Margins = (0, 0, 0, 0)) -> Box:
    """Return an empty row; `owner` is the widget it is in, at whatever depth."""
    return Box(owner, QBoxLayout.Direction.LeftToRight, gap, margins)


def column(owner: QWidget, gap: float = 8, margins: Margins = (0, 0, 0, 0)) -> Box:
    """Return an empty column; `owner` is the widget it is in, at whatever depth."""
    return Box(owner, QBoxLayout.Direction.TopToBottom, gap, margins)


def hairline(vertical: bool = False) -> QFrame:
    """Return a line between two areas."""
    line = QFrame()
    line.setProperty("box", "line")
    set_role(line, QAccessible.Role.Separator)

    def size() -> None:
        if vertical:
            line.setFixedWidth(theme().outline)
        else:
            line.setFixedHeight(theme().outline)

    keep_scaled(line, size)
    return line


def paint_box(
    painter: QPainter, rect: QRectF, fill: QColor | None, line: QColor | None, width: float, radius: float
) -> None:
    """Draw a box with round corners whose outline lies inside `rect`.

    Args:
        painter: of the widget.
        rect: the whole box.
        fill: of the inside; None for none.
        line: of the outline; None for none.
        width: of the outline in px.
        radius: of the outer corners in px.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inset = width / 2 if line is not None else 0.0
    painter.setPen(QPen(line, width) if line is not None else Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(fill) if fill is not None else Qt.BrushStyle.NoBrush)
    inner = max(0.0, radius - inset)
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), inner, inner)
    painter.restore()


def paint_text(
    painter: QPainter,
    place: QRect,
    text: str,
    direction: Qt.LayoutDirection,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeading,
) -> None:
    """Draw one line of text, vertically in the middle.

    The text runs in its own direction, but stands at the side where the window's other texts stand: Latin names
    in an Arabic window don't go left.

    Args:
        painter: with font and pen set.
        place: where, already mirrored.
        text: as it is shown.
        direction: of the window.
        side: leading, trailing or centre.
    """
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    painter.drawText(place, _text_flags(direction, side), text)


@lru_cache
def _text_flags(direction: Qt.LayoutDirection, side: Qt.AlignmentFlag) -> int:
    align = QStyle.visualAlignment(direction, side | Qt.AlignmentFlag.AlignVCenter) | Qt.AlignmentFlag.AlignAbsolute
    return int(align | Qt.TextFlag.TextSingleLine)
