"""Applies a theme to the application and keeps it in step with the system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from app.ui.theme.palette import palette_of
from app.ui.theme.scale import MIN_POINTS, scale
from app.ui.theme.style import style_sheet
from app.ui.theme.tokens import DARK, LIGHT, Theme, contrast_theme

Scheme = Literal["system", "light", "dark"]

_PROPERTY = "tagdrop_appearance"


class Appearance(QObject):
    """The look of one application; kept at it as a property, see `appearance`.

    Attributes:
        theme: the colours in force.
    """

    changed = Signal()
    """The colours or the text size changed; the new ones are in force."""

    def __init__(self, app: QApplication, scheme: Scheme, contrast: QPalette | None) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = scheme
        self._contrast = contrast
        self._is_applying = False
        self._scale = 0.0
        self.theme = LIGHT
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self.refresh)
        hints.accessibility().contrastPreferenceChanged.connect(self.refresh)
        app.installEventFilter(self)

    def choose(self, scheme: Scheme, contrast: QPalette | None) -> None:
        """Follow the system or keep one scheme; `contrast` has the colours of forced high contrast."""
        self._scheme, self._contrast = scheme, contrast
        self.refresh()

    def refresh(self) -> None:
        """Take over what the system or the person wants now."""
        if self._is_applying:
            return
        self._is_applying = True
        try:
            self._apply()
        finally:
            self._is_applying = False
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the system's interface font changed."""
        if event.type() == QEvent.Type.ApplicationFontChange and watched is self._app and scale() != self._scale:
            self.refresh()
        return False

    def _apply(self) -> None:
        interface_font = self._app.font()
        if interface_font.pointSizeF() < MIN_POINTS:
            interface_font.setPointSizeF(MIN_POINTS)
            self._app.setFont(interface_font)
        self._scale = scale()
        self.theme = self._wanted()
        self._app.setPalette(palette_of(self.theme))
        self._app.setStyleSheet(style_sheet(self.theme))

    def _wanted(self) -> Theme:
        if self._contrast is not None:
            return contrast_theme(self._contrast)
        hints = self._app.styleHints()
        if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            self._app.setPalette(QPalette())
            return contrast_theme(self._app.palette())
        is_dark = hints.colorScheme() == Qt.ColorScheme.Dark if self._scheme == "system" else self._scheme == "dark"
        return DARK if is_dark else LIGHT


def apply_theme(app: QApplication, scheme: Scheme = "system", contrast: QPalette | None = None) -> Appearance:
    """Give the application its look and keep it in step with the system.

    Args:
        app: the application.
        scheme: `system` follows the desktop, live.
        contrast: forces high contrast with these colours, whatever the system says.
    """
    found = _kept(app)
    if found is not None:
        found.choose(scheme, contrast)
        return found
    app.setStyle("Fusion")
    made = Appearance(app, scheme, contrast)
    app.setProperty(_PROPERTY, made)
    made.refresh()
    return made


def appearance() -> Appearance | None:
    """Return the look of the running application; None before `apply_theme`."""
    app = QApplication.instance()
    return _kept(app) if app is not None else None


def theme() -> Theme:
    """Return the colours in force."""
    found = appearance()
    return found.theme if found is not None else LIGHT


def keep_scaled(widget: QWidget, size: Callable[[], None]) -> None:
    """Call `size` now, and again whenever text size or colours change, as long as `widget` lives.

    `size` sets fonts, fixed sizes and margins by `u` and `font`.
    """
    size()
    found = appearance()
    if found is not None:
        _Follower(widget, found, size)


def has_motion(widget: QWidget) -> bool:
    """Tell whether the system lets things move."""
    return widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget) > 0


class _Follower(QObject):
    """Ends with its widget, so that nothing is called for a widget that is gone."""

    def __init__(self, widget: QWidget, source: Appearance, size: Callable[[], None]) -> None:
        super().__init__(widget)
        self._size = size
        source.changed.connect(self._run)

    def _run(self) -> None:
        if shiboken6.isValid(self):
            self._size()


def _kept(app: QObject | QGuiApplication) -> Appearance | None:
    found = app.property(_PROPERTY)
    return found if isinstance(found, Appearance) and shiboken6.isValid(found) else None
