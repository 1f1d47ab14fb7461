"""Renaming a tag, or merging it into another one, from its chip in the find field."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.core.query import Relation, Term
from app.ui.find.rename_sheet import RenameSheet
from app.ui.find.unreadable_sheet import FailuresSheet
from app.ui.widgets.chip import Chip
from tests.gui.find.test_retag_ends import puts_tags
from tests.gui.find.test_retagging import adds_signed, said, sheet, tags
from tests.proxy import answer, hold_until, of_key, reads_tags


def menu_of(place, number=0):
    return place.find.field._chips.shown[number].relation_menu()


def texts(menu):
    return [action.text() for action in menu.actions() if action.text()]


def asks(person, value="Invoice"):
    """Search for the tag and choose *Rename or merge…* in the menu of its chip."""
    person.finds(value)
    person.wait(lambda: person.place.tags.vocabulary.files(value))
    menu = menu_of(person.place)
    next(action for action in menu.actions() if action.text() == "Rename or merge…").trigger()
    return sheet(person, RenameSheet)


def says(opened):
    return opened._text.text()


def test_every_file_that_carries_the_tag_gets_the_new_name_and_it_can_be_undone(person, stored, boto, buckets):
    opened = asks(person)
    assert opened.accessibleName() == "Rename “\u2068Invoice\u2069”"
    person.wait(lambda: says(opened) == "3 files carry it.")
    person.bot.keyClicks(opened.field.focusProxy(), "Bill")
    assert opened.confirm.text() == "Rename on 3 files"
    person.presses(opened.confirm)
    said(person, "Tags of 3 files changed.")
    assert [tags(boto, buckets, key)["Tag1"] for key in ("b.pdf", "d.pdf", "north/a.pdf")] == [
        "Bill",
        "Invoices",
        "Bill",
    ]
    assert tags(boto, buckets, "north/a.pdf")["Tag3"] == "Lot 3"
    person.presses(person.place.find.bar.note)
    said(person, "Tags of 3 files restored.")
    assert [tags(boto, buckets, key)["Tag1"] for key in ("b.pdf", "north/a.pdf")] == ["invoice", "Invoice"]


def test_by_keyboard_alone(person, stored, boto, buckets):
    person.finds("Invoice")
    chip = person.place.find.field._chips.shown[0]
    chip.setFocus()
    person.bot.keyClick(chip, Qt.Key.Key_Return)
    person.wait(QApplication.activePopupWidget)
    menu = QApplication.activePopupWidget()
    for _ in menu.actions():
        if menu.activeAction() is None or menu.activeAction().text() != "Rename or merge…":
            person.bot.keyClick(menu, Qt.Key.Key_Down)
    person.bot.keyClick(menu, Qt.Key.Key_Return)
    opened = sheet(person, RenameSheet)
    person.wait(lambda: says(opened) == "3 files carry it.")
    person.types(opened.field, "Bill")
    person.bot.keyClick(opened.field.focusProxy(), Qt.Key.Key_Return)
    said(person, "Tags of 3 files changed.")
    assert tags(boto, buckets, "c.pdf")["Tag1"] == "Bill"


def test_a_name_in_use_is_merged_with_and_says_so(person, stored, boto, buckets):
    opened = asks(person, "Invoices")
    person.wait(lambda: says(opened) == "1 file carries it.")
    person.types(opened.field, "invoice")
    assert opened._merges.text().endswith("is on 3 files already. Both become one.")
    assert opened.confirm.text() == "Merge 1 file"
    person.presses(opened.confirm)
    said(person, "Tags of 1 file changed.")
    assert tags(boto, buckets, "d.pdf")["Tag1"] == "invoice"


def test_what_is_known_is_said_at_once_and_nothing_is_changed_before_it_was_counted(person, stored, proxy):
    person.finds("Invoice")
    person.wait(lambda: person.place.tags.vocabulary.files("Invoice") == 3)
    go_on = threading.Event()
    proxy.on(reads_tags, hold_until(go_on))
    opened = asks_now(person)
    assert says(opened) == "About 3 files carry it. Counting…"
    person.bot.keyClicks(opened.field.focusProxy(), "Bill")
    assert not opened.confirm.isEnabled()
    assert opened.confirm.accessibleDescription() == "The files that carry it are still being counted."
    go_on.set()
    person.wait(opened.confirm.isEnabled)
    assert says(opened) == "3 files carry it."


def asks_now(person):
    person.place.find.renaming.ask("Invoice")
    return sheet(person, RenameSheet)


def test_files_that_cannot_be_looked_at_are_counted_too(person, stored, proxy):
    person.finds("Invoice")
    proxy.on(of_key("c.pdf", reads_tags), answer(403, "AccessDenied"))
    opened = asks_now(person)
    person.wait(lambda: "carry it." in says(opened) and "About" not in says(opened))
    assert says(opened) == "2 files carry it. 1 file couldn’t be looked at and won’t be changed."


def test_files_that_cannot_be_found_are_an_error_in_the_sheet(person, stored, proxy):
    person.finds("Invoice")
    proxy.on(lambda asked: True, answer(403, "AccessDenied"))
    opened = asks_now(person)
    person.wait(lambda: "couldn’t be" in says(opened))
    person.types(opened.field, "Bill")
    assert not opened.confirm.isEnabled()


def test_the_same_name_and_one_that_is_refused_cannot_be_confirmed(person, stored):
    opened = asks(person)
    person.wait(lambda: says(opened) == "3 files carry it.")
    assert opened.field.pending_text() == "Invoice"
    assert opened.confirm.accessibleDescription() == "Type another name first."
    person.bot.keyClicks(opened.field.focusProxy(), "a*")
    assert not opened.confirm.isEnabled()


def test_another_spelling_of_the_same_tag_is_no_merge(person, stored, boto, buckets):
    opened = asks(person)
    person.wait(lambda: says(opened) == "3 files carry it.")
    person.types(opened.field, "INVOICE")
    assert opened.confirm.text() == "Rename on 3 files"
    assert not opened._merges.isVisible()
    assert [chip.text() for chip in opened.field.findChildren(Chip) if chip.isVisible()] == ["INVOICE"]
    person.presses(opened.confirm)
    said(person, "Tags of 3 files changed.")
    assert tags(boto, buckets, "b.pdf")["Tag1"] == "INVOICE"


def test_one_name_takes_the_place_of_another(person, stored):
    opened = asks(person)
    person.types(opened.field, "Bill")
    person.types(opened.field, "Receipt")
    assert opened.field.values() == ("Receipt",)


def test_a_file_that_failed_is_named(person, stored, boto, buckets):
    opened = asks(person)
    person.wait(lambda: says(opened) == "3 files carry it.")
    boto.delete_object(Bucket=buckets.storage, Key="b.pdf")
    person.types(opened.field, "Bill")
    person.presses(opened.confirm)
    failures = sheet(person, FailuresSheet)
    assert failures.table.model().index(0, 0).data() == "b.pdf"
    said(person, "Tags of 2 files changed.")


@pytest.mark.parametrize(
    ("terms", "more"),
    [
        ([Term("Invoice")], ["Rename or merge…"]),
        ([Term("Invoice"), Term("Lot 3")], ["Find files with it", "Rename or merge…"]),
        ([Term("Invoice", Relation.IS_NOT)], ["Find files with it", "Rename or merge…"]),
        ([Term("Inv", Relation.BEGINS_WITH)], []),
    ],
)
def test_the_menu_of_a_chip_offers_what_makes_sense(person, stored, terms, more):
    person.place.find.search_for(terms)
    assert texts(menu_of(person.place)) == ["is", "is not", "begins with", *more]


def test_while_tags_are_changed_no_other_change_can_begin(person, stored, proxy):
    person.finds("Invoice")
    go_on = threading.Event()
    proxy.on(puts_tags, hold_until(go_on))
    adds_signed(person)
    person.wait(lambda: proxy.count(puts_tags))
    rename = menu_of(person.place).actions()[-1]
    assert (rename.isEnabled(), rename.toolTip()) == (False, "Tags are being changed")
    go_on.set()
    said(person, "Tags of 3 files changed.")
    assert menu_of(person.place).actions()[-1].isEnabled()


def test_the_files_with_one_of_the_tags_are_one_press_away(person, stored):
    person.finds("Invoice", "Lot 3")
    next(action for action in menu_of(person.place).actions() if action.text() == "Find files with it").trigger()
    person.waits_for_search()
    assert person.place.find.field.terms() == (Term("Invoice"),)
    assert len(person.names()) == 3


def test_who_comes_next_does_not_see_the_question(person, stored):
    opened = asks(person)
    with person.bot.waitSignal(opened.rejected):
        person.place.forget()
