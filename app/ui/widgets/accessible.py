"""Roles for screen readers, for widgets whose class doesn't tell one."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_ROLE = "_accessible_role"
_INTERFACE = "_accessible_interface"


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Say what a widget is: an alert, a dialog, a group."""
    setattr(widget, _ROLE, role)
    _install()


def announce(widget: QWidget, sentence: str, is_urgent: bool = False) -> None:
    """Let a screen reader say a sentence once.

    Args:
        widget: what it is about.
        sentence: plain text.
        is_urgent: interrupts what is being read.
    """
    event = QAccessibleAnnouncementEvent(widget, sentence)
    levels = QAccessible.AnnouncementPoliteness
    event.setPoliteness(levels.Assertive if is_urgent else levels.Polite)
    QAccessible.updateAccessibility(event)


@lru_cache(maxsize=1)
def _install() -> None:
    QAccessible.installFactory(_interface_of)


def _interface_of(key: str, watched: QObject) -> QAccessibleInterface | None:
    role = getattr(watched, _ROLE, None)
    if role is None or not isinstance(watched, QWidget):
        return None
    made = QAccessibleWidget(watched, role)
    # Qt deletes it together with the widget; Python must not do so earlier.
    setattr(watched, _INTERFACE, made)
    return made
