import os
import sys
import threading

import pytest
from PySide6.QtCore import Qt

from app.core.conflicts import Choice
from app.ui.transfers.wording import say
from tests.gui.person import Person
from tests.proxy import hold_until, puts_object
from tests.server import keys_in, tags_of


def write(folder, *names, content="content of a file"):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def notes(place):
    model = place.upload.model
    return {model.index(row, 0).data(): model.index(row, 2).data() for row in range(model.rowCount())}


def test_dropped_files_are_uploaded_with_the_typed_tag(person, place, boto, buckets, files):
    person.uploads(write(files, "a.pdf", "north/b.jpg"), tag="Invoice 2026")
    assert keys_in(boto, buckets.storage) == ["files/a.pdf", "files/north/b.jpg"]
    assert tags_of(boto, buckets.storage, "files/a.pdf") == {"Tag1": "Invoice 2026", "Tag2": "Tag-value"}
    assert place.panel.line(place.queue.transfers[0]).words().title == "2 files uploaded"


def test_the_page_returns_to_the_first_view_so_that_more_can_be_dropped(person, place, files):
    assert place.upload.first.isVisible()
    write(files, "a.pdf", "b.pdf")
    person.drops_and_waits(files / "a.pdf")
    assert place.upload.list.isVisible()
    person.types(place.upload.list.field, "Invoice 2026")
    person.presses(place.upload.list.upload)
    assert place.upload.first.isVisible()
    person.drops_and_waits(files / "b.pdf")
    assert (person.scope(), place.upload.list.field.values()) == ("1 file, 17 bytes", ())
    person.waits_for_transfers()


def test_the_bar_counts_what_is_uploaded_and_what_is_left_out(person, place, files):
    write(files, "a.pdf", "b.pdf", ".DS_Store", "Thumbs.db")
    person.drops_and_waits(files)
    assert person.scope() == "2 files, 34 bytes"
    assert place.upload.list.bar._detail.text() == "2 system files left out"
    assert place.upload.list.upload.text() == "Upload 2 files"


def test_nothing_can_be_uploaded_before_a_tag_is_typed(person, place, files):
    person.drops_and_waits(write(files, "a.pdf"))
    upload = place.upload.list.upload
    assert (upload.isEnabled(), upload.toolTip()) == (False, "Type a tag first.")
    person.bot.keyClicks(place.upload.list.field.focusProxy(), "Lot 3")
    assert upload.isEnabled()


def test_a_refused_character_is_named_and_stops_the_upload(person, place, files):
    person.drops_and_waits(write(files, "a.pdf"))
    person.bot.keyClicks(place.upload.list.field.focusProxy(), "Lot #3")
    upload = place.upload.list.upload
    sentence = "“#” can’t be used in a tag. Letters, digits, spaces and + - = . _ : / @ can."
    assert (upload.isEnabled(), upload.toolTip()) == (False, sentence)


def test_a_tag_that_was_typed_without_enter_is_taken_too(person, place, boto, buckets, files):
    person.drops_and_waits(write(files, "a.pdf"))
    edit = place.upload.list.field.focusProxy()
    person.bot.keyClicks(edit, "Lot 3")
    person.bot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    person.waits_for_transfers()
    assert tags_of(boto, buckets.storage, "files/a.pdf")["Tag1"] == "Lot 3"


def test_names_in_use_and_files_already_there_are_noted_before_the_upload(person, place, boto, buckets, files):
    write(files, "new.pdf", "taken.pdf", "same.pdf")
    person.uploads(files / "same.pdf", tag="Lot 3")
    boto.put_object(Bucket=buckets.storage, Key="taken.pdf", Body=b"somebody else's")
    person.drops_and_waits(files / "new.pdf", files / "taken.pdf", files / "same.pdf")
    person.wait(lambda: notes(place)["same.pdf"])
    assert notes(place) == {"new.pdf": "", "taken.pdf": "Name in use", "same.pdf": "Already there"}
    person.types(place.upload.list.field, "Another tag")
    person.wait(lambda: notes(place)["same.pdf"] == "Name in use")


def test_a_pointer_file_is_listed_with_the_reason_and_not_uploaded(person, place, boto, buckets, files):
    write(files, "a.pdf", "Plan.gdoc")
    person.drops_and_waits(files)
    assert notes(place)["Plan.gdoc"] == "It holds no content"
    assert place.upload.list.upload.text() == "Upload 1 file"
    person.types(place.upload.list.field, "Lot 3")
    person.presses(place.upload.list.upload)
    person.waits_for_transfers()
    assert keys_in(boto, buckets.storage) == ["files/a.pdf"]
    assert say(place.queue.transfers[0]).title == "1 file uploaded, 1 failed"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_listed_with_the_reason(person, place, files):
    write(files, "a.pdf", "secret/b.pdf")
    (files / "secret").chmod(0)
    person.drops_and_waits(files)
    assert notes(place)["secret"] == "Can’t be read or written"


def test_a_row_can_be_taken_off_the_list(person, place, files):
    person.drops_and_waits(write(files, "a.pdf", "b.pdf"))
    table = place.upload.list.table
    table.setFocus()
    table.setCurrentIndex(place.upload.model.index(0, 0))
    person.bot.keyClick(table, Qt.Key.Key_Delete)
    assert person.scope() == "1 file, 17 bytes"
    person.bot.keyClick(table, Qt.Key.Key_Delete)
    assert place.upload.first.isVisible()


