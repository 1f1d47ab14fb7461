import re
import threading

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.core.query import Joined, Relation, Term
from app.ui.find.model import Column
from app.ui.find.unreadable_sheet import UnreadableSheet
from app.ui.widgets.buttons import Button
from tests.gui.find.storing import put
from tests.proxy import answer, hang_up, hold_until, lists, of_key, reads_tags


def column(place, number):
    model = place.find.model
    return [model.index(row, number).data() for row in range(model.rowCount())]


def status(place):
    return place.find.status.text()


def bar(place):
    return place.find.bar._scope.text()


def button(place, text):
    return next(made for made in place.find.empty.findChildren(Button) if made.text() == text and made.isVisible())


def test_a_typed_tag_finds_every_file_that_carries_it(person, place, stored):
    place.window.show_page("find")
    person.types(place.find.field, "INVOICE")
    person.waits_for_search()
    assert sorted(person.names()) == ["a.pdf", "b.pdf", "c.pdf"]
    assert bar(place) == "All 3 files"
    assert place.find.download.text() == "Download all as ZIP"
    assert status(place).startswith("Up to date at ")


def test_all_and_any_join_the_tags(person, place, stored):
    person.finds("Invoice", "Lot 3")
    assert person.names() == ["a.pdf"]
    person.presses(place.find.field.joiner._group.button(1))
    person.waits_for_search()
    assert sorted(person.names()) == ["a.pdf", "b.pdf", "c.pdf"]
    assert place.find.searching.query.joined is Joined.ANY


def test_terms_that_exclude_and_that_begin_with(person, place, stored):
    place.window.show_page("find")
    place.find.search_for([Term("Inv", Relation.BEGINS_WITH), Term("Lot 4", Relation.IS_NOT)])
    person.waits_for_search()
    assert sorted(person.names()) == ["a.pdf", "b.pdf", "d.pdf"]


def test_other_tags_are_those_that_were_not_searched_for(person, place, stored):
    person.finds("Invoice")
    assert dict(zip(person.names(), column(place, Column.OTHER_TAGS), strict=True)) == {
        "a.pdf": "Lot 3",
        "b.pdf": "",
        "c.pdf": "Lot 4",
    }


def test_who_uploaded_is_filled_in_afterwards(person, place, stored):
    person.finds("Lot 3")
    person.wait(lambda: column(place, Column.UPLOADED_BY) == ["maria@example.com"])


def test_a_title_sorts_and_another_press_turns_it_round(person, place, stored):
    person.finds("Invoice")
    for order, first in ((Qt.SortOrder.AscendingOrder, "a.pdf"), (Qt.SortOrder.DescendingOrder, "c.pdf")):
        place.find.table.sortByColumn(Column.NAME, order)
        assert person.names()[0] == first


def test_nothing_is_typed_yet(person, place, stored):
    place.window.show_page("find")
    assert person.said() == "Type a tag. Every file that carries it appears here."
    person.presses(button(place, "Show all files"))
    person.waits_for_search()
    assert sorted(person.names()) == ["a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf"]


def test_a_running_search_says_how_far_it_is_and_stops_at_once(person, place, proxy, boto, buckets, stored):
    for number in range(200):
        put(boto, buckets, f"many {number}.pdf", "Invoice")
    go_on = threading.Event()
    proxy.on(of_key("e.pdf", reads_tags), hold_until(go_on))
    place.window.show_page("find")
    place.find.search_for([Term("Invoice")])
    person.wait(lambda: re.fullmatch(r"Searching, (19\d|20\d) files so far, 20\d looked at, of 205", status(place)))
    assert not place.find.download.isEnabled()
    person.presses(place.find.status.stop)
    assert re.fullmatch(rf"Stopped, {len(person.names())} files found, 20\d looked at", status(place))
    assert place.find.download.isEnabled()
    go_on.set()


def test_a_new_search_ends_the_one_before(person, place, proxy, buckets, stored):
    def lists_files(asked):
        return lists(asked) and asked.bucket == buckets.storage

    go_on = threading.Event()
    proxy.on(lists_files, hold_until(go_on), times=1)
    place.window.show_page("find")
    place.find.search_for([Term("Invoice")])
    person.wait(lambda: proxy.count(lists_files))
    place.find.search_for([Term("Lot 4")])
    person.waits_for_search()
    assert person.names() == ["c.pdf"]
    go_on.set()


