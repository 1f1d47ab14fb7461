"""Check boxes and radio buttons, drawn in the theme's colours at any size."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QStyle

from app.ui.theme import Theme, theme, u
from app.ui.widgets.boxes import paint_text

_BOX = 20
_GAP = 10


class CheckBox(QCheckBox):
    """A check box with two or three states; its words are no mnemonic."""

    def __init__(self, text: str = "", tristate: bool = False) -> None:
        super().__init__(text.replace("&", "&&"))
        self.setTristate(tristate)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return _size_hint(self, self.text().replace("&&", "&"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_check(painter, _box_rect(self), self.checkState(), theme(), is_enabled=self.isEnabled())
        _paint_words(self, painter, self.text().replace("&&", "&"))


class RadioButton(QRadioButton):
    """One of several; its words stand in labels beside it, so it draws only its mark."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(u(24), u(28))

    def hitButton(self, pos: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = u(_BOX)
        box = QRectF((self.width() - edge) / 2, (self.height() - edge) / 2, edge, edge)
        _paint_radio(painter, box, self.isChecked(), self.isEnabled())
        if self.hasFocus():
            _paint_focus(painter, QRectF(self.rect()), box.width() / 2 + u(3))


def paint_check(
    painter: QPainter,
    rect: QRect,
    state: Qt.CheckState,
    colors: Theme,
    is_selected: bool = False,
    is_enabled: bool = True,
) -> None:
    """Draw a check box into `rect`.

    Args:
        painter: to draw with.
        rect: a square; the box takes three quarters of it.
        state: unchecked, checked or in part.
        colors: the theme.
        is_selected: it stands in a selected row, which has the accent's colour in high contrast.
        is_enabled: whether it can be used.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = rect.width() / 20
    inverted = is_selected and colors.is_contrast
    fill = colors.on_accent if inverted else colors.accent if is_enabled else colors.disabled
    mark = colors.accent if inverted else colors.on_accent
    painter.translate(rect.topLeft())
    if state == Qt.CheckState.Unchecked:
        painter.setPen(QPen(colors.selected_text if inverted else colors.edge, 1.5 * unit))
        painter.setBrush(colors.raised)
        painter.drawRoundedRect(QRectF(3 * unit, 3 * unit, 14 * unit, 14 * unit), 3.5 * unit, 3.5 * unit)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(2.25 * unit, 2.25 * unit, 15.5 * unit, 15.5 * unit), 4 * unit, 4 * unit)
        pen = QPen(mark, 1.75 * unit, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        points = (
            (6.75, 10.0, 13.25, 10.0) if state == Qt.CheckState.PartiallyChecked else (6.4, 10.3, 8.9, 12.8, 13.7, 7.6)
        )
        corners = [QPointF(x * unit, y * unit) for x, y in zip(points[::2], points[1::2], strict=True)]
        painter.drawPolyline(corners)
    painter.restore()


def _paint_radio(painter: QPainter, box: QRectF, is_on: bool, is_enabled: bool) -> None:
    colors, unit = theme(), box.width() / 20
    if is_on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.accent if is_enabled else colors.disabled)
        painter.drawEllipse(box.center(), 8 * unit, 8 * unit)
        painter.setBrush(colors.on_accent)
        painter.drawEllipse(box.center(), 3.2 * unit, 3.2 * unit)
        return
    painter.setPen(QPen(colors.edge, 1.5 * unit))
    painter.setBrush(colors.raised)
    painter.drawEllipse(box.center(), 7.25 * unit, 7.25 * unit)


def _box_rect(button: QAbstractButton) -> QRect:
    edge = u(_BOX)
    whole = button.rect()
    leading = u(4) if button.text() else (whole.width() - edge) // 2
    box = QRect(leading, (whole.height() - edge) // 2, edge, edge)
    return QStyle.visualRect(button.layoutDirection(), whole, box)


def _size_hint(button: QAbstractButton, text: str) -> QSize:
    height = max(u(28), button.fontMetrics().height() + u(6))
    if not text:
        return QSize(u(28), height)
    return QSize(u(4 + _BOX + _GAP + 6) + button.fontMetrics().horizontalAdvance(text), height)


def _paint_words(button: QAbstractButton, painter: QPainter, text: str) -> None:
    colors = theme()
    if text:
        start = u(4 + _BOX + _GAP)
        words = QRect(start, 0, button.width() - start, button.height())
        painter.setPen(colors.text if button.isEnabled() else colors.disabled)
        place = QStyle.visualRect(button.layoutDirection(), button.rect(), words)
        paint_text(painter, place, text, button.layoutDirection())
    if button.hasFocus():
        _paint_focus(painter, QRectF(button.rect()), u(6))


def _paint_focus(painter: QPainter, rect: QRectF, radius: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().focus, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)