def test_the_same_file_dropped_twice_is_listed_once(person, files):
    write(files, "a.pdf", "b.pdf")
    person.drops_and_waits(files / "a.pdf")
    person.drops_and_waits(files / "a.pdf", files / "b.pdf")
    assert person.scope() == "2 files, 34 bytes"


def test_clear_forgets_the_drop(person, place, files):
    person.drops_and_waits(write(files, "a.pdf"))
    person.types(place.upload.list.field, "Lot 3")
    place.upload.list.clear_asked.emit()
    assert place.upload.first.isVisible()
    assert (place.upload.model.rowCount(), place.upload.list.field.values()) == (0, ())


def test_files_can_be_dropped_and_tagged_before_the_window_is_connected(
    qtbot, new_place, services, boto, buckets, files
):
    place = new_place()
    person = Person(qtbot, place)
    person.drops_and_waits(write(files, "a.pdf"))
    person.types(place.upload.list.field, "Lot 3")
    upload = place.upload.list.upload
    assert (upload.isEnabled(), upload.toolTip()) == (False, "Tagdrop isn’t connected yet.")
    place.connect_to(services)
    person.presses(upload)
    person.waits_for_transfers()
    assert keys_in(boto, buckets.storage) == ["files/a.pdf"]


def asked_about(sheet):
    title = sheet.accessibleName().replace("\u2068", "").replace("\u2069", "")
    name, end = title.split("” ")
    assert end == "is already in use"
    return name.removeprefix("“")


class TestNameInUse:
    @pytest.fixture
    def asked(self, person, place, boto, buckets, files):
        """Three files of which two have names in use; the sheet is open."""
        write(files, "a.pdf", "b.pdf", "c.pdf")
        for key in ("files/a.pdf", "files/b.pdf"):
            boto.put_object(Bucket=buckets.storage, Key=key, Body=b"somebody else's")
        person.drops_and_waits(files)
        person.types(place.upload.list.field, "Lot 3")
        person.presses(place.upload.list.upload)
        person.wait(lambda: place._sheets)
        return next(iter(place._sheets.values()))

    def test_both_are_kept_unless_somebody_chooses_otherwise(self, person, place, boto, buckets, asked):
        assert asked.confirm.text() == "Keep both"
        person.presses(asked.confirm)
        person.waits_for_transfers()
        stored = ["files/a (2).pdf", "files/a.pdf", "files/b (2).pdf", "files/b.pdf", "files/c.pdf"]
        assert keys_in(boto, buckets.storage) == stored

    def test_the_sheet_says_which_name_how_many_and_both_files(self, asked):
        assert asked_about(asked) in ("a.pdf", "b.pdf")
        assert asked._text.text() == "2 of your 3 files have a name that a stored file has too."

    def test_a_stored_file_is_replaced_only_by_choice(self, person, place, boto, buckets, asked):
        asked.choose(Choice.REPLACE)
        assert asked.confirm.text() == "Replace"
        person.presses(asked.confirm)
        person.waits_for_transfers()
        assert boto.get_object(Bucket=buckets.storage, Key="files/a.pdf")["Body"].read() == b"content of a file"

    def test_without_for_all_each_name_is_asked_about(self, person, place, boto, buckets, asked):
        skipped = asked_about(asked)
        asked._for_all.setChecked(False)
        asked.choose(Choice.SKIP)
        person.presses(asked.confirm)
        person.wait(lambda: place._sheets and next(iter(place._sheets.values())) is not asked)
        second = next(iter(place._sheets.values()))
        kept = asked_about(second)
        person.presses(second.confirm)
        person.waits_for_transfers()
        copy = f"files/{kept.removesuffix('.pdf')} (2).pdf"
        assert {skipped, kept} == {"a.pdf", "b.pdf"}
        assert keys_in(boto, buckets.storage) == sorted(["files/a.pdf", "files/b.pdf", "files/c.pdf", copy])

    def test_cancel_upload_keeps_what_was_acknowledged(self, person, place, boto, buckets, asked):
        person.bot.keyClick(asked, Qt.Key.Key_Escape)
        person.waits_for_transfers()
        assert keys_in(boto, buckets.storage) == ["files/a.pdf", "files/b.pdf", "files/c.pdf"]
        assert say(place.queue.transfers[0]).title == "Upload cancelled"

    def test_cancelling_the_transfer_takes_the_question_away(self, person, place, asked):
        place.queue.transfers[0].cancel()
        person.waits_for_transfers()
        person.wait(lambda: not place._sheets)


def test_several_uploads_queue_up(person, place, proxy, boto, buckets, files):
    write(files, "a.pdf", "b.pdf")
    go_on = threading.Event()
    proxy.on(puts_object, hold_until(go_on))
    for name, tag in (("a.pdf", "One"), ("b.pdf", "Two")):
        person.drops_and_waits(files / name)
        person.types(place.upload.list.field, tag)
        person.presses(place.upload.list.upload)
    titles = [say(transfer).title for transfer in place.queue.transfers]
    assert titles == ["Uploading 0 of 1 file", "Waiting"]
    go_on.set()
    person.waits_for_transfers()
    assert keys_in(boto, buckets.storage) == ["a.pdf", "b.pdf"]


def test_or_find_files_leads_to_what_is_found(person, place, files):
    person.uploads(write(files, "a.pdf"), tag="Lot 3")
    person.types(place.upload.first.field, "lot 3")
    assert place.window.current_page() == "find"
    person.waits_for_search()
    assert person.names() == ["a.pdf"]
