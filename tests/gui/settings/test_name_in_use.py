"""What the question about a name in use suggests first, as it was chosen in the settings."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.core.conflicts import Choice
from tests.gui.settings.test_settings_page import choose
from tests.server import keys_in


def test_skip_is_chosen_at_first_and_enter_takes_it(person, place, boto, buckets, files):
    place.show_settings()
    choose(place.settings.suggests, "Skip")
    boto.put_object(Bucket=buckets.storage, Key="files/a.pdf", Body=b"somebody else's")
    (files / "a.pdf").write_text("mine")
    place.window.activateWindow()
    person.drops_and_waits(files)
    person.types(place.upload.list.field, "Lot 3")
    person.presses(place.upload.list.upload)
    person.wait(lambda: place._sheets)
    (sheet,) = place._sheets.values()
    assert sheet.confirm.text() == "Skip"
    assert QApplication.focusWidget().accessibleName() == "Skip"
    person.bot.keyClick(sheet, Qt.Key.Key_Return)
    person.waits_for_transfers()
    assert keys_in(boto, buckets.storage) == ["files/a.pdf"]
    assert boto.get_object(Bucket=buckets.storage, Key="files/a.pdf")["Body"].read() == b"somebody else's"


def test_is_kept_for_the_next_start(new_place):
    choose(new_place().settings.suggests, "Skip")
    assert new_place().settings.suggests.accessibleName() == "When a name is in use: Skip"


@pytest.mark.parametrize("kept", ["replace", "burn"])
def test_replace_is_never_suggested_whatever_the_file_says(new_place, kept):
    place = new_place()
    place.window.settings.setValue("preferences/name_in_use", kept)
    assert place.preferences.suggests is Choice.KEEP_BOTH
