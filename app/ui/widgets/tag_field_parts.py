"""What a tag field is made of: the outline, the lines of chips."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from app.core.errors import InputError
from app.ui.theme import theme, u
from app.ui.widgets.boxes import paint_box
from app.ui.widgets.tag_edit import TagEdit


class Frame(QWidget):
    """The outline around chips and line: accent with the keyboard inside, error colour when refused."""

    pressed = Signal()
    focus_moved = Signal()

    def __init__(self, edit: TagEdit) -> None:
        super().__init__()
        self._edit = edit
        self._is_bad = False
        self.setCursor(Qt.CursorShape.IBeamCursor)
        edit.installEventFilter(self)

    def set_bad(self, is_bad: bool) -> None:
        self._is_bad = is_bad
        self.update()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
            self.focus_moved.emit()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        is_hot = self._is_bad or self._edit.hasFocus()
        line = colors.error if self._is_bad else colors.focus if self._edit.hasFocus() else colors.edge
        paint_box(QPainter(self), QRectF(self.rect()), colors.raised, line, 2 if is_hot else colors.outline, u(9))


class Scroll(QScrollArea):
    """Up to three lines of chips; more can be scrolled."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.verticalScrollBar().rangeChanged.connect(self._show_last)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def _show_last(self, _least: int, most: int) -> None:
        # While the window is torn down, sizes still change.
        if shiboken6.isValid(self):
            self.verticalScrollBar().setValue(most)


def sentence_of(problem: InputError) -> str:
    """Return a problem as one or two sentences."""
    mark = ":" if problem.code == "tag-too-long" else "."
    return f"{problem.title}{mark} {problem.detail}" if problem.detail else f"{problem.title}."
