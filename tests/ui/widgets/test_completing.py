"""Tags in use below the field: nothing is chosen for the person, and one key takes what was meant."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.core.completion import Vocabulary
from app.core.query import Term
from app.core.tags import TagRules
from app.ui.widgets.tag_field import TagField

Key = Qt.Key
IN_USE = {
    "Harbour Street": 96,
    "Hartmann GmbH": 31,
    "Harbour Street signed": 12,
    "Straße": 5,
    "Invoices": 3,
    "Lehár": 2,
}


@pytest.fixture
def open_field(shown):
    def show(with_relations=False, rtl=False):
        page = QWidget()
        page.resize(800, 500)
        if rtl:
            page.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        field = TagField("Tag for all 38 files", "Type a tag", TagRules(), "tag", with_relations=with_relations)
        layout = QVBoxLayout(page)
        layout.addWidget(field)
        layout.addStretch()
        field.complete_from(lambda: Vocabulary(IN_USE))
        field.page = shown(page)  # kept
        page.activateWindow()
        field.focus_edit()
        return field

    return show


@pytest.fixture
def field(open_field):
    return open_field()


def edit(field):
    return field.findChild(QLineEdit)


def popup(field):
    return field.completing.popup


def texts(field):
    model = popup(field).model
    return [model.data(model.index(row, 0)) for row in range(model.rowCount())]


@pytest.fixture
def types(qtbot):
    def type_in(field, text):
        qtbot.keyClicks(edit(field), text)
        qtbot.waitUntil(popup(field).isVisible)

    return type_in


def test_what_is_typed_is_found_most_used_first_and_nothing_is_highlighted(field, types):
    types(field, "har")
    assert texts(field) == [
        "Harbour Street",
        "Hartmann GmbH",
        "Harbour Street signed",
        "Lehár",
        "New tag “har”",
    ]
    assert popup(field).highlighted == -1
    assert popup(field).model.data(popup(field).model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole) == (
        "Harbour Street, 96 files"
    )


def test_enter_takes_what_was_typed(field, types, qtbot):
    types(field, "Har")
    qtbot.keyClick(edit(field), Key.Key_Return)
    assert field.values() == ("Har",)
    assert not popup(field).isVisible()


def test_down_and_enter_take_the_highlighted_one(field, types, qtbot):
    types(field, "har")
    for _ in range(3):
        qtbot.keyClick(edit(field), Key.Key_Down)
    qtbot.keyClick(edit(field), Key.Key_Up)
    assert popup(field).highlighted == 1
    qtbot.keyClick(edit(field), Key.Key_Return)
    assert field.values() == ("Hartmann GmbH",)
    assert edit(field).text() == ""
    assert edit(field).hasFocus()


def test_up_from_the_first_highlights_none(field, types, qtbot):
    types(field, "har")
    qtbot.keyClick(edit(field), Key.Key_Down)
    qtbot.keyClick(edit(field), Key.Key_Up)
    assert popup(field).highlighted == -1


def test_tab_takes_the_first(field, types, qtbot):
    types(field, "stras")
    qtbot.keyClick(edit(field), Key.Key_Tab)
    assert field.values() == ("Straße",)
    assert edit(field).hasFocus()


def test_escape_closes_the_list_and_keeps_what_was_typed(field, types, qtbot):
    types(field, "har")
    qtbot.keyClick(edit(field), Key.Key_Escape)
    assert not popup(field).isVisible()
    assert edit(field).text() == "har"


def test_the_last_row_is_a_new_tag(field, types, qtbot):
    types(field, "Har")
    for _ in texts(field):
        qtbot.keyClick(edit(field), Key.Key_Down)
    assert texts(field)[popup(field).highlighted] == "New tag “Har”"
    qtbot.keyClick(edit(field), Key.Key_Return)
    assert field.values() == ("Har",)


def test_a_press_takes_a_row(field, types, qtbot):
    types(field, "har")
    rows = popup(field).rows
    qtbot.mouseMove(rows.viewport(), rows.visualRect(rows.model().index(2, 0)).center())
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(rows.model().index(2, 0)).center())
    assert field.values() == ("Harbour Street signed",)
    assert edit(field).hasFocus()


def test_what_the_field_has_is_offered_no_more_and_down_opens_the_most_used(field, qtbot):
    field.set_terms([Term("harbour street")])
    qtbot.keyClick(edit(field), Key.Key_Down)
    assert popup(field).isVisible()
    assert texts(field) == ["Hartmann GmbH", "Harbour Street signed", "Straße", "Invoices", "Lehár"]


@pytest.mark.parametrize("text", ["zebra", ""])
def test_without_a_match_there_is_no_list(field, text, qtbot):
    qtbot.keyClicks(edit(field), text or "har")
    if not text:
        edit(field).clear()
    qtbot.wait(200)
    assert not popup(field).isVisible()


def test_it_closes_when_the_keyboard_leaves(field, types):
    types(field, "har")
    edit(field).clearFocus()
    assert not popup(field).isVisible()


def test_a_query_offers_no_new_tag(open_field, types):
    field = open_field(with_relations=True)
    types(field, "har")
    assert texts(field) == ["Harbour Street", "Hartmann GmbH", "Harbour Street signed", "Lehár"]


@pytest.mark.parametrize("rtl", [False, True])
def test_it_stands_below_the_field_inside_the_window(open_field, types, rtl):
    field = open_field(rtl=rtl)
    types(field, "har")
    shown, window = popup(field).geometry(), field.window().rect()
    bottom = field.mapTo(field.window(), QPoint(0, field.height())).y()
    assert shown.top() >= bottom
    assert window.contains(shown)
    assert popup(field).rows.verticalScrollBar().maximum() == 0


def test_at_the_foot_of_the_window_it_stands_above(open_field, types):
    field = open_field()
    field.window().layout().insertStretch(0, 1000)
    field.window().layout().activate()
    types(field, "har")
    assert popup(field).geometry().bottom() < field.mapTo(field.window(), QPoint(0, 0)).y()


class TestASpellingInUse:
    def offers(self, field):
        return [made for made in field.findChildren(QPushButton) if made.isVisible() and "Use" in made.text()]

    def enters(self, qtbot, field, text):
        qtbot.keyClicks(edit(field), text)
        qtbot.keyClick(edit(field), Key.Key_Return)

    @pytest.mark.parametrize(("typed", "stored"), [("invoice", "Invoices"), ("Strasse", "Straße"), ("HARTMANN GMBH", "Hartmann GmbH"), ("Lehar", "Lehár")])  # fmt: skip
    def test_is_offered_beside_the_chip_and_one_press_takes_it(self, field, qtbot, typed, stored):
        self.enters(qtbot, field, typed)
        assert field.values() == (typed,)
        (offer,) = self.offers(field)
        assert offer.text() == f"Use “{stored}”"
        assert "carry this tag already" in offer.accessibleDescription()
        qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)
        assert field.values() == (stored,)
        assert not self.offers(field)

    def test_goes_with_the_chip(self, field, qtbot):
        self.enters(qtbot, field, "invoice")
        field.clear()
        assert not self.offers(field)

    def test_that_the_field_has_too_leaves_one_chip(self, field, qtbot):
        self.enters(qtbot, field, "Invoices")
        self.enters(qtbot, field, "Invoice")
        qtbot.mouseClick(self.offers(field)[0], Qt.MouseButton.LeftButton)
        assert field.values() == ("Invoices",)

    @pytest.mark.parametrize("typed", ["Invoices", "Zebra"])
    def test_is_not_offered_where_there_is_none_or_it_was_typed(self, field, qtbot, typed):
        self.enters(qtbot, field, typed)
        assert not self.offers(field)

    def test_is_not_offered_in_a_query(self, open_field, qtbot):
        field = open_field(with_relations=True)
        self.enters(qtbot, field, "invoice")
        assert not self.offers(field)
