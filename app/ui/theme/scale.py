"""Sizes that follow the person's text size: lengths in `u` and fonts by ratio."""

from __future__ import annotations

from PySide6.QtGui import QFont, QGuiApplication

MIN_POINTS = 10.0
"""Smallest interface font, and the size at which one `u` is one logical px."""

_REFERENCE_DPI = 96.0


def scale() -> float:
    """Return the text scale: 1.0 at 10 points of 1/72 inch on a screen of 96 dots per inch."""
    # Qt's own screens have 96 dots per inch but macOS's 72, where the usual 13 points look as 10 do elsewhere.
    screen = QGuiApplication.primaryScreen()
    dpi = screen.logicalDotsPerInchY() if screen is not None else _REFERENCE_DPI
    points = QGuiApplication.font().pointSizeF()
    return max(points, 1.0) / MIN_POINTS * (dpi / _REFERENCE_DPI)


def u(px: float) -> int:
    """Return a length that is `px` logical pixels at text scale 1.0."""
    return round(px * scale())


def font(ratio: float = 1.0, weight: int | None = None, tabular: bool = False) -> QFont:
    """Return the interface font in another size.

    Args:
        ratio: of the interface font's size.
        weight: 400, 500 or 600; as the interface font where None.
        tabular: figures of one width, for numbers that change or stack.
    """
    made = QFont(QGuiApplication.font())
    made.setPointSizeF(made.pointSizeF() * ratio)
    if weight is not None:
        made.setWeight(QFont.Weight(weight))
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made
