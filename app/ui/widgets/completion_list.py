"""The list of tags in use below a tag field: what it holds, how it looks, where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.completion import Suggestion
from app.core.tags import visible
from app.ui import words
from app.ui.icons import icon
from app.ui.theme import font, theme, u
from app.ui.widgets.boxes import paint_box, paint_text, row

Index = QModelIndex | QPersistentModelIndex

ROWS = 6
"""Rows at most, that of a new tag included."""

_SUGGESTION = Qt.ItemDataRole.UserRole
_ROW = 34
_WIDTH = 340
_PADDING = 6
_ICON = 18


class CompletionModel(QAbstractListModel):
    """Tags in use, most used first, and what was typed as a new one."""

    def __init__(self) -> None:
        super().__init__()
        self._suggestions: tuple[Suggestion, ...] = ()
        self._new = ""

    def show(self, suggestions: Sequence[Suggestion], new: str) -> None:
        """Offer these; `new` is what was typed, empty where that can't be a new tag."""
        self.beginResetModel()
        self._suggestions, self._new = tuple(suggestions), new
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's signature
        return 0 if parent.isValid() else len(self._suggestions) + bool(self._new)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        suggestion = self.suggestion(index.row())
        if role == _SUGGESTION:
            return suggestion
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(suggestion.value) if suggestion else f"New tag “{visible(self._new)}”"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.said(index.row())
        return None

    def suggestion(self, row: int) -> Suggestion | None:
        """Return the tag in use of a row; None for that of a new tag."""
        return self._suggestions[row] if 0 <= row < len(self._suggestions) else None

    def said(self, row: int) -> str:
        """Return a row as a screen reader says it."""
        suggestion = self.suggestion(row)
        if suggestion is None:
            return f"New tag “{visible(self._new)}”"
        return f"{visible(suggestion.value)}, {words.files(suggestion.files)}"


class CompletionPopup(QWidget):
    """The rows in a box below the field; the keyboard stays in the field, which moves the highlight.

    Signals:
        chosen: with the row that was pressed.

    Attributes:
        rows: the list.
        model: what it holds.
    """

    chosen = Signal(int)

    def __init__(self, field: QWidget) -> None:
        """Args: `field` is what it stands below, or above, in the same window."""
        super().__init__(field)
        self._field = field
        self.model = CompletionModel()
        self.rows = _Rows(self.model)
        self.rows.released.connect(self.chosen)
        self.setLayout(row(self, margins=(_PADDING, _PADDING, _PADDING, _PADDING)).add(self.rows, 1))
        self.hide()

    @property
    def highlighted(self) -> int:
        """The highlighted row; -1 for none."""
        return self.rows.currentIndex().row()

    def highlight(self, number: int) -> None:
        """Highlight a row; -1 for none."""
        self.rows.highlight(number)

    def open_at(self, x: int) -> None:
        """Show it without a highlight, below the field, or above it where there is more room.

        Args:
            x: of the text's beginning, in the field.
        """
        window, gap = self._field.window(), u(4)
        self.setParent(window)
        self.highlight(-1)
        top, bottom = (self._field.mapTo(window, QPoint(0, y)).y() for y in (0, self._field.height()))
        below, above = window.height() - bottom - 2 * gap, top - 2 * gap
        height = self.model.rowCount() * u(_ROW) + 2 * u(_PADDING)
        is_below = height <= below or below >= above
        height = min(height, below if is_below else above)
        width = min(u(_WIDTH), window.width() - 2 * u(8))
        left = self._field.mapTo(window, QPoint(x, 0)).x()
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left -= width
        left = max(u(8), min(left, window.width() - width - u(8)))
        self.setGeometry(left, bottom + gap if is_below else top - gap - height, width, height)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        paint_box(QPainter(self), QRectF(self.rect()), colors.raised, colors.edge2, colors.outline, u(10))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # its edge isn't a way to what lies behind it


class _Rows(QListView):
    released = Signal(int)

    def __init__(self, model: CompletionModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName("Tags in use")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)

    def highlight(self, number: int) -> None:
        self.setCurrentIndex(self.model().index(number, 0) if number >= 0 else QModelIndex())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.highlight(self.indexAt(event.position().toPoint()).row())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self.indexAt(event.position().toPoint()).row()
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self.released.emit(number)


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, u(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors, rect, direction = theme(), option.rect, option.direction
        is_lit = bool(option.state & QStyle.StateFlag.State_Selected)
        suggestion = index.data(_SUGGESTION)
        painter.save()
        if is_lit:
            paint_box(painter, QRectF(rect), colors.tint, None, 0, u(6))
        text, quiet = (colors.tint_text, colors.tint_text) if is_lit else (colors.text, colors.text2)

        def mirrored(place: QRect) -> QRect:
            return QStyle.visualRect(direction, rect, place)

        inner = rect.adjusted(u(10), 0, -u(10), 0)
        mark = QRect(inner.left(), inner.center().y() - u(_ICON) // 2, u(_ICON), u(_ICON))
        role = "tint_text" if is_lit else "text2"
        icon("tag" if suggestion else "plus", role).paint(painter, mirrored(mark))
        inner.setLeft(mark.right() + u(10))
        if is_lit:
            inner.setRight(_paint_key(painter, inner, mirrored, direction))
        if suggestion is not None:
            painter.setFont(font(0.92, tabular=True))
            painter.setPen(quiet)
            count = words.files(suggestion.files)
            place = QRect(inner)
            place.setLeft(inner.right() - painter.fontMetrics().horizontalAdvance(count))
            paint_text(painter, mirrored(place), count, direction, Qt.AlignmentFlag.AlignTrailing)
            inner.setRight(place.left() - u(10))
        painter.setPen(text)
        match = suggestion.match if suggestion is not None else (0, 0)
        _paint_matched(painter, mirrored(inner), index.data(), match, direction)
        painter.restore()


def _paint_key(
    painter: QPainter, inner: QRect, mirrored: Callable[[QRect], QRect], direction: Qt.LayoutDirection
) -> int:
    """Draw the *Enter* key at the trailing side; return where what stands before it ends."""
    colors = theme()
    painter.setFont(font(0.85, 500))
    width = painter.fontMetrics().horizontalAdvance("Enter") + u(16)
    key = QRect(inner.right() - width + u(4), inner.top() + u(5), width, inner.height() - u(10))
    paint_box(painter, QRectF(mirrored(key)), None, colors.tint_line, colors.outline, u(5))
    painter.setPen(colors.tint_text)
    paint_text(painter, mirrored(key), "Enter", direction, Qt.AlignmentFlag.AlignHCenter)
    return key.left() - u(10)


def _paint_matched(
    painter: QPainter, place: QRect, text: str, match: tuple[int, int], direction: Qt.LayoutDirection
) -> None:
    """Draw a tag with the letters that were typed in weight 600; a longer one is cut at its end."""
    bold = QTextCharFormat()
    bold.setFont(font(weight=600))
    found = QTextLayout.FormatRange()
    found.start, found.length = _utf16(text[: match[0]]), _utf16(text[match[0] : match[1]])
    found.format = bold
    shown = QFontMetrics(bold.font()).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    layout = QTextLayout(shown, font())
    layout.setFormats([found])
    wanted = QTextOption(QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeading))
    wanted.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    wanted.setAlignment(wanted.alignment() | Qt.AlignmentFlag.AlignAbsolute)
    wanted.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(wanted)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(place.width())
    layout.endLayout()
    layout.draw(painter, QPointF(place.left(), place.top() + (place.height() - line.height()) / 2))


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
