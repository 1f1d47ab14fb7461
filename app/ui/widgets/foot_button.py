"""A button at the foot of the sidebar, which folds with it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle

from app.ui.theme import keep_scaled, u

FLAT = 40
"""Height of one line or icon, in `u`."""


class FootButton(QAbstractButton):
    """Takes the whole width; in the rail it shows only an icon."""

    def __init__(self, height: float = FLAT) -> None:
        """Args: `height` is in `u`, while everything is shown."""
        super().__init__()
        self._height = height
        self._is_rail = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        keep_scaled(self, self._fit)

    @property
    def is_rail(self) -> bool:
        """Whether only an icon is shown."""
        return self._is_rail

    def set_rail(self, is_rail: bool) -> None:
        """Show only an icon, or everything."""
        self._is_rail = is_rail
        self._fit()
        self.update()

    def set_height(self, height: float) -> None:
        """Take another height in `u` while everything is shown."""
        self._height = height
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(u(40), self.height())

    def mirrored(self, place: QRect) -> QRect:
        """Return a place at the leading side as it is in the window's direction."""
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    def _fit(self) -> None:
        self.setFixedHeight(u(FLAT if self._is_rail else self._height))
