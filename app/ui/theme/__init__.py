"""Colours, sizes and shapes of the window: the palette first, the style sheet only adds shape."""

from app.ui.theme.appearance import Appearance, Scheme, appearance, apply_theme, has_motion, keep_scaled, theme
from app.ui.theme.scale import font, scale, u
from app.ui.theme.tokens import DARK, LIGHT, Theme, contrast_theme

__all__ = [
    "DARK",
    "LIGHT",
    "Appearance",
    "Scheme",
    "Theme",
    "appearance",
    "apply_theme",
    "contrast_theme",
    "font",
    "has_motion",
    "keep_scaled",
    "scale",
    "theme",
    "u",
]
