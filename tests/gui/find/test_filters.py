"""Filters: what they let through, how they are set, and that nothing is asked for them."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QLineEdit, QWidgetAction

from app.core.events import Match
from app.core.objects import StoredObject
from app.core.query import Term
from app.ui.find.filter_bar import FilterBar
from app.ui.find.filters import Filters, Kind, Large, Since
from app.ui.find.model import Column
from app.ui.widgets.buttons import Button
from tests.gui.find.storing import put

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def file(key="a.pdf", size=1000, age=timedelta()):
    return Match(StoredObject(key, size, NOON - age, "etag"), {}, ())


def passes(filters, match, uploader=None):
    return filters.test(NOON, lambda key: uploader)(match)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (Kind.PDF, "north/Plan.PDF"),
        (Kind.IMAGES, "a.b/facade.jpeg"),
        (Kind.SPREADSHEETS, "lot.3.xlsx"),
        (Kind.OTHER, "folder.pdf/README"),
        (Kind.OTHER, ".pdf"),
    ],
)
def test_a_kind_is_told_by_the_end_of_the_name(kind, key):
    assert passes(Filters(kind=kind), file(key))
    assert not passes(Filters(kind=Kind.VIDEOS), file(key))


@pytest.mark.parametrize(
    ("since", "hours", "expected"),
    [
        (Since.TODAY, 12, True),
        (Since.TODAY, 13, False),
        (Since.WEEK, 6 * 24 + 12, True),
        (Since.WEEK, 6 * 24 + 13, False),
        (Since.MONTH, 29 * 24 + 12, True),
        (Since.MONTH, 29 * 24 + 13, False),
        (Since.YEAR, 24 * 327, True),
        (Since.YEAR, 24 * 328, False),
        (Since.BEFORE, 24 * 328, True),
        (Since.BEFORE, 24 * 327, False),
    ],
)
def test_dates_count_whole_days_here(since, hours, expected):
    assert passes(Filters(since=since), file(age=timedelta(hours=hours))) is expected


@pytest.mark.parametrize("size", [0, 999_999, 1_000_000, 9_999_999, 10_000_000, 100_000_000, 10**12])
def test_every_size_is_in_one_class(size):
    assert sum(passes(Filters(large=large), file(size=size)) for large in Large) == 1


def test_names_are_compared_without_case_and_without_their_folder():
    assert passes(Filters(name="PLAN"), file("north/floorplan.pdf"))
    assert not passes(Filters(name="north"), file("north/floorplan.pdf"))


def test_who_uploaded_must_be_known():
    assert passes(Filters(by="maria@example.com"), file(), "maria@example.com")
    assert not passes(Filters(by="maria@example.com"), file(), None)
    assert not passes(Filters(by=""), file(), None)
    assert passes(Filters(by=""), file(), "")


def test_all_filters_must_let_a_file_through():
    filters = Filters(kind=Kind.PDF, large=Large.SMALL)
    assert passes(filters, file())
    assert not passes(filters, file(size=10**7))
    assert not passes(filters, file("a.jpg"))
    assert Filters().test(NOON, lambda key: None) is None


@pytest.fixture
def bar(qtbot):
    made = FilterBar(lambda: {"maria@example.com": 1, "": 2, "jonas@example.com": 5})
    qtbot.addWidget(made)
    made.fit(1000, 1000)
    with qtbot.waitExposed(made):
        made.show()
    return made


def texts(menu):
    return [action.text() for action in menu.actions() if action.text()]


def choose(menu, text):
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_a_set_filter_shows_its_value_and_its_cross_removes_it(bar, qtbot):
    button = bar.buttons["kind"]
    assert (button.text(), button.accessibleName()) == ("Type", "Type")
    with qtbot.waitSignal(bar.changed) as told:
        choose(bar.menu("kind"), "Images")
    assert told.args == [Filters(kind=Kind.IMAGES)]
    assert (button.text(), button.accessibleName()) == ("Type: images", "Type: images")
    assert button.accessibleDescription() == "Delete removes it"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.mark_rect().center())
    assert bar.filters == Filters()


def test_the_delete_key_removes_a_filter(bar, qtbot):
    choose(bar.menu("kind"), "PDF")
    assert bar.buttons["kind"].text() == "Type: PDF"
    qtbot.keyClick(bar.buttons["kind"], Qt.Key.Key_Delete)
    assert bar.filters == Filters()


def test_the_value_in_force_has_a_check_mark(bar):
    choose(bar.menu("large"), "1 to 10 MB")
    checked = [action.text() for action in bar.menu("large").actions() if action.isChecked()]
    assert checked == ["1 to 10 MB"]
    choose(bar.menu("large"), "Any size")
    assert bar.filters == Filters()


def test_people_are_listed_by_the_number_of_their_files(bar):
    assert texts(bar.menu("by")) == ["Anybody", "jonas@example.com", "Nobody known", "maria@example.com"]
    choose(bar.menu("by"), "jonas@example.com")
    assert bar.buttons["by"].text() == "By: jonas@example.com"


def test_a_part_of_a_name_filters_while_it_is_typed(bar, qtbot):
    action = next(action for action in bar.menu("name").actions() if isinstance(action, QWidgetAction))
    field = action.defaultWidget()
    assert isinstance(field, QLineEdit)
    assert field.accessibleName() == "Name contains"
    qtbot.keyClicks(field, "plan ")
    assert bar.filters == Filters(name="plan")
    assert bar.buttons["name"].text() == "Name: plan"


def test_what_does_not_fit_goes_into_more_and_a_narrow_page_has_one_button(bar):
    def shown():
        buttons = (*bar.buttons.values(), bar.more)
        return [button.text() for button in buttons if not button.isHidden()]

    assert shown() == ["Type", "Date", "Size", "By", "Name"]
    bar.fit(bar.sizeHint().width() - 1, 1000)
    assert shown()[-1] == "More"
    assert shown()[:2] == ["Type", "Date"]
    assert "Name" in texts(bar.more_menu())
    bar.fit(1000, 699)
    assert shown() == ["Filter"]
    assert texts(bar.more_menu()) == ["Type", "Date", "Size", "By", "Name"]
    bar.set_filters(Filters(kind=Kind.MAIL, large=Large.HUGE))
    assert shown() == ["Filter: 2 set"]
    assert texts(bar.more_menu())[-1] == "Remove filters"
    bar.more.cleared.emit()
    assert bar.filters == Filters()


@pytest.fixture
def found(person, place, boto, buckets):
    """Two PDFs and a picture, all tagged Lot 1."""
    put(boto, buckets, "plan.pdf", "Lot 1", by="maria@example.com")
    put(boto, buckets, "report.pdf", "Lot 1", by="jonas@example.com")
    put(boto, buckets, "site.jpg", "Lot 1", by="maria@example.com")
    person.finds("Lot 1")
    place.find.table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)


def test_filters_narrow_at_once_and_without_a_request(person, place, proxy, found):
    person.wait(lambda: not place.find.model.unknown_of(place.find.model.results.matches()))
    asked = len(proxy.asked)
    place.find.filters.set_filters(Filters(kind=Kind.PDF))
    assert person.names() == ["plan.pdf", "report.pdf"]
    assert place.find.bar._scope.text() == "2 of 3 files shown"
    assert place.find.download.text() == "Download as ZIP"
    place.find.filters.set_filters(Filters(kind=Kind.PDF, by="maria@example.com"))
    assert person.names() == ["plan.pdf"]
    place.find.filters.set_filters(Filters())
    assert place.find.bar._scope.text() == "All 3 files"
    assert len(proxy.asked) == asked


def test_filtered_files_that_are_selected_stay_selected(person, place, found):
    table = place.find.table
    table.selectionModel().setCurrentIndex(place.find.model.index(1, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
    table.toggle_row(1)
    table.toggle_row(2)
    place.find.filters.set_filters(Filters(kind=Kind.PDF))
    assert [person.names()[row] for row in table.selected_rows()] == ["report.pdf"]
    assert table.currentIndex().data() == "report.pdf"
    assert place.find.bar._scope.text() == "1 of 2 files selected"


def test_where_no_file_fits_the_filters_can_be_removed(person, place, found):
    place.find.filters.set_filters(Filters(kind=Kind.MAIL))
    assert person.said() == "No file fits the filters. 3 files were found without them."
    remove = next(made for made in place.find.empty.findChildren(Button) if made.text() == "Remove filters")
    assert place.find.filters.isVisible()
    person.presses(remove)
    assert len(person.names()) == 3


def test_what_streams_in_is_filtered_too(person, place, found):
    place.find.filters.set_filters(Filters(kind=Kind.IMAGES))
    place.find.search_everything()
    person.waits_for_search()
    assert person.names() == ["site.jpg"]
    place.find.filters.set_filters(Filters())
    assert len(person.names()) == 3


def test_who_uploaded_files_that_are_not_seen_is_asked_when_it_matters(person, place, boto, buckets):
    for number in range(40):
        put(boto, buckets, f"{number:02}.pdf", "Lot 1", by="maria@example.com" if number else "jonas@example.com")
    person.finds("Lot 1")
    place.find.filters.set_filters(Filters(by="jonas@example.com"))
    person.wait(lambda: person.names() == ["00.pdf"])


def test_a_search_that_is_asked_for_elsewhere_has_no_filters(person, place, found):
    place.find.filters.set_filters(Filters(kind=Kind.MAIL))
    place.find.search_for([Term("Lot 1")])
    person.waits_for_search()
    assert place.find.filters.filters == Filters()
    assert len(person.names()) == 3
