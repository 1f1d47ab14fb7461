"""Roles for screen readers, for widgets whose class doesn't tell one."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
    QAccessibleStateChangeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QWidget

_ROLE = "_accessible_role"
_INTERFACE = "_accessible_interface"
_IS_EXPANDED = "_accessible_is_expanded"


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Say what a widget is: an alert, a dialog, a group."""
    setattr(widget, _ROLE, role)
    _install()


def set_expanded(button: QAbstractButton, is_expanded: bool) -> None:
    """Say that a button shows and hides something, and whether that is shown now."""
    setattr(button, _IS_EXPANDED, is_expanded)
    set_role(button, QAccessible.Role.Button)
    changed = QAccessible.State()
    changed.expanded = 1
    QAccessible.updateAccessibility(QAccessibleStateChangeEvent(button, changed))


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
    made = (_Button if isinstance(watched, QAbstractButton) else QAccessibleWidget)(watched, role)
    # Qt deletes it together with the widget; Python must not do so earlier.
    setattr(watched, _INTERFACE, made)
    return made


class _Button(QAccessibleWidget):
    """Can be pressed, as what Qt makes by itself for a button without a role of its own."""

    def state(self) -> QAccessible.State:
        told = super().state()
        is_expanded = getattr(self.object(), _IS_EXPANDED, None)
        if is_expanded is not None:
            told.expandable, told.expanded, told.collapsed = 1, int(is_expanded), int(not is_expanded)
        return told

    def actionNames(self) -> list[str]:
        return [self.pressAction(), *super().actionNames()] if self.widget().isEnabled() else super().actionNames()

    def doAction(self, action_name: str) -> None:
        button = self.widget()
        if action_name == self.pressAction() and isinstance(button, QAbstractButton):
            button.click()
        else:
            super().doAction(action_name)
