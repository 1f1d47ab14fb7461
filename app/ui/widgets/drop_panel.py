"""The panel that takes files: the first view, and the whole page while something is dragged."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from app.ui import words
from app.ui.icons import illustration
from app.ui.theme import keep_scaled, scale, theme, u
from app.ui.widgets.boxes import Box, column, hairline, paint_box, row
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import IconLabel, label

_STEPS = (
    ("upload", "Drop", "Files or whole folders, any size."),
    ("tag", "Type a tag", "A client, a project or a month."),
    ("find", "Find", "Same tag again: all of it, as one ZIP."),
)
_MIN_HEIGHT_WITH_DRAWING = 330
_MIN_HEIGHT_WITH_STEPS = 410


class DropPanel(QWidget):
    """Drawing, two lines, two buttons and the three steps; while dragging only what letting go does."""

    choose_files = Signal()
    """*Choose files…* was pressed."""

    choose_folder = Signal()
    """*Choose a folder…* was pressed."""

    def __init__(self, organization: str = "", has_steps: bool = True) -> None:
        """Args: `organization` can find the files; `has_steps` until the first upload."""
        super().__init__()
        who = organization or "your organisation"
        self._idle_words = ("Drop files or folders here", f"Then type a tag. Everyone at {who} can find them by it.")
        self._has_steps = has_steps
        self._is_over = False
        self._drawing = _Drawing()
        self._title = label(self._idle_words[0], 1.7, 600, wrap=True)
        self._text = label(self._idle_words[1], 1.05, role="text2", wrap=True)
        for line in (self._title, self._text):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.files_button = button("Choose files…", "primary")
        self.folder_button = button("Choose a folder…")
        self.files_button.clicked.connect(self.choose_files)
        self.folder_button.clicked.connect(self.choose_folder)
        self._buttons = _holding(lambda w: row(w, gap=10).fill().add(self.files_button).add(self.folder_button).fill())
        self._steps = _steps()
        layout = column(self, gap=0, margins=(32, 16, 32, 20)).fill(1)
        layout.add(row(self).fill().add(self._drawing).fill()).space(18).add(self._title).space(5).add(self._text)
        layout.space(22).add(self._buttons).fill(1).add(self._steps)
        self.setLayout(layout)
        self.setAccessibleName(self._idle_words[0])

    def set_steps_shown(self, is_shown: bool) -> None:
        """Show or leave out the three steps."""
        self._has_steps = is_shown
        self._fit()

    def set_over(self, is_over: bool, files: int | None = None) -> None:
        """Say what letting go would do, or return to rest.

        Args:
            is_over: something is dragged over the window.
            files: how many; None where nobody knows.
        """
        what = "these" if files is None else words.files(files)
        over = (f"Let go to add {what}", "You type the tag next. Nothing is uploaded yet.")
        self._say(is_over, over if is_over else self._idle_words)

    def set_refused(self, title: str, text: str) -> None:
        """Say why what is dragged can't be taken."""
        self._say(True, (title, text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        fill = colors.tint if self._is_over and not colors.is_contrast else colors.drop
        line = colors.accent if self._is_over else colors.drop_line
        width = 2 if self._is_over else colors.outline
        paint_box(QPainter(self), QRectF(self.rect()), fill, line, width, u(14))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _say(self, is_over: bool, lines: tuple[str, str]) -> None:
        self._is_over = is_over
        self._title.setText(lines[0])
        self._text.setText(lines[1])
        self.setAccessibleName(lines[0])
        self._fit()
        self.update()

    def _fit(self) -> None:
        height_u = self.height() / scale()
        self._buttons.setVisible(not self._is_over)
        self._steps.setVisible(self._has_steps and not self._is_over and height_u >= _MIN_HEIGHT_WITH_STEPS)
        self._drawing.setVisible(height_u >= _MIN_HEIGHT_WITH_DRAWING)


class _Drawing(QLabel):
    def __init__(self) -> None:
        super().__init__()
        keep_scaled(self, self._draw)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw()

    def sizeHint(self) -> QSize:
        return QSize(u(176), u(128))

    def _draw(self) -> None:
        self.setPixmap(illustration("drop", u(176), self.devicePixelRatioF()))


def _steps() -> QWidget:
    def fill(owner: QWidget) -> Box:
        line = row(owner, gap=32)
        for icon, title, text in _STEPS:
            explained = label(text, 0.95, role="text2", wrap=True)
            explained.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            head = row(owner).fill().add(IconLabel(icon, "accent", 18)).add(label(title, weight=600)).fill()
            line.add(column(owner, gap=4).add(head).add(explained), 1)
        return column(owner, gap=0).add(hairline()).space(18).add(line)

    return _holding(fill)


def _holding(fill: Callable[[QWidget], Box]) -> QWidget:
    made = QWidget()
    made.setLayout(fill(made))
    return made
