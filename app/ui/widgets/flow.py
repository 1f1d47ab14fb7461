"""A layout that fills lines one after the other, in reading direction."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget


class FlowLayout(QLayout):
    """Items keep their size; the last one takes the rest of its line, or a line of its own.

    Attributes:
        line_height: height of every line in px.
        gap: between items and between lines in px.
        min_last: least width of the last item in px.
    """

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._items: list[QLayoutItem] = []
        self.line_height = 28
        self.gap = 6
        self.min_last = 160
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def insert_widget(self, position: int, widget: QWidget) -> None:
        """Put a widget before the one at `position`."""
        self.addWidget(widget)
        self._items.insert(position, self._items.pop())
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return places[-1].bottom() + 1 if places else self.line_height

    def minimumSize(self) -> QSize:
        return QSize(min(self.min_last, 60), self.line_height)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        parent = self.parentWidget()
        direction = parent.layoutDirection() if parent is not None else Qt.LayoutDirection.LeftToRight
        for item, place in zip(self._items, self._places(rect.width()), strict=True):
            item.setGeometry(QStyle.visualRect(direction, rect, place.translated(rect.topLeft())))

    def lines(self, width: int) -> int:
        """Return how many lines the items take at `width`."""
        return (self.heightForWidth(width) + self.gap) // (self.line_height + self.gap)

    def _places(self, width: int) -> list[QRect]:
        places: list[QRect] = []
        corner = QPoint(0, 0)
        for position, item in enumerate(self._items):
            is_last = position == len(self._items) - 1
            needed = self.min_last if is_last else min(item.sizeHint().width(), width)
            if corner.x() > 0 and corner.x() + needed > width:
                corner = QPoint(0, corner.y() + self.line_height + self.gap)
            taken = max(width - corner.x(), 0) if is_last else needed
            places.append(QRect(corner.x(), corner.y(), taken, self.line_height))
            corner.setX(corner.x() + taken + self.gap)
        return places
