"""Buttons: secondary, primary, ghost, link and danger, and small ones that are only an icon."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter as StylePainter,
    QToolButton,
    QWidget,
)

from app.ui.icons import icon as themed_icon
from app.ui.theme import font, keep_scaled, theme, u
from app.ui.widgets.boxes import paint_text
from app.ui.widgets.tips import shows_name

Kind = Literal["secondary", "primary", "ghost", "link", "danger"]

_GAP = 7
_TEXT_ROLE = {"secondary": "text", "primary": "on_accent", "ghost": "text", "link": "accent", "danger": "error"}
_ICON_ROLE = {**_TEXT_ROLE, "ghost": "text2"}


def button(text: str, kind: Kind = "secondary", icon: str | None = None) -> Button:
    """Return a button with words.

    Args:
        text: shown as it is; an ampersand is an ampersand.
        kind: `primary` is filled; one a page.
        icon: name of an icon that stands before the words.
    """
    return Button(text, kind, icon)


def tool_button(icon: str, name: str, size: float = 16, role: str = "text2") -> ToolButton:
    """Return a small button that is only an icon.

    Args:
        icon: its name.
        name: what it does: tooltip and accessible name.
        size: of the icon, in `u`.
        role: colour of the icon.
    """
    made = ToolButton()
    made.setIcon(themed_icon(icon, role))
    made.setAccessibleName(name)

    def resize() -> None:
        made.setIconSize(QSize(u(size), u(size)))
        made.setFixedSize(max(u(28), u(size) + u(8)), max(u(28), u(size) + u(8)))

    keep_scaled(made, resize)
    return made


def set_enabled(button: QAbstractButton, ok: bool, reason: str = "") -> None:
    """Enable or disable a button; a disabled one says why in its tooltip and to a screen reader.

    Args:
        button: any.
        ok: whether it can be used.
        reason: a short sentence; left out where `ok`.
    """
    button.setEnabled(ok)
    button.setToolTip("" if ok else reason)
    button.setAccessibleDescription("" if ok else reason)


class ToolButton(QToolButton):
    """A button that is only an icon; its name is its tooltip, unless it has another one."""

    def event(self, event: QEvent) -> bool:
        return shows_name(self, event) or super().event(event)


class Button(QPushButton):
    """A push button whose words are no mnemonic and whose icon keeps its distance."""

    def __init__(self, text: str, kind: Kind = "secondary", icon: str | None = None) -> None:
        super().__init__()
        self._kind = kind
        self._words = ""
        self._is_compact = False
        self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.setText(text)
        if icon is not None:
            self.set_icon(icon)
        keep_scaled(self, self._resize)

    def text(self) -> str:
        """Return the words, also where only the icon is shown."""
        return self._words

    def setText(self, text: str) -> None:
        """Show other words."""
        self._words = text
        self.setAccessibleName(text)
        self.set_compact(self._is_compact)

    def set_compact(self, is_compact: bool) -> None:
        """Show only the icon, the words as its tooltip; or both."""
        self._is_compact = is_compact
        super().setText("" if is_compact else self._words.replace("&", "&&"))
        self.updateGeometry()

    def set_icon(self, name: str, role: str = "") -> None:
        """Show another icon before the words, in the words' colour or in the one of `role`."""
        self.setIcon(themed_icon(name, role or _ICON_ROLE[self._kind]))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self._is_compact:
            return QSize(hint.height(), hint.height())
        if not self.icon().isNull():
            hint.setWidth(hint.width() + u(_GAP))
        return hint

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        return (self._is_compact and shows_name(self, event)) or super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = StylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        self._paint_words(painter)

    def _resize(self) -> None:
        made = font(weight=600 if self._kind == "primary" else None)
        made.setUnderline(self._kind == "link" and theme().is_contrast)
        self.setFont(made)
        self.setIconSize(QSize(u(16), u(16)))

    def _paint_words(self, painter: StylePainter) -> None:
        text = "" if self._is_compact else self._words
        metrics = self.fontMetrics()
        has_icon = not self.icon().isNull()
        icon_width = self.iconSize().width() + (u(_GAP) if text else 0) if has_icon else 0
        width = icon_width + metrics.horizontalAdvance(text)
        content = QRect((self.width() - width) // 2, 0, width, self.height())
        if has_icon:
            mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
            self.icon().paint(painter, _at_start(self, content, self.iconSize().width()), mode=mode)
        painter.setPen(self._text_color())
        words = _at_end(self, content, metrics.horizontalAdvance(text))
        centre = Qt.AlignmentFlag.AlignHCenter
        paint_text(painter, words.adjusted(-2, 0, 2, 0), text, self.layoutDirection(), centre)

    def _text_color(self) -> QColor:
        colors = theme()
        if not self.isEnabled():
            return colors.text2 if self._kind == "primary" and not colors.is_contrast else colors.disabled
        return colors.color(_TEXT_ROLE[self._kind])


def _at_start(widget: QWidget, within: QRect, width: int) -> QRect:
    rect = QRect(within.left(), within.top(), width, within.height())
    return QStyle.visualRect(widget.layoutDirection(), within, rect)


def _at_end(widget: QWidget, within: QRect, width: int) -> QRect:
    rect = QRect(within.right() - width + 1, within.top(), width, within.height())
    return QStyle.visualRect(widget.layoutDirection(), within, rect)
