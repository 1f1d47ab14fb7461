"""Progress as a line: 2 px above a list while it is searched, 4 px for transfers."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QRectF, QSize, QVariantAnimation
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy

from app.ui.theme import has_motion, keep_scaled, theme, u

_STEPS = 1000
_SWEEP_MS = 1600
_SWEEP_PART = 0.3


class ProgressBar(QProgressBar):
    """A quiet line with round ends, 4 u high."""

    def __init__(self, name: str, height: float = 4, is_round: bool = True) -> None:
        """Args: `name` says what goes on, for a screen reader; `height` is in `u`."""
        super().__init__()
        self._is_round = is_round
        self.setRange(0, _STEPS)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        keep_scaled(self, lambda: self.setFixedHeight(max(2, u(height))))

    def set_fraction(self, fraction: float) -> None:
        """Show how much is done, 0 to 1."""
        # Qt would paint at once, and all else in the window that waits to be painted with it.
        self.setUpdatesEnabled(False)
        self.setValue(round(min(max(fraction, 0.0), 1.0) * _STEPS))
        self.setUpdatesEnabled(True)

    def minimumSizeHint(self) -> QSize:
        return QSize(u(24), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_progress(QPainter(self), QRectF(self.rect()), *self._part(), self._is_round, self.isRightToLeft())

    def _part(self) -> tuple[float, float]:
        return 0.0, self.value() / _STEPS


class SearchLine(ProgressBar):
    """The line above a list: a part of the whole, or a slow sweep while the whole isn't known."""

    def __init__(self, name: str = "Searching") -> None:
        super().__init__(name, height=2, is_round=False)
        self._is_known = False
        # The list below must not jump when the search ends.
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self._sweep = QVariantAnimation(self)
        self._sweep.setStartValue(0.0)
        self._sweep.setEndValue(1.0)
        self._sweep.setDuration(_SWEEP_MS)
        self._sweep.setLoopCount(-1)
        self._sweep.setEasingCurve(QEasingCurve.Type.InOutSine)
        self._sweep.valueChanged.connect(self.update)

    def set_fraction(self, fraction: float | None) -> None:
        """Show how much is done, 0 to 1; None where nobody knows."""
        self._is_known = fraction is not None
        if fraction is not None:
            super().set_fraction(fraction)
        self._move()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._move()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._move()

    def _move(self) -> None:
        if self.isVisible() and not self._is_known and has_motion(self):
            if self._sweep.state() != QVariantAnimation.State.Running:
                self._sweep.start()
        else:
            self._sweep.stop()

    def _part(self) -> tuple[float, float]:
        if self._is_known:
            return super()._part()
        if self._sweep.state() != QVariantAnimation.State.Running:
            return 0.0, 0.5
        start = float(self._sweep.currentValue()) * (1 + _SWEEP_PART) - _SWEEP_PART
        return max(0.0, start), min(1.0, start + _SWEEP_PART)


def paint_progress(
    painter: QPainter, rect: QRectF, start: float, end: float, is_round: bool = True, is_mirrored: bool = False
) -> None:
    """Draw a progress line.

    Args:
        painter: to draw with.
        rect: the whole line.
        start: where the filled part begins, 0 to 1.
        end: where it ends.
        is_round: with round ends.
        is_mirrored: grows from the right.
    """
    colors = theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = rect.height() / 2 if is_round else 0.0
    painter.setPen(colors.line if colors.is_contrast else colors.track)
    painter.setBrush(colors.track)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    if end > start:
        width = max((end - start) * rect.width(), rect.height() if is_round else 0.0)
        left = rect.left() + start * rect.width()
        if is_mirrored:
            left = rect.right() - start * rect.width() - width
        painter.setPen(colors.accent)
        painter.setBrush(colors.accent)
        painter.drawRoundedRect(
            QRectF(left, rect.top(), width, rect.height()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius
        )
    painter.restore()
