"""Text and icons that stand still."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

from app.core.tags import visible
from app.ui.icons import pixmap
from app.ui.theme import font, keep_scaled, theme, u
from app.ui.widgets.tips import plain_tip

Elide = Qt.TextElideMode

_ISOLATES = ("\u2068", "\u2069")
_ISOLATE = re.compile("([\u2068\u2069])")
_MAY_BREAK = "\u200b"
_LONG_WORD = re.compile(r"(\S{10})(?=\S{14})")  # which a name without spaces may be


def label(
    text: str = "",
    ratio: float = 1.0,
    weight: int | None = None,
    role: str | None = None,
    wrap: bool = False,
    tabular: bool = False,
) -> QLabel:
    """Return a label of plain text.

    Args:
        text: shown as it is, never as markup.
        ratio: of the interface font's size.
        weight: 400, 500 or 600.
        role: colour of the theme (`text2`, `accent`, `error`, `warn`, `ok`); the text colour where None.
        wrap: breaks into lines.
        tabular: figures of one width.
    """
    made = _Label(text)
    made.setWordWrap(wrap)
    _follow(made, role, ratio, weight, tabular)
    return made


def set_role(made: QLabel, role: str | None) -> None:
    """Give a label another colour of the theme."""
    made.setProperty("role", role)
    palette = made.palette()
    palette.setColor(QPalette.ColorRole.WindowText, theme().color(role or "text"))
    made.setPalette(palette)


class _Label(QLabel):
    """Plain text at the window's leading side, also where the text runs the other way."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        # Inside a list it would take the list's role, and with that another colour than its own.
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        self._align()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()

    def _align(self) -> None:
        if self.alignment() & Qt.AlignmentFlag.AlignHCenter:
            return
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeading)
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


class ElidedLabel(_Label):
    """One line that is shortened where it doesn't fit; tooltip and accessible name are the full text.

    It can be told to take several lines instead.
    """

    def __init__(
        self,
        text: str = "",
        mode: Elide = Elide.ElideRight,
        ratio: float = 1.0,
        weight: int | None = None,
        role: str | None = None,
        tabular: bool = False,
    ) -> None:
        super().__init__()
        self._full = ""
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        _follow(self, role, ratio, weight, tabular)
        self.setText(text)

    def text(self) -> str:
        """Return the full text."""
        return self._full

    def setText(self, text: str) -> None:
        """Show another text; unseen characters become visible marks."""
        # The isolates that `words.name` puts around names are ours, and do no harm.
        self._full = "".join(part if part in _ISOLATES else visible(part) for part in _ISOLATE.split(text))
        self.setAccessibleName(self._full)
        self._shorten()
        self.updateGeometry()

    def set_several_lines(self, are_wanted: bool) -> None:
        """Break the text into lines where it doesn't fit, or shorten it."""
        if are_wanted != self.wordWrap():
            # Of a fixed one no layout takes the height that the lines need at its width.
            policy = self.sizePolicy()
            policy.setVerticalPolicy(QSizePolicy.Policy.Minimum if are_wanted else QSizePolicy.Policy.Fixed)
            self.setSizePolicy(policy)
            self.setWordWrap(are_wanted)
            self._shorten()
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        return QSize(u(24), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._full)
        return QSize(width + 2, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._shorten()

    def _shorten(self) -> None:
        if self.wordWrap():
            super().setText(_LONG_WORD.sub(f"\\1{_MAY_BREAK}", self._full))
            self.setToolTip("")
            return
        shown = self.fontMetrics().elidedText(self._full, self._mode, self.width())
        super().setText(shown)
        self.setToolTip(plain_tip(self._full) if shown != self._full else "")


class IconLabel(QWidget):
    """An icon that stands by itself; it says nothing to a screen reader."""

    def __init__(self, name: str, role: str = "text2", size: float = 20, thin: bool = False) -> None:
        super().__init__()
        self._name = name
        self._role = role
        self._thin = thin
        keep_scaled(self, lambda: self.setFixedSize(u(size), u(size)))

    def set_icon(self, name: str, role: str) -> None:
        """Show another icon or colour."""
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = pixmap(self._name, self._role, self.width(), self.devicePixelRatioF(), self._thin)
        QPainter(self).drawPixmap(0, 0, picture)


def _follow(made: QLabel, role: str | None, ratio: float, weight: int | None, tabular: bool) -> None:
    made.setProperty("role", role)

    def take_over() -> None:
        made.setFont(font(ratio, weight, tabular))
        set_role(made, made.property("role"))

    keep_scaled(made, take_over)
