"""The window's colours by what they are for, in light, dark and high contrast."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours.

    Attributes:
        name: `light`, `dark` or `contrast`.
        side: sidebar and drawer.
        bg: page.
        raised: field, popup and sheet.
        well: pane set into the page.
        text: names, titles and whatever is read first.
        text2: what stands beside it.
        disabled: text that can't be used now.
        line: between rows.
        edge2: outline of buttons.
        edge: outline of fields and boxes.
        hover: below the pointer.
        press: pressed, and the current place.
        accent: the one accent.
        accent_hover: the accent below the pointer.
        on_accent: text on the accent.
        tint: selection, chips and highlight.
        tint_line: outline of what is tinted.
        tint_text: text of chips.
        selected_text: text of selected rows.
        drop: drop panel.
        drop_line: its outline.
        warn: warning text and icon.
        warn_bg: behind a warning.
        warn_line: around a warning.
        error: error text and icon.
        error_bg: behind an error.
        error_line: around an error.
        ok: what went well.
        track: the empty part of a progress line.
        focus: outline of what has the keyboard.
        scrim: over the window, below a sheet; translucent.
        outline: width of outlines in px.
    """

    name: str
    side: QColor
    bg: QColor
    raised: QColor
    well: QColor
    text: QColor
    text2: QColor
    disabled: QColor
    line: QColor
    edge2: QColor
    edge: QColor
    hover: QColor
    press: QColor
    accent: QColor
    accent_hover: QColor
    on_accent: QColor
    tint: QColor
    tint_line: QColor
    tint_text: QColor
    selected_text: QColor
    drop: QColor
    drop_line: QColor
    warn: QColor
    warn_bg: QColor
    warn_line: QColor
    error: QColor
    error_bg: QColor
    error_line: QColor
    ok: QColor
    track: QColor
    focus: QColor
    scrim: QColor
    outline: int = 1

    @property
    def is_contrast(self) -> bool:
        """Whether the colours are the system's high-contrast ones."""
        return self.name == "contrast"

    def color(self, role: str) -> QColor:
        """Return the colour named `role`, an attribute of this class."""
        found = getattr(self, role)
        if not isinstance(found, QColor):
            raise AttributeError(f"{role} is no colour")
        return found


def _theme(name: str, scrim: QColor, **colors: str) -> Theme:
    return Theme(name=name, scrim=scrim, **{role: QColor(value) for role, value in colors.items()})  # type: ignore[arg-type]


LIGHT = _theme(
    "light",
    scrim=QColor(20, 24, 26, 92),
    side="#F4F5F3",
    bg="#FFFFFF",
    raised="#FFFFFF",
    well="#F7F8F6",
    text="#1A1D1E",
    text2="#565D60",
    disabled="#8A9194",
    line="#E7E9E7",
    edge2="#CDD1CF",
    edge="#868D90",
    hover="#ECEEEB",
    press="#E2E5E1",
    accent="#0B6B72",
    accent_hover="#085960",
    on_accent="#FFFFFF",
    tint="#E3F1F1",
    tint_line="#B4D8DA",
    tint_text="#08545A",
    selected_text="#1A1D1E",
    drop="#F3F9F9",
    drop_line="#C3DEDF",
    warn="#8A5300",
    warn_bg="#FFF5E2",
    warn_line="#EBCB93",
    error="#B3261E",
    error_bg="#FDEEEC",
    error_line="#F0BFBA",
    ok="#1E6B3C",
    track="#E3E6E4",
    focus="#0B6B72",
)

DARK = _theme(
    "dark",
    scrim=QColor(0, 0, 0, 140),
    side="#191C1E",
    bg="#212527",
    raised="#2A2F32",
    well="#1C2022",
    text="#ECEFEF",
    text2="#A9B1B4",
    disabled="#737C80",
    line="#32383B",
    edge2="#485054",
    edge="#7C868A",
    hover="#2B3033",
    press="#343A3D",
    accent="#63C6CC",
    accent_hover="#7AD3D8",
    on_accent="#08272A",
    tint="#1F4044",
    tint_line="#2F6167",
    tint_text="#A8E2E5",
    selected_text="#ECEFEF",
    drop="#1F2A2C",
    drop_line="#365156",
    warn="#F0BE6A",
    warn_bg="#372B16",
    warn_line="#5E4A22",
    error="#FF9A90",
    error_bg="#3D2220",
    error_line="#6C3833",
    ok="#7FD19B",
    track="#3A4144",
    focus="#63C6CC",
)


def contrast_theme(system: QPalette) -> Theme:
    """Return the system's own high-contrast colours: no tint, outlines of 2 px."""
    window, text = system.color(QPalette.ColorRole.Window), system.color(QPalette.ColorRole.WindowText)
    highlight = system.color(QPalette.ColorRole.Highlight)
    on_highlight = system.color(QPalette.ColorRole.HighlightedText)
    link = system.color(QPalette.ColorRole.Link)
    disabled = system.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
    grounds = dict.fromkeys(
        ("side", "bg", "raised", "well", "hover", "drop", "warn_bg", "error_bg", "track"),
        window,
    )
    texts = dict.fromkeys(("text", "text2", "line", "edge2", "edge", "drop_line", "ok", "accent_hover"), text)
    accents = dict.fromkeys(("press", "accent", "tint", "tint_line"), highlight)
    on_accents = dict.fromkeys(("on_accent", "tint_text", "selected_text"), on_highlight)
    alarms = dict.fromkeys(("warn", "warn_line", "error", "error_line", "focus"), link)
    return Theme(
        name="contrast",
        disabled=disabled,
        scrim=QColor(window.red(), window.green(), window.blue(), 200),
        outline=2,
        **grounds,
        **texts,
        **accents,
        **on_accents,
        **alarms,
    )
