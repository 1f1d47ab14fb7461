"""Icons are drawn in the colours of the theme, at the size at which they are shown."""

import re
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QIcon, QImage
from PySide6.QtWidgets import QApplication

from app.core.resources import resource
from app.ui.icons import app_icon, file_icon_name, icon, illustration, pixmap
from app.ui.theme import apply_theme, theme
from tests.ui.theme.test_tokens import black_palette

NAMES = sorted(path.stem for path in resource("icons").glob("*.svg"))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("logo", "drop")])
def test_every_icon_is_drawn_in_the_colour_of_its_role(name: str) -> None:
    assert color(pixmap(name, "accent", 96, 1.0).toImage()) == theme().accent.name()


def test_an_icon_changes_with_the_theme(qapp: QApplication) -> None:
    made = icon("tag", "text")
    apply_theme(qapp, "dark")

    assert color(made.pixmap(QSize(96, 96)).toImage()) == theme().text.name()


def test_a_disabled_icon_has_the_colour_of_disabled_text() -> None:
    assert color(icon("tag").pixmap(QSize(96, 96), QIcon.Mode.Disabled).toImage()) == theme().disabled.name()


def test_a_selected_icon_is_not_tinted_by_qt() -> None:
    assert color(icon("tag").pixmap(QSize(96, 96), QIcon.Mode.Selected).toImage()) == theme().text2.name()


def test_in_high_contrast_a_selected_icon_stands_out_from_the_selection(qapp: QApplication) -> None:
    apply_theme(qapp, "light", contrast=black_palette())

    assert color(icon("tag").pixmap(QSize(96, 96), QIcon.Mode.Selected).toImage()) == "#000000"


@pytest.mark.parametrize(("size", "stroke"), [(16, 1.5), (18, 1.5), (20, 1.5), (40, 3.0)])
def test_a_small_icon_has_as_strong_a_line_as_a_large_one(size: int, stroke: float) -> None:
    picture = pixmap("plus", "text", size, 1.0).toImage()
    across_the_upright = sum(picture.pixelColor(x, round(size * 0.3)).alphaF() for x in range(size))

    assert across_the_upright == pytest.approx(stroke, abs=0.1)


def test_with_large_text_the_line_grows_with_the_icon(qapp: QApplication) -> None:
    twice = QFont(qapp.font())
    twice.setPointSizeF(20)
    qapp.setFont(twice)
    picture = pixmap("plus", "text", 32, 1.0).toImage()

    assert sum(picture.pixelColor(x, 10).alphaF() for x in range(32)) == pytest.approx(3.0, abs=0.1)


def test_an_icon_is_sharp_on_a_dense_screen() -> None:
    picture = pixmap("tag", "text", 20, 2.0)

    assert picture.size() == QSize(40, 40)
    assert picture.deviceIndependentSize().toSize() == QSize(20, 20)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Invoice.PDF", "pdf"),
        ("photo.jpeg", "image"),
        ("a.b.xlsx", "sheet"),
        ("letter.docx", "doc"),
        ("RE: hello.eml", "mail"),
        ("all.zip", "zip"),
        ("Makefile", "file"),
        ("x.unheard", "file"),
        ("folder/scan.tiff", "image"),
    ],
)
def test_a_file_is_shown_by_its_ending(name: str, shown: str) -> None:
    assert file_icon_name(name) == shown


def test_the_drawing_takes_its_colours_from_the_theme(qapp: QApplication) -> None:
    apply_theme(qapp, "dark")

    assert color(illustration("drop", 176, 1.0).toImage()) == theme().raised.name()


def test_the_mark_has_every_size_that_desktops_ask_for() -> None:
    assert {16, 32, 48, 256} <= {size.width() for size in app_icon().availableSizes()}


def test_the_icons_licence_travels_with_them() -> None:
    text = resource("icons/LICENSE").read_text(encoding="utf-8")

    assert "ISC License" in text
    assert "Lucide" in text


def test_only_icons_in_use_are_shipped() -> None:
    app = Path(resource("icons")).parents[1] / "app"
    sources = "\n".join(path.read_text(encoding="utf-8") for path in app.rglob("*.py"))

    assert [name for name in NAMES if not re.search(rf'"{name}"', sources)] == []


def color(image: QImage) -> str:
    """Return the colour that most of the opaque points have; at the edges it is blended."""
    points = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return Counter(QColor(point.rgb()).name() for point in points if point.alpha() == 255).most_common(1)[0][0]
