"""The theme as Qt's palette, so that every widget has right colours before any style sheet."""

from __future__ import annotations

from PySide6.QtGui import QPalette

from app.ui.theme.tokens import Theme

_Role = QPalette.ColorRole


def palette_of(theme: Theme) -> QPalette:
    """Return the palette that says the same as `theme`."""
    palette = QPalette()
    for role, color in _roles(theme).items():
        palette.setColor(role, theme.color(color))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.disabled)
    return palette


def _roles(theme: Theme) -> dict[QPalette.ColorRole, str]:
    return {
        _Role.Window: "bg",
        _Role.Base: "raised",
        _Role.AlternateBase: "well",
        _Role.WindowText: "text",
        _Role.Text: "text",
        _Role.ButtonText: "text",
        _Role.Button: "raised",
        _Role.BrightText: "error",
        _Role.Highlight: "accent",
        _Role.HighlightedText: "on_accent",
        _Role.Accent: "accent",
        _Role.PlaceholderText: "text2",
        _Role.Link: "accent",
        _Role.LinkVisited: "accent",
        _Role.ToolTipBase: "raised",
        _Role.ToolTipText: "text",
        _Role.Light: "line",
        _Role.Midlight: "line",
        _Role.Mid: "edge2",
        _Role.Dark: "edge",
        _Role.Shadow: "edge" if theme.is_contrast else "edge2",
    }
