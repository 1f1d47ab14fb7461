"""The settings before there is a window to go back to: not set up yet, or signed out."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app import __version__
from app.core.errors import ConfigurationError
from app.ui.connecting import Connecting
from app.ui.not_set_up import NotSetUp
from app.ui.theme import appearance
from tests.gui.settings.test_settings_page import choose


@pytest.fixture
def place(new_place, runner, qtbot):
    """A window on a computer that isn't set up."""

    def connect():
        raise ConfigurationError("not-set-up", "Tagdrop isn’t set up on this computer yet")

    made = new_place()
    with qtbot.waitActive(made.window):
        made.window.activateWindow()
    Connecting(made, connect, runner).start()
    qtbot.waitUntil(lambda: made.window.is_covered)
    return made


def test_are_reached_by_the_button_and_say_what_is_known_without_an_account(place, qtbot):
    below = place.window.covering
    assert isinstance(below, NotSetUp)
    qtbot.mouseClick(below.settings, Qt.MouseButton.LeftButton)
    over = place.window.covering
    assert QApplication.focusWidget() is over.page.scheme
    over.page.disclosure.click()
    facts = [(value.accessibleName(), value.toPlainText()) for value in over.page.details.values()]
    assert facts[0] == ("Tagdrop", __version__)
    assert "Signed in as" not in dict(facts)
    qtbot.mouseClick(over.back, Qt.MouseButton.LeftButton)
    assert place.window.covering is below


def test_are_reached_and_left_by_keys(place, qtbot):
    below = place.window.covering
    for _ in range(2):  # where they are shown already the keys do nothing
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert place.window.covering is not below
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert place.window.covering is below


def test_what_is_chosen_there_holds_in_the_window(place, qtbot):
    place.show_settings()
    choose(place.window.covering.page.scheme, "Dark")
    assert appearance().theme.name == "dark"
    place.window.uncover()
    place.show_settings()
    assert place.settings.scheme.text() == "Dark"
