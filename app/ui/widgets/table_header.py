"""The header of a table: quiet titles, a sort arrow, and a check box for all rows."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyle, QTableView

from app.ui.icons import pixmap
from app.ui.theme import font, theme, u
from app.ui.widgets.boxes import paint_text
from app.ui.widgets.header_check import HeaderCheck
from app.ui.widgets.row_delegate import RowDelegate

ARROW = 12
_HEIGHT = 32


class TableHeader(QHeaderView):
    """Drawn by itself.

    Attributes:
        check: selects all rows or none; None where rows have no check boxes.
    """

    def __init__(self, table: QTableView, rows: RowDelegate) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._rows = rows
        self._columns = rows.columns
        self.check: HeaderCheck | None = None
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(u(20))
        self.sectionResized.connect(self._place_check)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), u(_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_check()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        colors = theme()
        painter.fillRect(
            QRect(rect.left(), rect.bottom() + 1 - colors.outline, rect.width(), colors.outline), colors.line
        )
        content = self._rows.content_rect(rect, section, self.layoutDirection())
        content = self._paint_arrow(painter, content, section)
        title = str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")
        painter.setFont(font(0.92))
        painter.setPen(colors.text2)
        side = Qt.AlignmentFlag.AlignTrailing if self._columns[section].is_number else Qt.AlignmentFlag.AlignLeading
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, content.width())
        paint_text(painter, content, shown, self.layoutDirection(), side)

    def _paint_arrow(self, painter: QPainter, content: QRect, section: int) -> QRect:
        if not self.isSortIndicatorShown() or self.sortIndicatorSection() != section:
            return content
        is_down = self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        picture = pixmap("down" if is_down else "up", "text2", u(ARROW), self.devicePixelRatioF())
        # At the side where the title doesn't stand, so that it stays in line with its column.
        is_number = self._columns[section].is_number
        left = content.left() if is_number else content.right() + 1 - u(ARROW)
        place = QRect(left, content.top() + (content.height() - u(ARROW)) // 2 + 1, u(ARROW), u(ARROW))
        painter.drawPixmap(QStyle.visualRect(self.layoutDirection(), content, place).topLeft(), picture)
        used = u(ARROW) + u(4)
        rest = content.adjusted(used, 0, 0, 0) if is_number else content.adjusted(0, 0, -used, 0)
        return QStyle.visualRect(self.layoutDirection(), content, rest)

    def add_check(self, table: QTableView) -> HeaderCheck:
        """Add the box for all rows, once the header is the table's."""
        self.check = HeaderCheck(table)
        return self.check

    def _place_check(self) -> None:
        if self.check is not None:
            self.check.place()
