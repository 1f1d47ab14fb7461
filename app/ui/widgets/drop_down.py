"""A box that shows the chosen one of a few values and opens a menu of all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QActionGroup, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QStyle

from app.ui.icons import icon, pixmap
from app.ui.theme import font, keep_scaled, theme, u
from app.ui.widgets.accessible import set_role
from app.ui.widgets.boxes import paint_box, paint_text

CONTROL_U = 210
"""Width that controls in one column share, in `u`."""

_HEIGHT, _PADDING, _MARK = 34, 11, 12


class DropDown(QAbstractButton):
    """One of several values.

    Signals:
        chosen: with the position of the value that the person chose.
    """

    chosen = Signal(int)

    def __init__(self, title: str, values: Sequence[str]) -> None:
        """Args: `title` is what a screen reader says before the value."""
        super().__init__()
        self._title = title
        self._values = tuple(values)
        self._current = 0
        set_role(self, QAccessible.Role.ButtonMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        keep_scaled(self, self.updateGeometry)
        self.show_values(values, 0)

    def show_values(self, values: Sequence[str], current: int) -> None:
        """Offer these values; the one at `current` is chosen."""
        self._values, self._current = tuple(values), current
        text = self._values[current]
        self.setText(text)
        self.setAccessibleName(f"{self._title}: {text}")
        self.updateGeometry()
        self.update()

    def menu(self) -> QMenu:
        """Return the menu of all values; the chosen one has a check mark."""
        made = QMenu(self._title, self)
        group = QActionGroup(made)
        for position, value in enumerate(self._values):
            action = group.addAction(value.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(position == self._current)
            if position == self._current:
                action.setIcon(icon("check", "accent"))
            action.triggered.connect(lambda _on, position=position: self.chosen.emit(position))
        made.addActions(group.actions())
        return made

    def sizeHint(self) -> QSize:
        return QSize(u(CONTROL_U), u(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme()
        fill = colors.hover if self.underMouse() and not colors.is_contrast else colors.raised
        line, width = (colors.focus, 2) if self.hasFocus() else (colors.edge, colors.outline)
        paint_box(painter, QRectF(self.rect()), fill, line, width, u(7))
        painter.setFont(font())
        painter.setPen(colors.text)
        words = QRect(u(_PADDING), 0, self.width() - u(3 * _PADDING + _MARK) + 2, self.height())
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, words.width())
        paint_text(painter, self._mirrored(words), shown, self.layoutDirection())
        edge = u(_MARK)
        mark = QRect(self.width() - u(_PADDING) - edge, (self.height() - edge) // 2, edge, edge)
        picture = pixmap("down", "text2", edge, self.devicePixelRatioF())
        painter.drawPixmap(self._mirrored(mark).topLeft(), picture)

    def _mirrored(self, place: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    def _open(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + u(2))))
