"""The table of found files while newer ones come in above."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from app.core.events import Match
from app.core.objects import StoredObject
from app.core.query import Query
from app.ui.find.model import Column, ResultsModel
from app.ui.find.table import ResultsTable
from app.ui.theme import font

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def batch(first, last):
    keys = ((number, f"{number:03}.pdf") for number in range(first, last))
    return [Match(StoredObject(key, 1000, NOON - timedelta(minutes=n), "e"), {}, ("Lot 3",)) for n, key in keys]


@pytest.fixture
def model(qapp):
    return ResultsModel(lambda: NOON)


@pytest.fixture
def table(qtbot, model):
    made = ResultsTable(model)
    qtbot.addWidget(made)
    made.resize(900, 400)
    with qtbot.waitExposed(made):
        made.show()
    made.clearFocus()
    model.add(batch(50, 100))
    return made


def first_shown(table):
    return table.indexAt(QPoint(5, 5)).siblingAtColumn(0).data()


def test_newer_files_are_seen_though_the_pointer_lies_over_the_table(table, model):
    QTest.mouseMove(table.viewport(), QPoint(100, 100))
    model.begin(Query())
    model.add(batch(50, 100))
    model.add(batch(0, 50))
    assert first_shown(table) == "000.pdf"


def test_nothing_moves_below_a_pointer_that_aims(table, model):
    QTest.mouseMove(table.viewport(), QPoint(100, 100))
    QTest.mouseMove(table.viewport(), QPoint(110, 100))
    model.add(batch(0, 50))
    assert first_shown(table) == "050.pdf"


def test_nothing_moves_while_something_is_selected(table, model):
    table.toggle_row(3)
    model.add(batch(0, 50))
    assert first_shown(table) == "050.pdf"
    assert table.selected_rows() == [53]


def selected_names(table):
    return {table.model().index(row, 0).data() for row in table.selected_rows()}


@pytest.fixture
def many(table, model):
    """400 files, of which all but every seventh are selected; more come in among them."""
    model.begin(Query())
    model.add(batch(0, 800)[::2])
    table.selectAll()
    for row in range(0, 400, 7):
        table.toggle_row(row)
    return selected_names(table)


def test_many_selected_files_stay_selected_while_others_stream_in(table, model, many):
    count, size = table.selected_count(), table.selected_bytes()
    for first in (1, 401):
        model.add(batch(first, first + 400)[::2])
        assert selected_names(table) == many
    assert (table.selected_count(), table.selected_bytes()) == (count, size) == (342, 342_000)


def test_many_selected_files_stay_selected_when_rows_are_sorted(table, many):
    for column in (Column.NAME, Column.SIZE, Column.DATE):
        for order in (Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder):
            table.sortByColumn(column, order)
            assert selected_names(table) == many
    assert table.selected_count() == 342


def test_rows_that_change_places_cost_the_same_however_many_are_selected(table, model, many):
    kept = []
    model.layoutAboutToBeChanged.connect(lambda: kept.append(len(model.persistentIndexList())))
    table.sortByColumn(Column.NAME, Qt.SortOrder.DescendingOrder)
    assert max(kept) < 20


def test_what_is_selected_is_added_up_anew_for_every_choice(table):
    table.toggle_row(0)
    assert table.selected_bytes() == 1000
    table.selectAll()
    assert table.selected_bytes() == 50_000
    table.clearSelection()
    assert (table.selected_count(), table.selected_bytes()) == (0, 0)


def test_a_new_search_has_nothing_selected(table, model, many):
    assert table.selected_bytes() == 342_000
    model.begin(Query())
    assert (table.selected_count(), table.selected_bytes()) == (0, 0)


def test_the_part_of_an_address_that_tells_who_fits(table):
    room = table.columnWidth(Column.UPLOADED_BY)
    shown = table.fontMetrics().elidedText("maria.keller@example.com", Qt.TextElideMode.ElideRight, room - 22)
    assert shown.startswith("maria.keller")
    assert QFontMetrics(font()).horizontalAdvance("maria.keller@example.com") > room


def test_nothing_moves_when_rows_above_go(table, model):
    table.verticalScrollBar().setValue(400)
    first = first_shown(table)
    model.withdraw([f"{number:03}.pdf" for number in range(50, 55)])
    model.merge()
    assert first_shown(table) == first


def test_the_keyboard_goes_to_a_neighbour_when_its_row_goes(table, model):
    table.setFocus()
    table.setCurrentIndex(model.index(3, 0))
    model.withdraw(["053.pdf", "054.pdf"])
    model.merge()
    assert table.currentIndex().data() == "055.pdf"
    assert first_shown(table) == "050.pdf"
