"""One value in a tag field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QStyle, QWidget

from app.core.query import Relation, Term
from app.core.tags import visible
from app.ui.icons import icon
from app.ui.theme import font, keep_scaled, theme, u
from app.ui.widgets.accessible import set_role
from app.ui.widgets.boxes import paint_box, paint_text
from app.ui.widgets.buttons import ToolButton

_READS = {Relation.IS: "{}", Relation.IS_NOT: "not {}", Relation.BEGINS_WITH: "begins with {}"}


class Chip(QWidget):
    """A value with an × to remove it; Enter changes how it is meant, where that can be."""

    removed = Signal()
    """The × or the Delete key."""

    relation_chosen = Signal(object)
    """Another `Relation` was chosen in the menu."""

    menu_made = Signal(object)
    """The `QMenu` is about to open; who knows more to do with the tag adds it."""

    stepped = Signal(int)
    """An arrow key: -1 towards the start of the field, 1 towards its end."""

    def __init__(self, term: Term, with_relations: bool) -> None:
        super().__init__()
        self.term = term
        self._with_relations = with_relations
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        set_role(self, QAccessible.Role.ButtonMenu if with_relations else QAccessible.Role.Grouping)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._remove = ToolButton(self)
        self._remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._remove.setIcon(icon("x", "tint_text"))
        self._remove.setAccessibleName(f"Remove tag {visible(term.value)}")
        self._remove.clicked.connect(self.removed)
        keep_scaled(self, self._resize)
        self.set_term(term)

    def set_term(self, term: Term) -> None:
        """Show another term."""
        self.term = term
        self.setAccessibleName(f"Tag {self.text()}")
        self.setAccessibleDescription("Enter: is, is not or begins with" if self._with_relations else "")
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Return what the chip reads, for example "not Draft"."""
        return _READS[self.term.relation].format(visible(self.term.value))

    def sizeHint(self) -> QSize:
        width = QFontMetrics(font(weight=500)).horizontalAdvance(self.text())
        return QSize(u(10) + width + 2 + self._remove.width() + u(4), u(28))

    def resizeEvent(self, event: object) -> None:
        whole = self.rect()
        place = QRect(whole.width() - self._remove.width() - u(4), 0, self._remove.width(), self._remove.height())
        place.moveTop((whole.height() - place.height()) // 2)
        self._remove.setGeometry(QStyle.visualRect(self.layoutDirection(), whole, place))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            is_forward = (key == Qt.Key.Key_Right) != self.isRightToLeft()
            self.stepped.emit(1 if is_forward else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._with_relations:
            self._open_menu(self.mapToGlobal(QPoint(0, self.height() + u(2))))
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._with_relations and self.rect().contains(event.pos()):
            self._open_menu(self.mapToGlobal(QPoint(0, self.height() + u(2))))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._with_relations:
            self._open_menu(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme()
        line = colors.focus if self.hasFocus() else colors.tint_line
        paint_box(painter, QRectF(self.rect()), colors.tint, line, 2 if self.hasFocus() else colors.outline, u(6))
        painter.setPen(colors.tint_text)
        painter.setFont(font(weight=500))
        words = QRect(u(10), 0, self.width() - u(14) - self._remove.width(), self.height())
        place = QStyle.visualRect(self.layoutDirection(), self.rect(), words)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, place.width())
        paint_text(painter, place, text, self.layoutDirection())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self.width() < self.sizeHint().width():
            self.setToolTip(self.text())
        return super().event(event)

    def relation_menu(self) -> QMenu:
        """Return the menu *is / is not / begins with* and what else there is; the relation in force is checked."""
        menu = QMenu(self)
        for relation in Relation:
            action = menu.addAction(relation.value)
            action.setCheckable(True)
            action.setChecked(relation is self.term.relation)
            if action.isChecked():
                action.setIcon(icon("check", "accent"))
            action.triggered.connect(lambda _checked, chosen=relation: self.relation_chosen.emit(chosen))
        self.menu_made.emit(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open_menu(self, place: QPoint) -> None:
        self.relation_menu().popup(place)

    def _resize(self) -> None:
        self._remove.setIconSize(QSize(u(13), u(13)))
        self._remove.setFixedSize(u(20), u(20))
        self.updateGeometry()
