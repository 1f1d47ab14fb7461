"""Draws the cells of a table itself: quick, and alike on every system."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QIcon, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from app.core.tags import visible
from app.ui.icons import icon
from app.ui.theme import Theme, font, theme, u
from app.ui.widgets.boxes import paint_text
from app.ui.widgets.choice import paint_check
from app.ui.widgets.columns import Column, Role, RowAction
from app.ui.widgets.progress import paint_progress
from app.ui.widgets.tips import plain_tip

CHECK_WIDTH = 36
ACTION_WIDTH = 30
CELL_ICON = 26
"""Room of an icon before the text of any column but the first, its gap included."""
_PADDING = 11
# The table reaches as far past the page's text edge, so that its first icon stands in line with the page's texts.
_FIRST_PADDING = 8
_ICON = 22
_MOST_TEXTS = 4096
_ICON_DRAWN = 19

Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Row tint, hairline, check box, icon, text, progress and row buttons.

    Attributes:
        columns: how each column is drawn.
        has_checks: the first column begins with a check box.
        shows_checks: on every row, not only below the pointer.
        hovered_row: the row below the pointer; -1 for none.
        current_row: the row with the frame; -1 for none.
        last_column: the last one shown.
        ground: colour of the theme behind the rows.
    """

    def __init__(self, columns: tuple[Column, ...], has_checks: bool) -> None:
        super().__init__()
        self.columns = columns
        self.has_checks = has_checks
        self.shows_checks = False
        self.hovered_row = -1
        self.hovered_action: tuple[int, int, int] | None = None
        self.current_row = -1
        self.last_column = len(columns) - 1
        self.ground = "bg"
        self.refresh()

    def refresh(self) -> None:
        """Take over text size."""
        self._font = font()
        self._number_font = font(tabular=True)
        self._padding = u(_PADDING)
        self._start = u(CHECK_WIDTH) + u(_PADDING) if self.has_checks else u(_FIRST_PADDING)
        self._texts: dict[tuple[str, int], str] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors = theme()
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = option.rect
        painter.save()
        self._paint_ground(painter, rect, index, is_selected, colors)
        content = self.content_rect(rect, index.column(), option.direction)
        if index.column() == 0 and self.has_checks:
            self._paint_check(painter, option, index, is_selected, colors)
        self._paint_content(painter, option, index, content, is_selected, colors)
        if index.row() == self.current_row:
            self._paint_frame(painter, option, index, colors, is_selected)
        painter.restore()

    def look(self, model: QAbstractItemModel, row: int, columns: Sequence[int]) -> tuple[Hashable, ...]:
        """Return all that the picture of a row depends on besides its size, its selection and the theme."""
        action = self.hovered_action if self.hovered_action is not None and self.hovered_action[0] == row else None
        place = (row == self.hovered_row, action and action[1:], row == self.current_row, self.shows_checks)
        told: Hashable = model.data(model.index(row, 0), Role.LOOK)
        if told is not None:
            return (*place, told)
        return (*place, *(self._look_of_cell(model, model.index(row, column)) for column in columns))

    def content_rect(self, cell: QRect, column: int, direction: Qt.LayoutDirection) -> QRect:
        """Return the cell without its padding and its check box; header and rows share it, so texts stand in line."""
        start = self._start if column == 0 else self._padding
        inner = cell.adjusted(start, 0, -self._padding, -1)
        return inner if direction == Qt.LayoutDirection.LeftToRight else QStyle.visualRect(direction, cell, inner)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the whole text of a cell that is shortened."""
        if event.type() != QEvent.Type.ToolTip:
            return False
        tip = index.data(Qt.ItemDataRole.ToolTipRole) or self._hidden_text(option, index)
        QToolTip.showText(event.globalPos(), plain_tip(str(tip)) if tip else "", view)
        return True

    def action_rects(self, rect: QRect, actions: int, direction: Qt.LayoutDirection) -> list[QRect]:
        """Return where the buttons of a cell are, the first one first in reading direction."""
        width = u(ACTION_WIDTH)
        start = rect.right() + 1 - u(6) - actions * width
        places = [QRect(start + n * width, rect.top(), width, rect.height()) for n in range(actions)]
        return [QStyle.visualRect(direction, rect, place) for place in places]

    def shown_actions(self, index: Index, is_selected: bool) -> tuple[RowAction, ...]:
        """Return the buttons that the cell shows now."""
        actions: tuple[RowAction, ...] = index.data(Role.ACTIONS) or ()
        if is_selected or index.row() in (self.hovered_row, self.current_row):
            return actions
        return tuple(action for action in actions if action.is_always_shown)

    def _look_of_cell(self, model: QAbstractItemModel, index: Index) -> tuple[Hashable, ...]:
        mark = model.data(index, Qt.ItemDataRole.DecorationRole)
        drawn = mark.cacheKey() if isinstance(mark, QIcon) else None
        roles = (Qt.ItemDataRole.DisplayRole, Role.TONE, Role.PROGRESS, Role.ACTIONS)
        return (drawn, *(model.data(index, role) for role in roles))

    def _paint_ground(self, painter: QPainter, rect: QRect, index: Index, is_selected: bool, colors: Theme) -> None:
        if is_selected:
            painter.fillRect(rect, colors.tint)
        elif index.row() == self.hovered_row and not colors.is_contrast:
            painter.fillRect(rect, colors.hover if self.ground == "side" else colors.well)
        line = QRect(rect.left(), rect.bottom(), rect.width(), 1)
        painter.fillRect(line, colors.line)

    def _paint_content(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
        content: QRect,
        is_selected: bool,
        colors: Theme,
    ) -> None:
        spec = self.columns[index.column()]
        if not spec.is_number:
            if spec.actions:
                content = self._paint_actions(painter, option, index, content, is_selected)
            progress = index.data(Role.PROGRESS) if not spec.stretches else None
            if progress is not None:
                self._paint_progress(painter, option, content, float(progress))
                return
            content = self._paint_icon(painter, option, index, content, is_selected)
        self._paint_text(painter, option, index, content, is_selected, colors)

    def _paint_check(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, is_selected: bool, colors: Theme
    ) -> None:
        if not self.shows_checks and index.row() != self.hovered_row:
            return
        rect, edge = option.rect, u(20)
        box = QRect(rect.left() + u(13), rect.top() + (rect.height() - edge) // 2, edge, edge)
        state = Qt.CheckState.Checked if is_selected else Qt.CheckState.Unchecked
        paint_check(painter, QStyle.visualRect(option.direction, rect, box), state, colors, is_selected)

    def _paint_actions(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, content: QRect, is_selected: bool
    ) -> QRect:
        actions = self.shown_actions(index, is_selected)
        places = self.action_rects(option.rect, len(actions), option.direction)
        for position, (action, place) in enumerate(zip(actions, places, strict=True)):
            square = QRect(0, 0, u(28), u(28))
            square.moveCenter(place.center())
            if self.hovered_action == (index.row(), index.column(), position):
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().press)
                painter.drawRoundedRect(square, u(6), u(6))
            mode = QIcon.Mode.Selected if is_selected else QIcon.Mode.Normal
            mark = QRect(0, 0, u(16), u(16))
            mark.moveCenter(square.center())
            icon(action.icon).paint(painter, mark, mode=mode)
        used = len(actions) * u(ACTION_WIDTH)
        return QStyle.visualRect(
            option.direction,
            option.rect,
            QStyle.visualRect(option.direction, option.rect, content).adjusted(0, 0, -used, 0),
        )

    def _paint_progress(self, painter: QPainter, option: QStyleOptionViewItem, content: QRect, part: float) -> None:
        height = max(2, u(4))
        line = QRectF(content.left(), content.center().y() - height / 2 + 1, content.width(), height)
        is_mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        paint_progress(painter, line, 0.0, part, is_mirrored=is_mirrored)

    def _paint_icon(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, content: QRect, is_selected: bool
    ) -> QRect:
        mark = index.data(Qt.ItemDataRole.DecorationRole)
        if not isinstance(mark, QIcon):
            return content
        edge, drawn = (u(_ICON), u(_ICON_DRAWN)) if index.column() == 0 else (u(CELL_ICON) - u(8), u(16))
        box = QRect(0, 0, drawn, drawn)
        box.moveCenter(QRect(content.left(), content.top(), edge, content.height()).center())
        mode = QIcon.Mode.Selected if is_selected else QIcon.Mode.Normal
        mark.paint(painter, QStyle.visualRect(option.direction, content, box), mode=mode)
        rest = content.adjusted(edge + u(8), 0, 0, 0)
        return QStyle.visualRect(option.direction, content, rest)

    def _paint_text(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
        content: QRect,
        is_selected: bool,
        colors: Theme,
    ) -> None:
        text = index.data(Qt.ItemDataRole.DisplayRole)
        if not text:
            return
        spec = self.columns[index.column()]
        painter.setFont(self._number_font if spec.samples or spec.is_number else self._font)
        painter.setPen(self._color(index, is_selected, colors))
        mode = Qt.TextElideMode.ElideMiddle if index.column() == 0 else Qt.TextElideMode.ElideRight
        shown = self._shortened(painter, str(text), mode, content.width())
        side = Qt.AlignmentFlag.AlignTrailing if spec.is_number else Qt.AlignmentFlag.AlignLeading
        paint_text(painter, content, shown, option.direction, side)

    def _hidden_text(self, option: QStyleOptionViewItem, index: Index) -> str:
        text = visible(str(index.data(Qt.ItemDataRole.DisplayRole) or ""))
        room = self.content_rect(option.rect, index.column(), option.direction).width()
        if isinstance(index.data(Qt.ItemDataRole.DecorationRole), QIcon):
            room -= u(_ICON) + u(8) if index.column() == 0 else u(CELL_ICON)
        return text if QFontMetrics(self._font).horizontalAdvance(text) > room else ""

    def _shortened(self, painter: QPainter, text: str, mode: Qt.TextElideMode, width: int) -> str:
        # Rows are painted again and again while others stream in; measuring is half of the work.
        key = (text, width)
        found = self._texts.get(key)
        if found is None:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            found = painter.fontMetrics().elidedText(visible(text), mode, width)
            self._texts[key] = found
        return found

    def _color(self, index: Index, is_selected: bool, colors: Theme) -> QColor:
        if is_selected and colors.is_contrast:
            return colors.selected_text
        tone = index.data(Role.TONE)
        if tone is not None:
            return colors.color(str(tone))
        if is_selected:
            return colors.selected_text
        return colors.text if index.column() == 0 else colors.text2

    def _paint_frame(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, colors: Theme, is_selected: bool
    ) -> None:
        rect, width = option.rect, 2
        color = colors.focus if not (colors.is_contrast and is_selected) else colors.selected_text
        painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), width), color)
        painter.fillRect(QRect(rect.left(), rect.bottom() - width + 1, rect.width(), width), color)
        is_mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        at_left, at_right = (self.last_column, 0) if is_mirrored else (0, self.last_column)
        if index.column() == at_left:
            painter.fillRect(QRect(rect.topLeft(), QSize(width, rect.height())), color)
        if index.column() == at_right:
            painter.fillRect(QRect(rect.topRight() - QPoint(width - 1, 0), QSize(width, rect.height())), color)
