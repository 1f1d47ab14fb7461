"""The drawer at the foot of the window: slides up over at most two fifths of its height."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QObject, Qt, QVariantAnimation, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import has_motion
from app.ui.widgets.boxes import column, hairline

_SLIDE_MS = 160
_MOST_OF_HEIGHT = 0.4


class Drawer(QWidget):
    """Holds one widget and shows or hides it. Its height is the widget's, up to the limit."""

    toggled = Signal(bool)
    """It was opened or closed."""

    keyboard_left = Signal()
    """It was closed while the keyboard was in it."""

    def __init__(self) -> None:
        super().__init__()
        self._content: QWidget | None = None
        self._is_open = False
        self.setProperty("box", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._column = column(self, gap=0).add(hairline())
        self.setLayout(self._column)
        self._slide = QVariantAnimation(self)
        self._slide.setDuration(_SLIDE_MS)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.valueChanged.connect(lambda value: self.setFixedHeight(round(value)))
        self._slide.finished.connect(self._settle)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether it is open or opening."""
        return self._is_open

    def set_content(self, widget: QWidget) -> None:
        """Put a widget in; once."""
        self._content = widget
        self._column.add(widget, 1)
        widget.installEventFilter(self)

    def set_open(self, is_open: bool) -> None:
        """Open or close it; nothing happens while it is empty."""
        if self._content is None or is_open == self._is_open:
            return
        had_focus = self.isAncestorOf(_focused(self))
        self._is_open = is_open
        self.show()
        self._move_to(self._height() if is_open else 0)
        if had_focus and not is_open:
            self.keyboard_left.emit()
        self.toggled.emit(is_open)

    def fit(self) -> None:
        """Take the right height again, after the window or the content changed."""
        if self._is_open and self._slide.state() != QVariantAnimation.State.Running:
            self.setFixedHeight(self._height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the content's height."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return False

    def _height(self) -> int:
        wanted = self._content.sizeHint().height() + 1 if self._content is not None else 0
        return min(wanted, int(self.window().height() * _MOST_OF_HEIGHT))

    def _move_to(self, height: int) -> None:
        if not has_motion(self) or not self.window().isVisible():
            self.setFixedHeight(height)
            self._settle()
            return
        self._slide.stop()
        self._slide.setStartValue(float(self.height() if self._is_open is False else 0))
        self._slide.setEndValue(float(height))
        self._slide.start()

    def _settle(self) -> None:
        self.setVisible(self._is_open)
        self.fit()


def _focused(widget: QWidget) -> QWidget:
    return widget.window().focusWidget() or widget.window()