def test_no_match_offers_tags_that_begin_alike(person, place, stored):
    person.finds("Invoyce")
    assert person.said().replace("\u2068", "").replace("\u2069", "") == "No file has the tag “Invoyce”."
    place.find.empty.begins_with_asked.emit("Invo")
    person.waits_for_search()
    assert len(person.names()) == 4


def test_several_tags_that_no_file_has_together(person, place, stored):
    person.finds("Lot 3", "Lot 4")
    assert person.said() == "No file has all of these tags. Remove one of them to find more."


def test_an_empty_bucket_reads_differently_from_no_match(person, place):
    person.finds("Invoice")
    assert person.said() == "Nothing here yet. Drop files to begin."


def test_no_right_to_list_is_never_shown_as_empty(person, place, proxy, stored):
    proxy.on(lists, answer(403, "AccessDenied"))
    person.finds("Invoice")
    assert person.said().startswith("You don’t have access to these files. Your IT team decides")
    person.presses(button(place, "Copy details for IT"))
    details = QGuiApplication.clipboard().text()
    assert "Error: forbidden" in details
    assert "Asked for: find: Invoice" in details
    proxy.forget()
    person.presses(button(place, "Try again"))
    person.waits_for_search()
    assert len(person.names()) == 3


def test_no_right_to_read_any_tag_is_never_shown_as_no_match(person, place, proxy, stored):
    proxy.on(reads_tags, answer(403, "AccessDenied"))
    person.finds("Invoice")
    assert person.said().startswith("You don’t have access to these files")


def test_files_that_could_not_be_looked_at_are_counted_and_named(person, place, proxy, stored):
    proxy.on(of_key("b.pdf", reads_tags), answer(403, "AccessDenied"))
    person.finds("Invoice")
    assert sorted(person.names()) == ["a.pdf", "c.pdf"]
    assert place.find.status.unreadable.text() == "1 file couldn’t be looked at"
    person.presses(place.find.status.unreadable)
    sheet = place.window.findChild(UnreadableSheet)
    model = sheet.table.model()
    assert [model.index(0, column).data() for column in (0, 1)] == ["b.pdf", "You don’t have access"]


def test_without_a_connection_and_without_results(person, place, proxy, stored):
    proxy.on(lambda asked: True, hang_up)
    person.finds("Invoice")
    assert person.said() == "No connection. Check the network, then try again."


def test_when_the_connection_is_lost_what_was_found_stays(person, place, proxy, stored):
    person.finds("Invoice")
    at = status(place).removeprefix("Up to date at ")
    proxy.on(lambda asked: True, hang_up)
    place.find.search_again()
    person.waits_for_search()
    banner = place.window._banners.current()
    assert banner.accessibleName() == f"No connection. You see what was found at {at}."
    assert len(person.names()) == 3
    assert (place.find.download.isEnabled(), place.find.download.toolTip()) == (False, "Needs a connection")
    proxy.forget()
    person.presses(banner.button)
    person.waits_for_search()
    assert place.window._banners.current() is None
    assert place.find.download.isEnabled()


def test_searching_again_shows_what_is_new(person, place, boto, buckets, stored):
    person.finds("Invoice")
    put(boto, buckets, "new.pdf", "Invoice")
    person.presses(place.find.status.again)
    person.waits_for_search()
    assert sorted(person.names()) == ["a.pdf", "b.pdf", "c.pdf", "new.pdf"]


def test_selected_files_are_counted_and_escape_takes_the_selection_back(person, place, stored):
    person.finds("Invoice")
    place.find.table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
    place.find.table.toggle_row(0)
    place.find.table.toggle_row(1)
    assert bar(place) == "2 of 3 files selected"
    assert place.find.bar._detail.text() == "21 bytes"
    assert place.find.download.text() == "Download as ZIP"
    person.bot.keyClick(place.find.table, Qt.Key.Key_Escape)
    assert bar(place) == "All 3 files"
    person.bot.keyClick(place.find.table, Qt.Key.Key_Escape)
    assert person.said().startswith("Type a tag")
