"""The find page while the local index answers: what it knows at once, and what is certain after that."""

import threading
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from app.core.job import CancelToken, Job
from app.core.keys import RESERVED_PREFIX
from app.core.query import Query, Term
from app.ui.find.model import Column
from app.ui.widgets.buttons import Button
from app.ui.widgets.columns import Role
from tests.gui.find.storing import put, retag
from tests.gui.find.test_find_page import bar, status
from tests.proxy import answer, hang_up, hold_until, lists, of_key, reads_tags


def heads(asked):
    return asked.method == "HEAD" and not asked.key.startswith(RESERVED_PREFIX)


@pytest.fixture
def indexed(stored, services):
    """The five files, known to the local index."""
    services.index.refresh(services.storage, Job(CancelToken()))
    return services.index


def said_of(place, name):
    model = place.find.model
    row = [model.index(row, 0).data() for row in range(model.rowCount())].index(name)
    index = model.index(row, Column.NAME)
    return (
        index.data(Qt.ItemDataRole.AccessibleTextRole),
        index.data(Qt.ItemDataRole.ToolTipRole),
        index.data(Role.TONE),
    )


def test_hits_are_shown_at_once_and_looked_at_again(person, place, proxy, indexed):
    go_on = threading.Event()
    proxy.on(of_key("c.pdf", reads_tags), hold_until(go_on))
    asked = proxy.count(lists)
    place.window.show_page("find")
    place.find.search_for([Term("Invoice")])
    person.wait(lambda: len(person.names()) == 3)
    assert status(place) == "Checking 3 files"
    spoken, tip, tone = said_of(place, "c.pdf")
    assert spoken.endswith(", not looked at again yet")
    assert (tip, tone) == ("c.pdf\nNot looked at again yet", "text2")
    assert (place.find.download.isEnabled(), place.find.download.toolTip()) == (
        False,
        "The search is still running. Select files, or press Stop.",
    )
    go_on.set()
    person.waits_for_search()
    assert said_of(place, "c.pdf")[1:] == ("c.pdf", None)
    assert place.find.download.isEnabled()
    assert status(place).startswith("Up to date at ")
    assert place.find.status.again.text() == "Search everything again"
    assert proxy.count(lists) == asked


def test_a_hit_that_is_not_tagged_so_any_more_goes(person, place, boto, buckets, indexed):
    retag(boto, buckets, "b.pdf", "Draft")
    boto.delete_object(Bucket=buckets.storage, Key="c.pdf")
    person.finds("Invoice")
    assert person.names() == ["a.pdf"]
    assert bar(place) == "1 file"


def test_selected_files_can_be_taken_once_they_were_looked_at(person, place, proxy, indexed):
    go_on = threading.Event()
    proxy.on(of_key("c.pdf", reads_tags), hold_until(go_on))
    place.window.show_page("find")
    place.find.search_for([Term("Invoice")])
    person.wait(lambda: len(person.names()) == 3)
    place.find.table.toggle_row(person.names().index("c.pdf"))
    assert (place.find.download.isEnabled(), place.find.download.toolTip()) == (
        False,
        "These files are still being looked at.",
    )
    go_on.set()
    person.waits_for_search()
    assert bar(place) == "1 of 3 files selected"
    assert place.find.download.isEnabled()


def test_what_was_not_looked_at_again_is_not_taken_after_a_stop(person, place, proxy, indexed):
    go_on = threading.Event()
    proxy.on(of_key("c.pdf", reads_tags), hold_until(go_on))
    place.window.show_page("find")
    place.find.search_for([Term("Invoice")])
    person.wait(lambda: len(person.names()) == 3)
    person.presses(place.find.status.stop)
    assert status(place) == "Stopped, 0 of 3 files looked at"
    assert (place.find.download.isEnabled(), place.find.download.toolTip()) == (
        False,
        "Some of these files weren’t looked at again. Search again first.",
    )
    assert said_of(place, "c.pdf")[2] == "text2"
    go_on.set()


def test_searching_everything_finds_what_the_index_does_not_know(person, place, boto, buckets, indexed):
    put(boto, buckets, "new.pdf", "Invoice")
    person.finds("Invoice")
    assert len(person.names()) == 3
    person.presses(place.find.status.again)
    person.waits_for_search()
    assert sorted(person.names()) == ["a.pdf", "b.pdf", "c.pdf", "new.pdf"]
    assert place.find.searching.ending.report.engine == "live"
    assert place.find.status.again.text() == "Search again"


