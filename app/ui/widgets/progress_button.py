"""A button that says what runs and how far it is, for the foot of the sidebar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent

from app.ui.icons import pixmap
from app.ui.theme import font, theme, u
from app.ui.widgets.boxes import paint_box, paint_text
from app.ui.widgets.foot_button import FLAT, FootButton
from app.ui.widgets.progress import paint_progress
from app.ui.widgets.tips import shows_name

_WITH_LINE = 56


class ProgressButton(FootButton):
    """Two lines, words and progress; in the rail an icon with the percentage below it."""

    def __init__(self, icon: str = "transfers") -> None:
        super().__init__()
        self._icon = icon
        self._fraction: float | None = None
        self._is_open = False
        self._tone: str | None = None

    def set_state(self, text: str, spoken: str, fraction: float | None, tone: str | None = None) -> None:
        """Show what runs.

        Args:
            text: in few words, such as "Uploading 14 of 38".
            spoken: accessible name and tooltip: everything, and what a press does.
            fraction: how much is done, 0 to 1; None draws no line.
            tone: colour of the theme for an icon of warning instead of the line; None for none.
        """
        self._fraction, self._tone = fraction, tone
        self.setText(text)
        self.setAccessibleName(spoken)
        self.set_height(_WITH_LINE if fraction is not None else FLAT)
        self.update()

    def set_open(self, is_open: bool) -> None:
        """Say whether what it opens is open."""
        self._is_open = is_open
        self.update()

    def event(self, event: QEvent) -> bool:
        return shows_name(self, event) or super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme()
        fill = colors.hover if self.underMouse() or self._is_open else None
        if (self._is_open and not colors.is_contrast) or self.isDown():
            fill = colors.press if not colors.is_contrast else None
        box = QRectF(self.rect())
        paint_box(painter, box, fill, colors.edge2 if colors.is_contrast else None, colors.outline, u(7))
        if self.hasFocus():
            paint_box(painter, box, None, colors.focus, 2, u(7))
        if self.is_rail:
            self._paint_rail(painter)
        else:
            self._paint_lines(painter)

    def _paint_lines(self, painter: QPainter) -> None:
        colors, edge = theme(), u(16)
        top = u(9) if self._fraction is not None else 0
        height = u(20) if self._fraction is not None else self.height()
        mark = QRect(self.width() - u(8) - edge, top + (height - edge) // 2, edge, edge)
        picture = pixmap("down" if self._is_open else "up", "text2", edge, self.devicePixelRatioF())
        painter.drawPixmap(self.mirrored(mark).topLeft(), picture)
        start = u(10)
        if self._tone is not None:
            sign = QRect(start, top + (height - edge) // 2, edge, edge)
            painter.drawPixmap(
                self.mirrored(sign).topLeft(), pixmap("alert", self._tone, edge, self.devicePixelRatioF())
            )
            start += edge + u(6)
        words = QRect(start, top, mark.left() - start - u(4), height)
        painter.setFont(font(weight=500, tabular=True))
        painter.setPen(colors.text)
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, words.width())
        paint_text(painter, self.mirrored(words), shown, self.layoutDirection())
        if self._fraction is not None:
            line = QRectF(u(10), self.height() - u(14), self.width() - 2 * u(10), max(2, u(4)))
            paint_progress(painter, line, 0.0, self._fraction, is_mirrored=self.isRightToLeft())

    def _paint_rail(self, painter: QPainter) -> None:
        edge = u(18)
        has_line = self._fraction is not None
        top = u(7) if has_line else (self.height() - edge) // 2
        name, role = ("alert", self._tone) if self._tone is not None else (self._icon, "text2")
        painter.drawPixmap((self.width() - edge) // 2, top, pixmap(name, role, edge, self.devicePixelRatioF()))
        if self._fraction is not None:
            line = QRectF(u(8), self.height() - u(9), self.width() - 2 * u(8), max(2, u(4)))
            paint_progress(painter, line, 0.0, self._fraction, is_mirrored=self.isRightToLeft())
