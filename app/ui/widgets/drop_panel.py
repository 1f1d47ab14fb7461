"""The panel that takes files: the first view, and the whole page while something is dragged."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLayout, QWidget

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
_DRAWING = 176
_LARGE_DRAWING = 200
_MIN_HEIGHT_WITH_DRAWING = 330
_MIN_HEIGHT_WITH_STEPS = 410
_MIN_WIDTH_WITH_STEPS = 480
_MARGINS = (32, 16, 32, 20)
_LOW = 200
_LOW_MARGINS = (16, 8, 16, 10)


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
        self._drawing_place = _holding(lambda w: row(w, margins=(0, 0, 0, 18)).fill().add(self._drawing).fill())
        self._text_place = _holding(lambda w: row(w, margins=(0, 5, 0, 8)).add(self._text, 1))
        self._buttons = _holding(lambda w: _row_of(w, self.files_button, self.folder_button))
        self._steps = _steps()
        self._column = column(self, gap=0, margins=_MARGINS).fill(1)
        self._column.add(self._drawing_place).add(self._title).add(self._text_place).add(self._buttons)
        # It gets lower than all of its parts: then some of them go.
        self._column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setLayout(self._column.fill(1).add(self._steps))
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

    def minimumSizeHint(self) -> QSize:
        return QSize(self._buttons.minimumSizeHint().width(), u(60))

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
        self._drawing.set_large(is_over)
        self._title.setText(lines[0])
        self._text.setText(lines[1])
        self.setAccessibleName(lines[0])
        self._fit()
        self.update()

    def _fit(self) -> None:
        """Show what there is room for; in a low window only the buttons stay."""
        height_u, width_u = self.height() / scale(), self.width() / scale()
        has_steps = self._has_steps and not self._is_over
        self._column.set_margins(_MARGINS if height_u >= _LOW else _LOW_MARGINS)
        self._buttons.setVisible(not self._is_over)
        wanted = {
            self._steps: has_steps and height_u >= _MIN_HEIGHT_WITH_STEPS and width_u >= _MIN_WIDTH_WITH_STEPS,
            self._drawing_place: height_u >= _MIN_HEIGHT_WITH_DRAWING,
            self._text_place: True,
            self._title: True,
        }
        for part, is_wanted in wanted.items():
            part.setVisible(is_wanted)
        for part in wanted:
            if self._column.totalHeightForWidth(self.width()) <= self.height():
                return
            part.hide()


class _Drawing(QLabel):
    def __init__(self) -> None:
        super().__init__()
        self._width = _DRAWING
        keep_scaled(self, self._draw)

    def set_large(self, is_large: bool) -> None:
        """Grow while something is dragged over the window."""
        self._width = _LARGE_DRAWING if is_large else _DRAWING
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw()

    def sizeHint(self) -> QSize:
        return QSize(u(self._width), u(self._width * 128 / 176))

    def _draw(self) -> None:
        self.setPixmap(illustration("drop", u(self._width), self.devicePixelRatioF()))


def _steps() -> QWidget:
    def fill(owner: QWidget) -> Box:
        line = row(owner, gap=32)
        for icon, title, text in _STEPS:
            explained = label(text, 0.95, role="text2", wrap=True)
            explained.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            head = row(owner).fill().add(IconLabel(icon, "accent", 18)).add(label(title, weight=600)).fill()
            line.add(column(owner, gap=4).add(head).add(explained).fill(), 1)
        return column(owner, gap=0).add(hairline()).space(18).add(line)

    return _holding(fill)


def _row_of(owner: QWidget, *buttons: QWidget) -> Box:
    line = row(owner, gap=10, margins=(0, 14, 0, 0)).fill()
    for each in buttons:
        line.add(each)
    return line.fill()


def _holding(fill: Callable[[QWidget], Box]) -> QWidget:
    made = QWidget()
    made.setLayout(fill(made))
    return made
