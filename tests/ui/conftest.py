"""Widgets are tested without a screen, in the light theme at text scale 1."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import apply_theme


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the light theme, whatever a test does to it."""
    size = QFont(qapp.font())
    size.setPointSizeF(10)
    qapp.setFont(size)
    apply_theme(qapp, "light")
    yield qapp
    qapp.setFont(size)
    apply_theme(qapp, "light")


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[..., QWidget]:
    """Shows a widget in a window of its own, active and of the given size."""

    def show(widget: QWidget, width: int = 900, height: int = 400) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget), qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
        return widget

    return show
