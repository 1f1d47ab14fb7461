"""A question that must be answered before work goes on, inside the window."""

from __future__ import annotations

from typing import cast

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPropertyAnimation, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QGraphicsOpacityEffect, QRadioButton, QScrollArea, QVBoxLayout, QWidget

from app.ui.theme import has_motion, keep_scaled, theme, u
from app.ui.widgets.accessible import announce, set_role
from app.ui.widgets.boxes import column, paint_box, row
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.labels import label

_FADE_MS = 120
_SHADOW = 28


class Sheet(QWidget):
    """A card over the window. Tab stays inside, Esc cancels, focus returns to where it was.

    Attributes:
        body: the column between the text and the buttons; the owner fills it.
        confirm: the filled button.
        cancel: the other one.
    """

    accepted = Signal()
    rejected = Signal()
    closed = Signal()
    """Emitted after `accepted` or `rejected`; the sheet deletes itself then."""

    def __init__(self, title: str, text: str, confirm: str, cancel: str = "Cancel", width: float = 520) -> None:
        """Args: `confirm` and `cancel` are the buttons' words, `width` is in `u`."""
        super().__init__()
        self._title = label(title, 1.3, 600, wrap=True)
        self._text = label(text, role="text2", wrap=True)
        self._aside = label(role="text2", wrap=True)
        # Showing it now would open a window of its own.
        if not text:
            self._text.hide()
        self._returns_to: QWidget | None = None
        self._first: QWidget | None = None
        self.confirm = Button(confirm, "primary")
        self.cancel = Button(cancel)
        self.body = QVBoxLayout()
        self.body.setSpacing(0)
        self._width = width
        self._card = _Card()
        self._fill_card()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title)
        set_role(self, QAccessible.Role.Dialog)
        self.confirm.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self.hide()

    def set_words(self, title: str, text: str) -> None:
        """Ask something else, for example about the next file."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(title)
        self._place()

    def set_confirm(self, text: str, kind: Kind = "primary") -> None:
        """Let the confirming button repeat the choice."""
        self.confirm.setText(text)
        self._place()

    def set_aside(self, text: str) -> None:
        """Say something beside the buttons."""
        self._aside.setText(text)
        self._place()

    def set_first(self, widget: QWidget) -> None:
        """Choose what gets the keyboard when the sheet opens; the confirming button where nothing is chosen."""
        self._first = widget

    def open_on(self, window: QWidget) -> None:
        """Cover `window` and take the keyboard."""
        self._returns_to = window.focusWidget()
        self.setParent(window)
        window.installEventFilter(self)
        cast(QApplication, QApplication.instance()).focusChanged.connect(self._keep_focus)
        self._place()
        self.show()
        self.raise_()
        self._place()
        (self._first or self.confirm).setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{self._title.text()}. {self._text.text()}", is_urgent=True)
        self._fade_in()

    def accept(self) -> None:
        """Close with the confirmed choice."""
        self._close()
        self.accepted.emit()
        self.closed.emit()

    def reject(self) -> None:
        """Close without one."""
        self._close()
        self.rejected.emit()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window also when its size changes."""
        if watched is self.parent() and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        # Shortcuts of the window below must not act while the sheet asks.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.reject()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        event.accept()

    def focusNextPrevChild(self, is_next: bool) -> bool:
        stops = self._stops()
        if not stops:
            return True
        focused = QApplication.focusWidget()
        at = stops.index(focused) if focused in stops else -1
        reason = Qt.FocusReason.TabFocusReason if is_next else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if is_next else -1)) % len(stops)].setFocus(reason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme()
        painter.fillRect(self.rect(), colors.scrim)
        if not colors.is_contrast:
            _paint_shadow(painter, self._card.geometry())

    def _fill_card(self) -> None:
        inner = _Inner()
        inner.needs_room.connect(self._place)
        self._inner_layout = column(inner, gap=0).add(self._title).space(4).add(self._text).space(14)
        self._inner_layout.addLayout(self.body)
        inner.setLayout(self._inner_layout)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._foot = row(self._card, gap=10).add(self._aside, 1).add(self.cancel).add(self.confirm)
        layout = column(self._card, gap=0, margins=(24, 22, 24, 20))
        layout.add(self._scroll, 1).space(20).add(self._foot)
        self._card.setLayout(layout)
        self._card.setParent(self)
        keep_scaled(self, self._place)

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        self.setGeometry(parent.rect())
        width = min(u(self._width), self.width() - u(32))
        self._inner_layout.activate()
        inner = width - 2 * u(24)
        height = self._inner_layout.totalHeightForWidth(inner)
        height += u(22 + 20 + 20) + max(self.confirm.sizeHint().height(), self._foot.heightForWidth(inner))
        height = min(height, self.height() - u(32))
        top = max(u(16), (self.height() - height) // 2 - u(10))
        self._card.setGeometry(QRect((self.width() - width) // 2, top, width, height))
        self.update()

    def _close(self) -> None:
        cast(QApplication, QApplication.instance()).focusChanged.disconnect(self._keep_focus)
        parent = self.parentWidget()
        if parent is not None:
            parent.removeEventFilter(self)
        self.hide()
        target = self._returns_to
        if target is not None and shiboken6.isValid(target) and target.isVisible():
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        self.deleteLater()

    def _enter(self) -> None:
        if self.cancel.hasFocus():
            self.reject()
        elif self.confirm.isEnabled():
            self.accept()

    def _keep_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self._is_behind(new) and not _is_in_sheet(new):
            self._focus_inside().setFocus(Qt.FocusReason.OtherFocusReason)

    def _is_behind(self, widget: QWidget) -> bool:
        parent = self.parentWidget()
        return (
            parent is not None and parent.isAncestorOf(widget) and not self.isAncestorOf(widget) and widget is not self
        )

    def _focus_inside(self) -> QWidget:
        stops = self._stops()
        return self._first if self._first in stops and self._first is not None else stops[0] if stops else self

    def _stops(self) -> list[QWidget]:
        found: list[QWidget] = []
        widget = self.nextInFocusChain()
        while widget is not None and widget is not self:
            if self.isAncestorOf(widget) and _takes_tab(widget):
                found.append(widget)
            widget = widget.nextInFocusChain()
        return found

    def _fade_in(self) -> None:
        if not has_motion(self):
            return
        effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(effect)
        fade = QPropertyAnimation(effect, b"opacity", self)
        fade.setDuration(_FADE_MS)
        fade.setStartValue(0.0)
        fade.setEndValue(1.0)
        fade.finished.connect(lambda: self.setGraphicsEffect(None))  # type: ignore[arg-type]
        fade.start()


def _is_in_sheet(widget: QWidget | None) -> bool:
    while widget is not None and not isinstance(widget, Sheet):
        widget = widget.parentWidget()
    return widget is not None


def _takes_tab(widget: QWidget) -> bool:
    if isinstance(widget, QRadioButton) and not widget.isChecked():
        return False
    policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return policy == Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()


class _Inner(QWidget):
    needs_room = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.needs_room.emit()
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        # Without a width, sentences ask for more lines than they need in this one; then it would scroll.
        return QSize(super().minimumSizeHint().width(), 0)


class _Card(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        line = colors.edge2 if colors.name != "light" else colors.line
        paint_box(QPainter(self), QRectF(self.rect()), colors.raised, line, colors.outline, u(12))


def _paint_shadow(painter: QPainter, card: QRect) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 3))
    reach, drop = u(_SHADOW), u(12)
    for step in range(0, reach, 2):
        rect = QRectF(card).adjusted(-step, -step + drop, step, step + drop)
        painter.drawRoundedRect(rect, u(12) + step, u(12) + step)
    painter.restore()