def test_asking_once_more_shows_what_is_new_and_keeps_the_selection(person, place, boto, buckets, indexed):
    person.finds("Invoice")
    place.find.table.toggle_row(person.names().index("b.pdf"))
    put(boto, buckets, "new.pdf", "Invoice")
    boto.delete_object(Bucket=buckets.storage, Key="c.pdf")
    place.find.search_again()
    person.wait(lambda: sorted(person.names()) == ["a.pdf", "b.pdf", "new.pdf"])
    person.wait(lambda: said_of(place, "new.pdf")[2] is None)
    chosen = place.find.table.selected_rows()
    assert [person.names()[row] for row in chosen] == ["b.pdf"]


def test_a_refresh_that_learns_nothing_asks_nothing_about_what_is_shown(person, place, proxy, services, indexed):
    person.finds("Invoice")
    before = place.find.searching.ending.report.fresh_at
    asked = proxy.count(heads), proxy.count(reads_tags)
    place.refresh.refresh()
    person.wait(lambda: place.find.searching.ending.report.fresh_at > before)
    assert (proxy.count(heads), proxy.count(reads_tags)) == asked
    assert len(person.names()) == 3


def test_without_a_connection_it_says_as_of_when_the_hits_are_known(person, place, proxy, services, indexed):
    at = services.index.state().completed_at
    place.find.take_refresh(at - timedelta(hours=1))
    proxy.on(lambda asked: True, hang_up)
    person.finds("Invoice")
    then = (at - timedelta(hours=1)).astimezone()
    assert place.window._banners.current().accessibleName() == (
        f"No connection. You see what was found at {then:%H:%M}."
    )
    assert len(person.names()) == 3
    assert said_of(place, "a.pdf")[2] == "text2"
    assert place.find.download.toolTip() == "Needs a connection"


def test_a_refused_listing_does_not_keep_the_index_from_answering(person, place, proxy, indexed):
    proxy.on(lists, answer(403, "AccessDenied"))
    person.finds("Lot 3")
    place.find.search_again()
    person.waits_for_search()
    assert person.names() == ["a.pdf"]
    assert place.window._banners.current() is None


def test_nothing_is_searched_again_where_nothing_was_asked(person, place, services, indexed):
    place.find.take_refresh(services.clock.now())
    assert not place.find.searching.is_running
    assert place.find.searching.query == Query()


def test_what_is_newer_than_the_index_is_found_where_that_knows_of_nothing(person, place, boto, buckets, indexed):
    put(boto, buckets, "new.pdf", "Brand new")
    person.finds("Brand new")
    person.wait(lambda: person.names() == ["new.pdf"])
    person.wait(lambda: said_of(place, "new.pdf")[2] is None)
    assert place.find.download.isEnabled()


def test_no_match_says_as_of_when_and_the_storage_itself_can_be_asked(person, place, indexed):
    known_at = indexed.state().completed_at
    person.finds("Nowhere")
    person.wait(lambda: place.find.searching.ending.report.fresh_at > known_at)
    assert person.said().startswith("No file has the tag ")
    assert (place.find.status.isVisible(), place.find.filters.isVisible()) == (True, False)
    assert status(place).startswith("Up to date at ")
    person.presses(place.find.status.again)
    person.waits_for_search()
    assert place.find.searching.ending.report.engine == "live"
    assert person.said().startswith("No file has the tag ")


def test_a_large_bucket_is_not_listed_for_every_tag_that_nothing_has(person, place, indexed, monkeypatch):
    monkeypatch.setattr("app.ui.find.finding.QUICKLY_LISTED", 4)
    wanted = []
    place.find.refresh_asked.connect(lambda: wanted.append("a refresh"))
    person.finds("Nowhere")
    assert wanted == []


def test_no_match_names_tags_in_use_that_are_close(person, place, indexed):
    person.finds("Invoise")
    person.wait(lambda: "close" in person.said())
    assert person.said().replace("\u2068", "").replace("\u2069", "") == (
        "No file has the tag “Invoise”. These tags are close to it:"
    )
    offered = {made.text(): made for made in place.find.empty.findChildren(Button) if made.isVisible()}
    assert [text for text in offered if text.endswith(")")] == ["Invoice (3)", "Invoices (1)"]
    assert offered["Invoice (3)"].accessibleName() == "Find Invoice, 3 files"
    person.presses(offered["Invoice (3)"])
    person.waits_for_search()
    assert len(person.names()) == 3
