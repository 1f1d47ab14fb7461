"""Keys that work wherever the keyboard is, and Esc, which takes back one thing at a time."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from app.core.query import Term
from app.ui.widgets.sheet import Sheet

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def place(new_place, qtbot):
    """A window that isn't connected: keys work all the same."""
    made = new_place()
    with qtbot.waitActive(made.window):
        made.window.activateWindow()
    return made


@pytest.mark.parametrize(
    ("modifiers", "mode"),
    [
        (Modifier.ControlModifier, QFileDialog.FileMode.ExistingFiles),
        (Modifier.ControlModifier | Modifier.ShiftModifier, QFileDialog.FileMode.Directory),
    ],
)
def test_control_o_chooses_files_and_with_shift_a_folder_from_any_page(place, qtbot, modifiers, mode):
    place.window.show_page("find", with_keyboard=True)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_O, modifiers)
    dialog = place.upload.findChild(QFileDialog)
    assert dialog.fileMode() == mode
    assert place.window.current_page() == "upload"
    dialog.reject()


def test_a_question_keeps_keys_from_the_window_below(place, qtbot):
    sheet = Sheet("“a.pdf” is already in use", "", "Keep both")
    place.window.open_sheet(sheet)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_O, Modifier.ControlModifier)
    assert place.upload.findChild(QFileDialog) is None


def test_escape_closes_the_drawer_then_what_is_typed_then_the_query(place, qtbot):
    field = place.find.field
    place.window.show_page("find", with_keyboard=True)
    place.find.search_for([Term("Lot 3")])
    place.window.toggle_drawer()
    qtbot.keyClicks(QApplication.focusWidget(), "Har")
    left = []
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Escape)
        left.append((place.window.drawer.is_open, field.pending_text(), field.values()))
    assert left == [(False, "Har", ("Lot 3",)), (False, "", ("Lot 3",)), (False, "", ())]


def test_escape_takes_back_what_is_typed_on_the_first_view(place, qtbot):
    qtbot.keyClicks(QApplication.focusWidget(), "Har")
    assert place.upload.first.field.pending_text() == "Har"
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Escape)
    assert place.upload.first.field.pending_text() == ""
