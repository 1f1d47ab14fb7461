"""The question what to do with a name in use, before anybody answers it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QRadioButton, QWidget

from app.core.conflicts import Choice, Conflict
from app.core.objects import StoredObject
from app.ui.upload.conflict_sheet import ConflictSheet
from tests.ui.assistive import toggles

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def conflict(position=1, total=4):
    stored = StoredObject("north/plan.pdf", 1_300_000, NOON, "e")
    return Conflict(
        Path("/plan.pdf"), 1_400_000, NOON, stored, "maria@example.com", "north/plan (2).pdf", position, total, True
    )


class Shown(QObject):
    """Notes windows that appear."""

    def __init__(self):
        super().__init__()
        self.windows = []

    def eventFilter(self, watched, event):
        if event.type() == event.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(watched)
        return False


@pytest.fixture
def window(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 600)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def test_it_opens_no_window_of_its_own_and_gives_the_keyboard_to_keep_both(window, qapp):
    shown = Shown()
    qapp.installEventFilter(shown)
    sheet = ConflictSheet(conflict(), 38, NOON)
    sheet.open_on(window)
    qapp.processEvents()
    qapp.removeEventFilter(shown)

    assert shown.windows == []
    focused = QApplication.focusWidget()
    assert isinstance(focused, QRadioButton)
    assert focused.accessibleName() == "Keep both"
    assert sheet.resolution().choice is Choice.KEEP_BOTH


@pytest.mark.parametrize("choose", [QRadioButton.click, toggles])
def test_the_confirming_button_says_what_was_chosen_also_by_a_screen_reader(window, choose):
    sheet = ConflictSheet(conflict(), 38, NOON)
    sheet.open_on(window)
    replace = next(radio for radio in sheet.findChildren(QRadioButton) if radio.accessibleName().startswith("Replace"))
    choose(replace)

    assert sheet.confirm.text() == "Replace"
    assert sheet.resolution().choice is Choice.REPLACE


@pytest.mark.parametrize(("position", "is_offered"), [(1, True), (3, True), (4, False)])
def test_for_all_is_offered_while_there_are_others(window, qapp, position, is_offered):
    sheet = ConflictSheet(conflict(position), 38, NOON)
    sheet.open_on(window)

    assert sheet._for_all.isVisible() is is_offered
    assert sheet.resolution().for_all is is_offered
