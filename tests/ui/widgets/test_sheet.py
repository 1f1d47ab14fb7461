"""A sheet keeps the keyboard until it is answered, and gives it back."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.core.tags import TagRules
from app.ui.theme import u
from app.ui.widgets.choice import CheckBox, RadioButton
from app.ui.widgets.sheet import Sheet
from app.ui.widgets.tag_field import TagField

Key = Qt.Key


@pytest.fixture
def window(shown: Callable[..., QWidget]) -> QWidget:
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.addWidget(QLineEdit())
    return shown(made, 1000, 700)


@pytest.fixture
def edit(window: QWidget) -> QLineEdit:
    found = window.findChild(QLineEdit)
    assert isinstance(found, QLineEdit)
    found.setFocus()
    return found


@pytest.fixture
def sheet(window: QWidget, edit: QLineEdit) -> Sheet:
    made = Sheet("“a.pdf” is already in use", "Choose.", "Keep both", "Cancel upload")
    made.body.addWidget(CheckBox("Do the same for the other 3 names"))
    made.open_on(window)
    return made


def test_it_covers_the_window_and_its_card_stands_in_the_middle(sheet: Sheet, window: QWidget) -> None:
    assert sheet.geometry() == window.rect()
    card = sheet.confirm.parentWidget()
    assert card.width() == u(520)
    assert abs(card.geometry().center().x() - window.rect().center().x()) <= 1


def test_it_covers_the_window_also_when_that_grows(sheet: Sheet, window: QWidget) -> None:
    window.resize(1100, 750)

    assert sheet.geometry() == window.rect()


def test_it_takes_the_keyboard(sheet: Sheet) -> None:
    assert sheet.confirm.hasFocus()


def test_the_preselected_choice_can_take_it_instead(window: QWidget, edit: QLineEdit) -> None:
    sheet = Sheet("Title", "", "Go")
    box = CheckBox("All")
    sheet.body.addWidget(box)
    sheet.set_first(box)
    sheet.open_on(window)

    assert box.hasFocus()


def test_tab_stays_inside(sheet: Sheet, qtbot: QtBot) -> None:
    seen = set()
    for _ in range(5):
        focused = QApplication.focusWidget()
        assert focused is not None
        assert sheet.isAncestorOf(focused)
        seen.add(focused.accessibleName())
        qtbot.keyClick(focused, Key.Key_Tab)

    assert seen == {"Do the same for the other 3 names", "Cancel upload", "Keep both"}


def test_tab_visits_only_the_chosen_one_of_several_radio_buttons(window: QWidget, qtbot: QtBot) -> None:
    sheet = Sheet("Title", "", "Go")
    group = QWidget()
    layout = QVBoxLayout(group)
    buttons = [RadioButton(name) for name in ("a", "b", "c")]
    for button in buttons:
        layout.addWidget(button)
    buttons[1].setChecked(True)
    sheet.body.addWidget(group)
    sheet.open_on(window)

    visited = []
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
        visited.append(QApplication.focusWidget().accessibleName())

    assert sorted(visited) == ["Cancel", "Go", "b"]


def test_the_keyboard_cannot_be_taken_away(sheet: Sheet, edit: QLineEdit) -> None:
    edit.setFocus()

    focused = QApplication.focusWidget()
    assert focused is not None
    assert sheet.isAncestorOf(focused)


def test_keys_of_the_window_below_do_nothing(sheet: Sheet, window: QWidget, qtbot: QtBot) -> None:
    shortcut = QShortcut(QKeySequence("Ctrl+J"), window)

    with qtbot.assertNotEmitted(shortcut.activated):
        qtbot.keyClick(sheet.confirm, Key.Key_J, Qt.KeyboardModifier.ControlModifier)


def test_escape_cancels_and_focus_returns(sheet: Sheet, edit: QLineEdit, qtbot: QtBot) -> None:
    with qtbot.waitSignals([sheet.rejected, sheet.closed]):
        qtbot.keyClick(sheet.confirm, Key.Key_Escape)

    assert edit.hasFocus()
    assert not sheet.isVisible()


def test_the_confirming_button_accepts(sheet: Sheet, edit: QLineEdit, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sheet.accepted):
        qtbot.mouseClick(sheet.confirm, Qt.MouseButton.LeftButton)

    assert edit.hasFocus()


def test_enter_confirms_from_anywhere_inside(sheet: Sheet, qtbot: QtBot) -> None:
    box = sheet.findChild(CheckBox)
    box.setFocus()

    with qtbot.waitSignal(sheet.accepted):
        qtbot.keyClick(box, Key.Key_Return)


def test_enter_on_the_cancelling_button_cancels(sheet: Sheet, qtbot: QtBot) -> None:
    sheet.cancel.setFocus()

    with qtbot.waitSignal(sheet.rejected), qtbot.assertNotEmitted(sheet.accepted):
        qtbot.keyClick(sheet.cancel, Key.Key_Return)


def test_enter_does_nothing_while_it_cannot_be_confirmed(sheet: Sheet, qtbot: QtBot) -> None:
    box = sheet.findChild(CheckBox)
    box.setFocus()
    sheet.confirm.setEnabled(False)

    with qtbot.assertNotEmitted(sheet.accepted):
        qtbot.keyClick(box, Key.Key_Return)


def test_the_confirming_button_repeats_the_choice(sheet: Sheet) -> None:
    sheet.set_confirm("Replace")

    assert sheet.confirm.text() == "Replace"
    assert sheet.confirm.accessibleName() == "Replace"


def test_a_long_question_fits_into_a_low_window(window: QWidget) -> None:
    sheet = Sheet("Title", "A sentence that goes on. " * 80, "Go")
    window.resize(600, 400)
    sheet.open_on(window)

    card = sheet.confirm.parentWidget()
    assert window.rect().contains(card.geometry())
    assert card.rect().contains(sheet.confirm.geometry())


@pytest.mark.parametrize("width", [720, 1000])
@pytest.mark.parametrize("points", [10, 15])
def test_it_grows_with_what_is_in_it(
    window: QWidget, qapp: QApplication, qtbot: QtBot, width: int, points: float
) -> None:
    size = QFont(qapp.font())
    size.setPointSizeF(points)
    qapp.setFont(size)
    window.resize(width, 700)
    sheet = Sheet("Retag 3 files", "These tags are on all 3 files. Remove one or add one.", "Change 3 files")
    field = TagField("Tags on all 3 files", "Type a tag", TagRules(), "tag")
    sheet.body.addWidget(field)
    sheet.set_aside("You can undo this afterwards.")
    sheet.open_on(window)
    height = sheet.confirm.parentWidget().height()
    for value in ("Donaudampfschifffahrtsgesellschaft", "Grundbuchberichtigungsantrag", "Rechnung", "Hafenplatz"):
        qtbot.keyClicks(field.focusProxy(), value)
        qtbot.keyClick(field.focusProxy(), Key.Key_Return)

    card = sheet.confirm.parentWidget()
    qtbot.waitUntil(lambda: card.height() > height and field.height() > u(80))
    assert field.visibleRegion().boundingRect() == field.rect()
    assert not sheet.findChild(QScrollArea).verticalScrollBar().isVisible()
    assert card.rect().contains(sheet.confirm.geometry())
    assert window.rect().contains(card.geometry())


def test_a_sentence_that_comes_up_below_a_field_is_seen_whole(window: QWidget, qtbot: QtBot) -> None:
    sheet = Sheet("Rename “Invoice 2026”", "3 files carry it.", "Rename on 3 files", width=540)
    field = TagField("New name of the tag", "Type the new name", TagRules(), "tag")
    sheet.body.addWidget(field)
    sheet.open_on(window)
    qtbot.keyClicks(field.focusProxy(), "Sig*")

    qtbot.waitUntil(lambda: field.height() > u(60))
    assert field.visibleRegion().boundingRect() == field.rect()
    assert not sheet.findChild(QScrollArea).verticalScrollBar().isVisible()
