"""A quiet button that opens a menu of values; a set one shows its value and an ×."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QStyle

from app.ui.icons import pixmap
from app.ui.theme import font, keep_scaled, theme, u
from app.ui.widgets.accessible import set_role
from app.ui.widgets.boxes import paint_box, paint_text
from app.ui.widgets.tips import plain_tip

_PADDING, _GAP, _MARK, _MOST_TEXT = 8, 4, 14, 170


class FilterButton(QAbstractButton):
    """Opens its menu when pressed.

    Signals:
        menu_asked: the menu shall be opened (`open_menu`).
        cleared: the × or the Delete key; of a set one only.

    Args:
        title: of what is filtered, for example "Type".
    """

    menu_asked = Signal()
    cleared = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self._value = ""
        set_role(self, QAccessible.Role.ButtonMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.menu_asked)
        keep_scaled(self, self.updateGeometry)
        self.set_value("")

    @property
    def value(self) -> str:
        """What is set, in words; empty for nothing."""
        return self._value

    def set_value(self, value: str) -> None:
        """Show what is set, in words; empty for nothing."""
        self._value = value
        text = f"{self.title}: {value}" if value else self.title
        self.setText(text)
        self.setAccessibleName(text)
        self.setAccessibleDescription("Delete removes it" if value else "")
        self.setToolTip(plain_tip(text) if self._text_width() > u(_MOST_TEXT) else "")
        self.updateGeometry()
        self.update()

    def open_menu(self, menu: QMenu) -> None:
        """Show a menu below the button."""
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + u(2))))

    def sizeHint(self) -> QSize:
        return QSize(u(_PADDING) * 2 + min(self._text_width(), u(_MOST_TEXT)) + u(_GAP) + u(_MARK), u(28))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._value:
            self.cleared.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.menu_asked.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._value and self.mark_rect().adjusted(-u(_GAP), 0, u(_PADDING), 0).contains(event.position().toPoint()):
            self.setDown(False)
            self.cleared.emit()
            return
        super().mouseReleaseEvent(event)

    def mark_rect(self) -> QRect:
        """Return where the × or the arrow is, over the whole height."""
        place = QRect(self.width() - u(_PADDING) - u(_MARK), 0, u(_MARK), self.height())
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme()
        fill = colors.tint if self._value else colors.hover if self.underMouse() and not colors.is_contrast else None
        line = colors.tint_line if self._value else colors.edge2 if colors.is_contrast else None
        width = colors.outline
        if self.hasFocus():
            line, width = colors.focus, 2
        paint_box(painter, QRectF(self.rect()), fill, line, width, u(6))
        role = "tint_text" if self._value else "text2"
        painter.setPen(colors.color(role))
        painter.setFont(font())
        place = QRect(u(_PADDING), 0, self.width() - 2 * u(_PADDING) - u(_GAP) - u(_MARK), self.height())
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, place.width() + 2)
        mirrored = QStyle.visualRect(self.layoutDirection(), self.rect(), place)
        paint_text(painter, mirrored.adjusted(-1, 0, 1, 0), text, self.layoutDirection())
        edge = u(12)
        mark = QRect(0, 0, edge, edge)
        mark.moveCenter(self.mark_rect().center())
        picture = pixmap("x" if self._value else "down", role, edge, self.devicePixelRatioF())
        painter.drawPixmap(mark.topLeft(), picture)

    def _text_width(self) -> int:
        return QFontMetrics(font()).horizontalAdvance(self.text()) + 2
