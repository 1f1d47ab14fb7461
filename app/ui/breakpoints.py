"""Widths at which the window changes its shape: width ÷ text scale, so that large text counts as a narrow window."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.theme import scale

RAIL_BELOW_U = 900
"""Window width below which the sidebar is a rail."""


def width_u(widget: QWidget) -> float:
    """Return the width of a widget in `u`."""
    return widget.width() / scale()
