"""Text and icons that stand still."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.core.tags import visible
from app.ui.icons import pixmap
from app.ui.theme import font, keep_scaled, u

Elide = Qt.TextElideMode


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
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    set_role(made, role)
    # A label aligns by the direction of its text; these stand at the window's leading side.
    made.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
    keep_scaled(made, lambda: made.setFont(font(ratio, weight, tabular)))
    return made


def set_role(made: QLabel, role: str | None) -> None:
    """Give a label another colour of the theme."""
    if made.property("role") != role:
        made.setProperty("role", role)
        made.style().unpolish(made)
        made.style().polish(made)


class ElidedLabel(QLabel):
    """One line that is shortened where it doesn't fit; tooltip and accessible name are the full text."""

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
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        set_role(self, role)
        keep_scaled(self, lambda: self.setFont(font(ratio, weight, tabular)))
        self.setText(text)

    def text(self) -> str:
        """Return the full text."""
        return self._full

    def setText(self, text: str) -> None:
        """Show another text; unseen characters become visible marks."""
        self._full = visible(text)
        self.setAccessibleName(self._full)
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
        shown = self.fontMetrics().elidedText(self._full, self._mode, self.width())
        super().setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


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
