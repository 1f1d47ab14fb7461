"""The list of temporary copies: what, how long still, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QListView, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.staging import LIFETIME
from app.services.stage import StagedRequest
from app.ui.icons import pixmap
from app.ui.staging.model import StagedModel, StagedRole
from app.ui.theme import font, keep_scaled, scale, theme, u
from app.ui.widgets.boxes import paint_box, paint_text, row
from app.ui.widgets.buttons import Button, button
from app.ui.widgets.time_left import TimeLeft

Index = QModelIndex | QPersistentModelIndex

_ROW = 61
_NARROW = 640


class StagedView(QListView):
    """Rows 60 u high; the trailing side of each is widgets, so that each action is a button to everybody."""

    link_asked = Signal(object)
    save_asked = Signal(object)
    delete_asked = Signal(object)

    def __init__(self, model: StagedModel, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._staged = model
        self._now = now
        self._is_narrow = False
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName("Temporary copies")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.viewport().setAutoFillBackground(False)
        model.rowsInserted.connect(self._furnish)
        keep_scaled(self, self.doItemsLayout)

    def update_times(self) -> None:
        """Show what is left now."""
        now = self._now()
        for number in range(self._staged.rowCount()):
            tail = self.indexWidget(self._staged.index(number))
            if isinstance(tail, _Tail):
                tail.left.update_at(now)

    def save_current(self) -> None:
        """Ask for the ZIP of the current row."""
        request = self.currentIndex().data(StagedRole.REQUEST)
        if request is not None:
            self.save_asked.emit(request)

    def tail_width(self, index: Index) -> int:
        """Return how much of the row the widgets take."""
        tail = self.indexWidget(self._staged.index(index.row()))
        return tail.sizeHint().width() if tail is not None else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() / scale() < _NARROW
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._furnish(QModelIndex(), 0, self._staged.rowCount() - 1)

    def _furnish(self, parent: QModelIndex, first: int, last: int) -> None:
        for number in range(first, last + 1):
            index = self._staged.index(number)
            request = index.data(StagedRole.REQUEST)
            tail = _Tail(request, self._now(), self._is_narrow)
            tail.link.clicked.connect(lambda _=False, request=request: self.link_asked.emit(request))
            tail.save.clicked.connect(lambda _=False, request=request: self.save_asked.emit(request))
            tail.delete.clicked.connect(lambda _=False, request=request: self.delete_asked.emit(request))
            self.setIndexWidget(index, tail)


class _Tail(QWidget):
    def __init__(self, request: StagedRequest, now: datetime, is_narrow: bool) -> None:
        super().__init__()
        self.left = TimeLeft(LIFETIME, request.expires_at, now)
        self.link = _action("Copy link", "link", is_narrow)
        self.save = _action("Save ZIP…", "download", is_narrow)
        self.delete = _action("Delete now", "trash", is_narrow)
        # The name of the copies belongs to the action, or a screen reader reads a row of equal buttons.
        for made in (self.link, self.save, self.delete):
            made.setAccessibleDescription(request.name)
        line = row(self, gap=4, margins=(0, 0, 4, 0)).fill().add(self.left).space(8)
        self.setLayout(line.add(self.link).add(self.save).add(self.delete))
        # The others stay in line with those of the rows that have a link.
        policy = self.link.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.link.setSizePolicy(policy)
        self.link.setVisible(request.is_shared and request.archive is not None)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)


def _action(text: str, icon: str, is_narrow: bool) -> Button:
    made = button(text, "ghost", icon)
    made.set_compact(is_narrow)
    return made


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: StagedView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(u(200), u(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        whole: QRect = option.rect
        direction: Qt.LayoutDirection = option.direction
        colors = theme()
        painter.save()
        painter.fillRect(whole.left(), whole.bottom(), whole.width(), 1, colors.line)
        icon = QRect(whole.left() + u(8), whole.top() + (whole.height() - u(26)) // 2, u(26), u(26))
        picture = pixmap("zip", "text2", u(26), self._view.devicePixelRatioF())
        painter.drawPixmap(QStyle.visualRect(direction, whole, icon).topLeft(), picture)
        words = whole.adjusted(u(44), 0, -self._view.tail_width(index) - u(12), 0)
        self._write(painter, QStyle.visualRect(direction, whole, words), direction, index)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_box(painter, QRectF(whole), None, colors.focus, 2, 0)
        painter.restore()

    def _write(self, painter: QPainter, rect: QRect, direction: Qt.LayoutDirection, index: Index) -> None:
        colors = theme()
        name_font, detail_font = font(1.05, 600), font(0.95)
        name_height, detail_height = QFontMetrics(name_font).height(), QFontMetrics(detail_font).height()
        top = rect.top() + (rect.height() - name_height - detail_height) // 2
        painter.setFont(name_font)
        painter.setPen(colors.text)
        name = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, rect.width())
        paint_text(painter, QRect(rect.left(), top, rect.width(), name_height), name, direction)
        painter.setFont(detail_font)
        painter.setPen(colors.text2)
        detail = str(index.data(StagedRole.DETAIL))
        shown = painter.fontMetrics().elidedText(detail, Qt.TextElideMode.ElideRight, rect.width())
        paint_text(painter, QRect(rect.left(), top + name_height, rect.width(), detail_height), shown, direction)
