"""The places of the window at its leading side; a narrow window folds it to a rail of icons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAccessible, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QListView, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.account_foot import AccountFoot
from app.ui.icons import pixmap
from app.ui.theme import Theme, font, keep_scaled, theme, u
from app.ui.widgets.accessible import set_role
from app.ui.widgets.boxes import column, paint_box, paint_text
from app.ui.widgets.foot_button import FootButton

WIDTH_U = 216
RAIL_U = 56

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the window.

    Attributes:
        place_id: stable name.
        title: in words.
        icon: name of its icon.
        count: shown behind the title; 0 shows nothing.
    """

    place_id: str
    title: str
    icon: str
    count: int = 0

    @property
    def spoken(self) -> str:
        """What a screen reader says: "Temporary copies, 3"."""
        return f"{self.title}, {self.count}" if self.count else self.title


class Sidebar(QWidget):
    """A list of places and, at the foot, what always has to be at hand."""

    place_chosen = Signal(str, bool)
    """The person chose a place; True where the keyboard should follow, as after a press or Enter."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("box", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Sidebar")
        set_role(self, QAccessible.Role.Grouping)
        self._is_rail = False
        self._feet: list[FootButton | AccountFoot] = []
        self._model = _Places(self)
        self.list = _PlaceList(self._model)
        self.list.chosen.connect(self.place_chosen)
        self._column = column(self, gap=0, margins=(10, 14, 10, 12)).add(self.list).fill()
        self.setLayout(self._column)
        keep_scaled(self, self._resize)

    @property
    def is_rail(self) -> bool:
        """Whether only icons are shown."""
        return self._is_rail

    def add_place(self, place: Place) -> None:
        """Append a place."""
        self._model.append(place)
        self.list.fit()

    def set_current(self, place_id: str | None) -> None:
        """Mark a place as the one that is shown; None where none of them is."""
        if place_id is None:
            self.list.selectionModel().clear()
        else:
            self.list.mark(self._model.row_of(place_id))

    def set_count(self, place_id: str, number: int) -> None:
        """Show a number behind a place's title; 0 shows none."""
        self._model.set_count(place_id, number)

    def add_foot(self, widget: FootButton | AccountFoot) -> None:
        """Append a widget at the foot, such as the button of the transfers."""
        self._feet.append(widget)
        self._column.add(widget)
        widget.set_rail(self._is_rail)

    def set_rail(self, is_rail: bool) -> None:
        """Fold to icons, or unfold."""
        if is_rail != self._is_rail:
            self._is_rail = is_rail
            self._column.set_margins((8, 14, 8, 12) if is_rail else (10, 14, 10, 12))
            self.list.set_rail(is_rail)
            self._resize()
            for widget in self._feet:
                widget.set_rail(is_rail)

    def _resize(self) -> None:
        self.setFixedWidth(u(RAIL_U if self._is_rail else WIDTH_U))
        self.list.fit()


class _Places(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._places: list[Place] = []
        self._is_rail = False

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._places)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = self._places[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return place.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return place.spoken
        if role == Qt.ItemDataRole.ToolTipRole and self._is_rail:
            return place.spoken
        return place if role == Qt.ItemDataRole.UserRole else None

    def append(self, place: Place) -> None:
        self.beginInsertRows(QModelIndex(), len(self._places), len(self._places))
        self._places.append(place)
        self.endInsertRows()

    def set_count(self, place_id: str, number: int) -> None:
        row = self.row_of(place_id)
        self._places[row] = replace(self._places[row], count=number)
        self.dataChanged.emit(self.index(row), self.index(row))

    def set_rail(self, is_rail: bool) -> None:
        self._is_rail = is_rail

    def row_of(self, place_id: str) -> int:
        return next(row for row, place in enumerate(self._places) if place.place_id == place_id)


class _PlaceList(QListView):
    chosen = Signal(str, bool)

    def __init__(self, model: _Places) -> None:
        super().__init__()
        self._places = model
        self._draws = _PlaceDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self._draws)
        self.setAccessibleName("Places")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)

    def mark(self, row: int) -> None:
        index = self._places.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def set_rail(self, is_rail: bool) -> None:
        self._places.set_rail(is_rail)
        self._draws.is_rail = is_rail

    def fit(self) -> None:
        """Take the height of the rows."""
        self.setFixedHeight(self._places.rowCount() * self._draws.row_height())
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(before, with_keyboard=True)
            return
        super().keyPressEvent(event)
        if self.currentIndex().row() != before:
            self._choose(self.currentIndex().row(), with_keyboard=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self._choose(index.row(), with_keyboard=True)

    def _choose(self, row: int, with_keyboard: bool) -> None:
        place = self._places.index(row).data(Qt.ItemDataRole.UserRole)
        if isinstance(place, Place):
            self.chosen.emit(place.place_id, with_keyboard)


class _PlaceDelegate(QStyledItemDelegate):
    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self._list = parent
        self.is_rail = False

    def row_height(self) -> int:
        return u(40) if self.is_rail else u(38)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(u(40), self.row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        colors = theme()
        place: Place = index.data(Qt.ItemDataRole.UserRole)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        gap = 0 if self.is_rail else 2
        box = option.rect.adjusted(0, 0, 0, -u(gap))
        if self.is_rail:
            box = QRect(box.left(), box.top() + u(2), box.width(), u(36))
        self._paint_box(painter, box, option, is_current, colors)
        role = "on_accent" if is_current and colors.is_contrast else "accent" if is_current else "text2"
        self._paint_icon(painter, box, option, place, role)
        if not self.is_rail:
            self._paint_words(painter, box, option, place, is_current, colors)

    def _paint_box(
        self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, is_current: bool, colors: Theme
    ) -> None:
        fill = None
        if is_current:
            fill = colors.press
        elif option.state & QStyle.StateFlag.State_MouseOver:
            fill = colors.hover
        paint_box(painter, QRectF(box), fill, None, 0, u(7))
        if self._list.hasFocus() and option.state & QStyle.StateFlag.State_HasFocus:
            paint_box(painter, QRectF(box), None, colors.focus, 2, u(7))

    def _paint_icon(self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, place: Place, role: str) -> None:
        edge = u(18)
        left = box.left() + ((box.width() - edge) // 2 if self.is_rail else u(10))
        at = QRect(left, box.top() + (box.height() - edge) // 2, edge, edge)
        ratio = self._list.devicePixelRatioF()
        painter.drawPixmap(
            QStyle.visualRect(option.direction, box, at).topLeft(), pixmap(place.icon, role, edge, ratio)
        )

    def _paint_words(
        self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, place: Place, is_current: bool, colors: Theme
    ) -> None:
        on_box = is_current and colors.is_contrast
        number = str(place.count) if place.count else ""
        number_font = font(0.92, tabular=True)
        number_width = QFontMetrics(number_font).horizontalAdvance(number) if number else 0
        words = box.adjusted(u(39), 0, -u(10) - number_width - (u(6) if number else 0), 0)
        painter.setFont(font(weight=600 if is_current else None))
        painter.setPen(colors.on_accent if on_box else colors.text)
        title = painter.fontMetrics().elidedText(place.title, Qt.TextElideMode.ElideRight, words.width())
        paint_text(painter, QStyle.visualRect(option.direction, box, words), title, option.direction)
        if number:
            painter.setFont(number_font)
            painter.setPen(colors.on_accent if on_box else colors.text2)
            end = QRect(box.right() + 1 - u(10) - number_width, box.top(), number_width, box.height())
            paint_text(painter, QStyle.visualRect(option.direction, box, end), number, option.direction)
