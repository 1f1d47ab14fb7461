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


def test_the_part_of_an_address_that_tells_who_fits(table):
    room = table.columnWidth(Column.UPLOADED_BY)
    shown = table.fontMetrics().elidedText("maria.keller@example.com", Qt.TextElideMode.ElideRight, room - 22)
    assert shown.startswith("maria.keller")
    assert QFontMetrics(font()).horizontalAdvance("maria.keller@example.com") > room
