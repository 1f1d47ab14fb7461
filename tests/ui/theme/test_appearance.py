"""The look follows the choice, the system and the text size, also while the window is open."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import appearance, apply_theme, font, keep_scaled, scale, theme, u
from tests.ui.theme.test_tokens import black_palette


def test_dark_is_in_the_palette_before_any_style_sheet(qapp: QApplication) -> None:
    apply_theme(qapp, "dark")

    assert qapp.palette().color(QPalette.ColorRole.Window) == theme().bg
    assert qapp.palette().color(QPalette.ColorRole.PlaceholderText) == theme().text2
    assert theme().name == "dark"


def test_the_style_sheet_sets_no_text_size(qapp: QApplication) -> None:
    assert re.search(r"font(-size|-family|-weight)?\s*:", qapp.styleSheet()) is None


def test_following_the_system_is_live(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, "system")
    look = appearance()
    assert look is not None
    wanted = "dark" if qapp.styleHints().colorScheme() != Qt.ColorScheme.Dark else "light"
    scheme = Qt.ColorScheme.Dark if wanted == "dark" else Qt.ColorScheme.Light

    with qtbot.waitSignal(look.changed):
        qapp.styleHints().colorSchemeChanged.emit(scheme)

    assert theme().name == ("dark" if qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light")


def test_high_contrast_goes_before_the_chosen_scheme(qapp: QApplication) -> None:
    apply_theme(qapp, "light", contrast=black_palette())

    assert theme().is_contrast
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == "#000000"


def test_lengths_and_fonts_follow_the_text_size(qapp: QApplication) -> None:
    larger = qapp.font()
    larger.setPointSizeF(15)
    qapp.setFont(larger)

    assert scale() == 1.5
    assert u(40) == 60
    assert font(1.2).pointSizeF() == 18


def test_a_tiny_interface_font_is_raised_to_ten_points(qapp: QApplication) -> None:
    tiny = qapp.font()
    tiny.setPointSizeF(7)
    qapp.setFont(tiny)
    apply_theme(qapp, "light")

    assert qapp.font().pointSizeF() == 10


def test_a_widget_takes_a_new_text_size_while_it_is_open(qapp: QApplication, qtbot: QtBot) -> None:
    label = QLabel("x")
    qtbot.addWidget(label)
    keep_scaled(label, lambda: label.setFixedWidth(u(100)))

    larger = qapp.font()
    larger.setPointSizeF(20)
    qapp.setFont(larger)

    assert label.width() == 200


def test_nothing_is_called_for_a_widget_that_is_gone(qapp: QApplication, qtbot: QtBot) -> None:
    calls = []
    widget = QWidget()
    keep_scaled(widget, lambda: calls.append("sized"))
    with qtbot.waitSignal(widget.destroyed):
        widget.deleteLater()

    apply_theme(qapp, "dark")

    assert calls == ["sized"]
