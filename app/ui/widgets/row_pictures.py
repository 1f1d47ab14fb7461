"""Rows as they were drawn last, so that those that only move aren't drawn anew."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QTableView

from app.ui.theme import theme
from app.ui.widgets.row_delegate import RowDelegate

_SPARE = 16
"""Pictures kept besides those in view, for scrolling to and fro."""


class RowPictures:
    """Paints the rows of a table, each of them drawn once for as long as it says the same.

    Drawing a row takes some hundred calls into Qt, and while rows stream in, a worker may take the interpreter
    at each of them. Showing its picture takes a few.

    Args:
        rows: draws the cells.
    """

    def __init__(self, rows: RowDelegate) -> None:
        self._rows = rows
        self._kept: dict[Hashable, QPixmap] = {}

    def forget(self) -> None:
        """Draw every row anew: colours, text size or layout changed."""
        self._kept.clear()

    def paint(self, table: QTableView, part: QRect) -> None:
        """Paint the rows that reach into `part` of the viewport."""
        first, last = table.rowAt(part.top()), table.rowAt(part.bottom())
        if first < 0:
            return
        end = last + 1 if last >= 0 else table.model().rowCount()
        columns = [column for column in range(len(self._rows.columns)) if not table.isColumnHidden(column)]
        frame = self._frame(table, table.rowHeight(first), columns)
        painter = QPainter(table.viewport())
        for row in range(first, end):
            painter.drawPixmap(0, table.rowViewportPosition(row), self._picture(table, row, frame, columns))
        most = end - first + _SPARE
        while len(self._kept) > most:
            del self._kept[next(iter(self._kept))]

    def _frame(self, table: QTableView, height: int, columns: list[int]) -> tuple[float, ...]:
        """Return what all rows have in common: size, pixels of the screen a logical one, places of the columns."""
        places = map(table.columnViewportPosition, columns)
        return (table.viewport().width(), height, table.devicePixelRatioF(), *columns, *places)

    def _picture(self, table: QTableView, row: int, frame: tuple[float, ...], columns: list[int]) -> QPixmap:
        model = table.model()
        is_selected = table.selectionModel().isSelected(model.index(row, 0))
        key = (frame, is_selected, self._rows.look(model, row, columns))
        picture = self._kept.pop(key, None) or self._drawn(table, row, frame, columns, is_selected)
        self._kept[key] = picture  # at the end: what was shown last is forgotten last
        return picture

    def _drawn(
        self, table: QTableView, row: int, frame: tuple[float, ...], columns: list[int], is_selected: bool
    ) -> QPixmap:
        width, height, ratio = frame[:3]
        picture = QPixmap(round(width * ratio), round(height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme().color(self._rows.ground))
        option = QStyleOptionViewItem()
        table.initViewItemOption(option)
        if is_selected:
            option.state |= QStyle.StateFlag.State_Selected
        painter = QPainter(picture)
        for column in columns:
            left, wide = table.columnViewportPosition(column), table.columnWidth(column)
            option.rect = QRect(left, 0, wide, int(height))
            self._rows.paint(painter, option, table.model().index(row, column))
        painter.end()
        return picture


def fits_pixels(table: QTableView) -> bool:
    """Tell whether a row covers whole pixels of the screen; else pictures of neighbours would overlap."""
    return (table.verticalHeader().defaultSectionSize() * table.devicePixelRatioF()).is_integer()
