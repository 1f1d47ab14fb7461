"""Colours are told apart by everybody who can read the screen."""

import pytest
from PySide6.QtGui import QColor, QPalette

from app.ui.theme import DARK, LIGHT, Theme, contrast_theme

# The table below is rounded.
HALF_A_TENTH = 0.055

# Text on ground, and the least contrast in light and dark.
LEAST = [
    ("text", "bg", 17.0, 13.4),
    ("text", "side", 15.5, 14.8),
    ("text", "hover", 14.5, 11.5),
    ("text", "tint", 14.6, 9.7),
    ("text2", "bg", 6.7, 7.1),
    ("text2", "side", 6.1, 7.9),
    ("text2", "hover", 5.8, 6.1),
    ("text2", "tint", 5.8, 5.1),
    ("on_accent", "accent", 6.3, 7.9),
    ("accent", "bg", 6.3, 7.7),
    ("accent", "side", 5.7, 8.6),
    ("accent", "tint", 5.4, 5.6),
    ("tint_text", "tint", 7.5, 7.8),
    ("warn", "warn_bg", 5.9, 8.1),
    ("error", "error_bg", 5.8, 7.1),
    ("warn", "bg", 6.3, 9.0),
    ("error", "bg", 6.5, 7.6),
    ("ok", "bg", 6.5, 8.5),
    ("edge", "bg", 3.4, 4.2),
    ("edge", "side", 3.1, 4.6),
    ("disabled", "bg", 3.2, 3.6),
]


@pytest.mark.parametrize(("text", "ground", "light", "dark"), LEAST)
def test_text_stands_out_from_its_ground(text: str, ground: str, light: float, dark: float) -> None:
    assert contrast(LIGHT, text, ground) >= light - HALF_A_TENTH
    assert contrast(DARK, text, ground) >= dark - HALF_A_TENTH


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["bg", "raised", "well", "warn_bg", "error_bg"])
def test_every_ground_carries_quiet_text(theme: Theme, ground: str) -> None:
    assert contrast(theme, "text2", ground) >= 4.5


def test_high_contrast_takes_every_colour_from_the_system() -> None:
    theme = contrast_theme(black_palette())

    named = {"#000000", "#ffffff", "#1aebff", "#ffff00", "#3ff23f"}
    assert {theme.color(role).name() for role in theme.__slots__ if isinstance(getattr(theme, role), QColor)} <= named
    assert theme.outline == 2
    assert theme.focus.name() == "#ffff00"
    assert theme.on_accent.name() == "#000000"


def test_high_contrast_stands_out_as_much_as_the_system_can() -> None:
    theme = contrast_theme(black_palette())

    assert contrast(theme, "text", "bg") == pytest.approx(21)
    assert contrast(theme, "text2", "side") == pytest.approx(21)
    assert contrast(theme, "tint_text", "tint") >= 14.35
    assert contrast(theme, "error", "error_bg") >= 19.5


def black_palette() -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, color in (
        (roles.Window, "#000000"),
        (roles.WindowText, "#FFFFFF"),
        (roles.Highlight, "#1AEBFF"),
        (roles.HighlightedText, "#000000"),
        (roles.Link, "#FFFF00"),
    ):
        palette.setColor(role, QColor(color))
    palette.setColor(QPalette.ColorGroup.Disabled, roles.WindowText, QColor("#3FF23F"))
    return palette


def contrast(theme: Theme, text: str, ground: str) -> float:
    """Return the contrast ratio (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((luminance(theme.color(text)), luminance(theme.color(ground))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: QColor) -> float:
    parts = [color.redF(), color.greenF(), color.blueF()]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
