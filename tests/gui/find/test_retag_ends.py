"""A change of tags that is cancelled, fails in part, or is over; and what is asked before it."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from app.core.query import Term
from app.ui.find.unreadable_sheet import FailuresSheet
from tests.gui.find.storing import put
from tests.gui.find.test_retagging import adds_signed, said, sheet, tags
from tests.proxy import answer, hold_until, of_key

Key = Qt.Key


def puts_tags(asked):
    return asked.method == "PUT" and "tagging" in asked.query


@pytest.fixture
def found(person, stored):
    """Three files, with the keyboard in the table."""
    person.finds("Invoice")
    person.place.find.table.setFocus()
    return person


def bar(person):
    return person.place.find.bar


def opens(person):
    person.bot.keyClick(person.place.find.table, Key.Key_F2)
    return sheet(person)


def failed(person):
    model = sheet(person, FailuresSheet).table.model()
    return [(model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())]


def test_a_cancel_ends_what_is_under_way_and_tells_what_was_done(found, proxy, boto, buckets):
    go_on = threading.Event()
    proxy.on(puts_tags, hold_until(go_on))
    adds_signed(found)
    found.wait(lambda: proxy.count(puts_tags))
    assert (bar(found).note.text(), bar(found).note.accessibleName()) == ("Cancel", "Cancel")
    assert (bar(found).retag.isEnabled(), bar(found).retag.toolTip()) == (False, "Tags are being changed")
    found.presses(bar(found).note)
    go_on.set()
    found.wait(lambda: bar(found)._scope.text().startswith("Cancelled. "))
    changed = sum("Signed" in tags(boto, buckets, key).values() for key in ("b.pdf", "c.pdf", "north/a.pdf"))
    files = "1 file" if changed == 1 else f"{changed} files"
    assert bar(found)._scope.text() == (
        f"Cancelled. Tags of {files} changed." if changed else "Cancelled. No tag was changed."
    )
    assert bar(found).note.isVisible() == (changed > 0)
    assert bar(found).retag.isEnabled()


def test_how_far_it_is_stands_in_the_bar(found, proxy):
    go_on = threading.Event()
    proxy.on(of_key("c.pdf", puts_tags), hold_until(go_on))
    adds_signed(found)
    found.wait(lambda: bar(found)._detail.text().endswith(" of 3 files"))
    assert bar(found)._scope.text() == "Changing tags"
    go_on.set()
    said(found, "Tags of 3 files changed.")


def test_the_undo_line_goes_by_itself_and_what_it_offered_stays(found, boto, buckets):
    found.place.find.retagging.line_timer.setInterval(0)
    adds_signed(found)
    found.wait(lambda: "Signed" in tags(boto, buckets, "b.pdf").values())
    said(found, "All 3 files")
    assert not bar(found).note.isVisible()
    found.bot.keyClick(found.place.find.table, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    found.wait(lambda: "Signed" not in tags(boto, buckets, "b.pdf").values())


def test_the_undo_line_stays_for_ten_seconds(found):
    adds_signed(found)
    said(found, "Tags of 3 files changed.")
    timer = found.place.find.retagging.line_timer
    assert (timer.interval(), timer.isActive()) == (10_000, True)


def test_a_file_that_is_full_is_named_before_anything_is_changed(found, boto, buckets, proxy):
    foreign = [{"Key": f"Scanner{n}", "Value": "clean"} for n in range(9)]
    full = {"TagSet": [{"Key": "Tag1", "Value": "Invoice"}, *foreign]}
    boto.put_object_tagging(Bucket=buckets.storage, Key="c.pdf", Tagging=full)
    found.place.find.search_everything()
    found.waits_for_search()
    opened = opens(found)
    found.bot.keyClicks(opened.field.focusProxy(), "Signed")
    assert opened._problem.text() == (
        "“\u2068c.pdf\u2069”: It has no room for another tag. "
        "The storage keeps 10 for each file, those of other programs included."
    )
    assert not opened.confirm.isEnabled()
    assert opened.confirm.accessibleDescription() == opened._problem.text()
    found.types(opened.field, "")
    assert opened.isVisible()
    assert not proxy.count(puts_tags)


def test_more_tags_than_a_file_can_carry_are_refused_in_the_field(person, boto, buckets):
    put(boto, buckets, "a.pdf", "Invoice")
    person.finds("Invoice")
    person.place.find.table.setFocus()
    opened = opens(person)
    limit = len(opened._rules.keys)
    opened.field.set_terms([Term(f"Lot {number}") for number in range(limit)])
    person.types(opened.field, "Signed")
    assert opened.field.problem().detail == f"A file can carry {limit} at most."
    assert not opened.confirm.isEnabled()


def test_an_undo_after_a_failure_in_part_names_what_it_cannot_undo(found, proxy, boto, buckets):
    proxy.on(of_key("c.pdf", puts_tags), answer(403, "AccessDenied"))
    adds_signed(found)
    assert [name for name, _ in failed(found)] == ["c.pdf"]
    sheet(found, FailuresSheet).reject()
    assert bar(found)._scope.text() == "Tags of 2 files changed."
    boto.delete_object(Bucket=buckets.storage, Key="b.pdf")
    found.bot.keyClick(found.place.find.table, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    said(found, "Tags of 1 file restored.")
    assert failed(found) == [("b.pdf", "The file isn’t in the storage any more")]
    assert not sheet(found, FailuresSheet).confirm.isVisible()
    assert tags(boto, buckets, "north/a.pdf") == {"Tag1": "Invoice", "Tag3": "Lot 3"}


def test_control_enter_confirms_while_a_tag_is_typed(found, boto, buckets):
    opened = opens(found)
    edit = opened.field.focusProxy()
    found.bot.keyClicks(edit, "Signed")
    found.bot.keyClick(edit, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    said(found, "Tags of 3 files changed.")
    assert tags(boto, buckets, "b.pdf") == {"Tag1": "invoice", "Tag3": "Signed"}
    assert found.place.find.table.hasFocus()


def test_tab_leads_to_the_confirming_button(found, boto, buckets):
    opened = opens(found)
    found.types(opened.field, "Signed")
    for _ in range(2):
        found.bot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
    assert QApplication.focusWidget() is opened.confirm
    found.bot.keyClick(opened.confirm, Key.Key_Space)
    said(found, "Tags of 3 files changed.")


def test_a_screen_reader_hears_what_is_asked(found):
    opened = opens(found)
    assert (opened.accessibleName(), opened.field.focusProxy().accessibleName()) == (
        "Retag 3 files",
        "Tags on all 3 files",
    )
    assert opened.field.focusProxy().accessibleDescription() == "1 tag: Invoice"
    assert (opened.confirm.accessibleName(), opened.confirm.accessibleDescription()) == (
        "Change 3 files",
        "Remove a tag or add one first.",
    )


def test_in_a_narrow_window_retag_is_one_of_the_more_actions(found):
    found.place.window.resize(640, 600)
    found.wait(lambda: not bar(found).retag.isVisible())
    found.presses(bar(found)._more)
    found.wait(QApplication.activePopupWidget)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == "Retag").trigger()
    menu.close()
    assert sheet(found).accessibleName() == "Retag 3 files"
