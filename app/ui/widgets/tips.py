"""Tooltips: plain text, and names of what is only an icon."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget


def plain_tip(text: str) -> str:
    """Return a tooltip that shows `text` as it is: names from strangers are never markup."""
    return f"<qt>{escape(text)}</qt>" if "<" in text or "&" in text else text


def shows_name(widget: QWidget, event: QEvent) -> bool:
    """Show the accessible name as tooltip where there is no other; for `QWidget.event`, which ends if this is true.

    Qt tells a tooltip to screen readers as the description, which would say the name twice.
    """
    if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent) or widget.toolTip():
        return False
    QToolTip.showText(event.globalPos(), plain_tip(widget.accessibleName()), widget)
    return True
