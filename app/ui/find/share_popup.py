"""The two links that files can be shared by: one for colleagues, one for anyone."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QAccessible, QPainter, QPainterPath, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme import theme, u
from app.ui.widgets.accessible import set_role
from app.ui.widgets.boxes import column, hairline, paint_box, row
from app.ui.widgets.buttons import Button, set_enabled
from app.ui.widgets.labels import IconLabel, label

_WIDTH, _MARGIN, _OVERLAP = 430, 24, 4
_RADIUS = 8

TAGDROP_TITLE, TAGDROP_TEXT = "Tagdrop link", "Colleagues open it in their own Tagdrop and sign in as usual."
PUBLIC_TITLE, PUBLIC_TEXT = "Public link", "Anyone who has the link can open it until it ends."


class SharePopup(QWidget):
    """Opens above a button and closes when something is chosen, by Esc or by a press elsewhere.

    Signals:
        tagdrop_asked: the link for colleagues shall be copied.
        public_asked: the link for anyone shall be copied.

    Args:
        parent: the window that it belongs to.
        turned_off_by: who has turned public links off; empty where they are allowed.
    """

    tagdrop_asked = Signal()
    public_asked = Signal()

    def __init__(self, parent: QWidget, turned_off_by: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Share link")
        set_role(self, QAccessible.Role.Dialog)
        self.tagdrop = Button("Copy link", "primary", "copy")
        self.public = Button("Copy link", icon="copy")
        self.tagdrop.setAccessibleName(f"Copy link, {TAGDROP_TITLE}")
        self.public.setAccessibleName(f"Copy link, {PUBLIC_TITLE}")
        set_enabled(self.public, not turned_off_by, f"Turned off by {turned_off_by}")
        self.tagdrop.clicked.connect(lambda: self._choose(self.tagdrop_asked))
        self.public.clicked.connect(lambda: self._choose(self.public_asked))
        lines = column(self, gap=0, margins=(16, 16, 16, 16))
        lines.add(_choice("link", TAGDROP_TITLE, TAGDROP_TEXT, self.tagdrop)).space(16).add(hairline()).space(16)
        self._lines = lines.add(_choice("browser", PUBLIC_TITLE, PUBLIC_TEXT, self.public, turned_off_by))
        self.setLayout(self._lines)

    def open_above(self, bar: QWidget) -> None:
        """Show it above a bar, at its trailing side."""
        width = min(u(_WIDTH), bar.width() - u(16))
        self.setFixedSize(width, self._lines.totalHeightForWidth(width))
        margin = min(u(_MARGIN), bar.width() - width - u(8))
        left = margin if self.isRightToLeft() else bar.width() - width - margin
        self.move(bar.mapToGlobal(QPoint(left, u(_OVERLAP) - self.height())))
        self.show()
        self.tagdrop.setFocus(Qt.FocusReason.PopupFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Not a translucent window: where nothing composes windows its corners would be black.
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), u(_RADIUS), u(_RADIUS))
        self.setMask(QRegion(shape.toFillPolygon().toPolygon()))

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        paint_box(QPainter(self), QRectF(self.rect()), colors.raised, colors.edge2, colors.outline, u(_RADIUS))

    def _choose(self, asked: SignalInstance) -> None:
        self.hide()
        asked.emit()
        self.close()


def _choice(icon: str, title: str, text: str, button: Button, turned_off_by: str = "") -> QWidget:
    """Return what a link is for, with the button that copies it."""
    choice = QWidget()
    words = column(choice, gap=0).add(label(title, weight=600)).add(label(text, role="text2", wrap=True))
    if turned_off_by:
        locked = row(choice, gap=6).add(IconLabel("lock", size=14))
        locked.add(label(f"Turned off by {turned_off_by}", 0.92, role="text2", wrap=True), 1)
        words.space(4).add(locked)
    head = column(choice, gap=0).add(IconLabel(icon, size=18)).fill()
    side = column(choice, gap=0).add(button).fill()
    choice.setLayout(row(choice, gap=10).add(head).add(words, 1).space(8).add(side))
    return choice
