"""What assistive technology does with a widget."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleActionInterface
from PySide6.QtWidgets import QWidget


def toggles(widget: QWidget) -> None:
    """Toggle a box or choose a radio button, which is no click."""
    actions = QAccessible.queryAccessibleInterface(widget).actionInterface()
    actions.doAction(QAccessibleActionInterface.toggleAction())
