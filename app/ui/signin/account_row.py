"""Who works here, at the foot of the sidebar, with the menu to sign out."""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu

from app.core.identity import Identity
from app.core.tags import visible
from app.ui.icons import pixmap
from app.ui.theme import font, theme, u
from app.ui.widgets.accessible import set_role
from app.ui.widgets.boxes import paint_box, paint_text
from app.ui.widgets.foot_button import FootButton
from app.ui.widgets.tips import plain_tip

_HEIGHT = 44
_DISC = 28
_LEADING = 4
_GAP = 9


class AccountRow(FootButton):
    """The account, or the AWS identity where nobody signs in; in the rail only a disc.

    Signals:
        sign_out_asked: from the menu; True for everywhere.
    """

    sign_out_asked = Signal(bool)

    def __init__(self, organization: str, has_menu: bool) -> None:
        """Args: `has_menu` where there is an account to sign out."""
        super().__init__(_HEIGHT)
        self._organization = organization
        self._has_menu = has_menu
        self._detail = ""
        self._initials = ""
        if has_menu:
            self.clicked.connect(self.open_menu)
        else:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            set_role(self, QAccessible.Role.StaticText)
        self.hide()

    def show_identity(self, identity: Identity) -> None:
        """Show who works here from now on."""
        label = visible(identity.label)
        self._detail = (self._organization or identity.domain or "") if self._has_menu else "AWS identity"
        self._initials = _initials(identity.email) if identity.email else ""
        self.setText(label)
        self.setAccessibleName(f"Signed in as {label}" if self._has_menu else f"Working with the AWS identity {label}")
        self.setToolTip(plain_tip("\n".join(filter(None, (label, self._detail)))))
        self.show()
        self.update()

    def open_menu(self) -> None:
        """Offer to sign out."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.addAction("Sign out", lambda: self.sign_out_asked.emit(False))
        everywhere = menu.addAction("Sign out everywhere", lambda: self.sign_out_asked.emit(True))
        everywhere.setToolTip("On your other computers too.")
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, -menu.sizeHint().height() - u(4))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Menu):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme()
        box = QRectF(self.rect())
        if self._has_menu and (self.underMouse() or self.isDown()):
            paint_box(painter, box, colors.press if self.isDown() else colors.hover, None, 0, u(7))
        if self.hasFocus():
            paint_box(painter, box, None, colors.focus, 2, u(7))
        self._paint_disc(painter)
        if not self.is_rail:
            self._paint_words(painter)

    def _paint_disc(self, painter: QPainter) -> None:
        colors, edge = theme(), u(_DISC)
        left = (self.width() - edge) // 2 if self.is_rail else u(_LEADING)
        disc = self.mirrored(QRect(left, (self.height() - edge) // 2, edge, edge))
        paint_box(painter, QRectF(disc), colors.tint, colors.tint_line, colors.outline, edge / 2)
        if self._initials:
            painter.setFont(font(0.85, 600))
            painter.setPen(colors.tint_text)
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, self._initials)
        else:
            size = u(16)
            corner = disc.topLeft() + QPoint((edge - size) // 2, (edge - size) // 2)
            painter.drawPixmap(corner, pixmap("user", "tint_text", size, self.devicePixelRatioF()))

    def _paint_words(self, painter: QPainter) -> None:
        colors = theme()
        name, detail = font(weight=500), font(0.9)
        heights = [QFontMetrics(name).height(), QFontMetrics(detail).height() if self._detail else 0]
        left = u(_LEADING + _DISC + _GAP)
        top = (self.height() - sum(heights)) // 2
        lines = ((self.text(), name, colors.text, heights[0]), (self._detail, detail, colors.text2, heights[1]))
        # Of an AWS identity the end tells most: who has the role.
        elide = Qt.TextElideMode.ElideRight if self._has_menu else Qt.TextElideMode.ElideMiddle
        for text, line_font, color, height in lines:
            place = QRect(left, top, self.width() - left - u(6), height)
            painter.setFont(line_font)
            painter.setPen(color)
            shown = painter.fontMetrics().elidedText(text, elide, place.width())
            paint_text(painter, self.mirrored(place), shown, self.layoutDirection())
            top += height


def _initials(email: str) -> str:
    """Return "MK" for maria.keller@example.com, "M" for maria@example.com."""
    parts = re.findall(r"[^\W\d_]+", email.partition("@")[0])
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()
