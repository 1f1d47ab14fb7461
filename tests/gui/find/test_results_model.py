import random
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.core.events import Match, UploaderRead
from app.core.objects import StoredObject
from app.core.query import Query, Term
from app.ui.find.model import Column, ResultsModel

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def match(key, size=1000, minutes=0, values=("Invoice 2026",)):
    return Match(StoredObject(key, size, NOON - timedelta(minutes=minutes), "etag"), {}, values)


@pytest.fixture
def model(qapp):
    model = ResultsModel(lambda: NOON)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.begin(Query((Term("invoice 2026"),)))
    return model


def texts(model, column=Column.NAME):
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_a_row_says_name_other_tags_date_size_and_who(model):
    model.add([match("north/plan.pdf", 1_200_000, 166, ("Invoice 2026", "Lot 3"))])
    model.take_uploaders([UploaderRead("north/plan.pdf", "maria@example.com")])
    row = [model.index(0, column).data() for column in Column]
    assert row == ["plan.pdf", "Lot 3", "Today, 09:14", "1.2 MB", "maria@example.com"]
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "north/plan.pdf"
    spoken = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "plan.pdf, 1.2 MB, Today, 09:14, maria@example.com"


def test_characters_that_turn_the_direction_are_shown_as_marks(model):
    model.add([match("annexe\u202efdp.exe")])
    assert texts(model) == ["annexe‹U+202E›fdp.exe"]


def test_current_row_and_selection_stay_with_their_files_while_others_stream_in(model):
    numbers = list(range(300))
    random.Random(3).shuffle(numbers)
    batches = [
        [match(f"{number:03}.pdf", minutes=number) for number in numbers[at : at + 30]] for at in range(0, 300, 30)
    ]
    selection = QItemSelectionModel(model)
    model.add(batches[0])
    chosen = [model.index(row, 0) for row in (2, 7, 11)]
    for index in chosen:
        selection.select(index, QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows)
    kept = QPersistentModelIndex(model.index(5, 0))
    names = sorted(index.data() for index in chosen)
    current = kept.data()
    for batch in batches[1:]:
        model.add(batch)
        assert kept.data() == current
        assert sorted(index.data() for index in selection.selectedRows()) == names
    assert texts(model) == [f"{number:03}.pdf" for number in range(300)]


def test_sorting_takes_the_selection_along(model):
    model.add([match("b.pdf", 1, 0), match("a.pdf", 3, 1), match("c.pdf", 2, 2)])
    kept = QPersistentModelIndex(model.index(1, 0))
    model.sort(Column.SIZE, Qt.SortOrder.AscendingOrder)
    assert texts(model) == ["b.pdf", "c.pdf", "a.pdf"]
    assert (kept.data(), kept.row()) == ("a.pdf", 2)


def test_a_column_that_is_filled_in_later_does_not_sort(model):
    model.add([match("b.pdf", 1, 0), match("a.pdf", 3, 1)])
    model.sort(Column.UPLOADED_BY)
    assert texts(model) == ["b.pdf", "a.pdf"]


def test_a_new_search_begins_with_no_rows_in_the_same_order(model):
    model.add([match("b.pdf", 1), match("a.pdf", 3)])
    model.sort(Column.SIZE, Qt.SortOrder.DescendingOrder)
    model.begin(Query())
    assert model.rowCount() == 0
    model.add([match("small.pdf", 1, values=("Lot 3",)), match("big.pdf", 9)])
    assert texts(model) == ["big.pdf", "small.pdf"]
    assert texts(model, Column.OTHER_TAGS) == ["Invoice 2026", "Lot 3"]


def test_only_files_without_a_known_uploader_are_asked_for(model):
    model.add([match(f"{number}.pdf", minutes=number) for number in range(5)])
    model.take_uploaders([UploaderRead("1.pdf", "")])
    assert model.keys_without_uploader(-1, 2) == ("0.pdf", "2.pdf")
    assert model.keys_without_uploader(3, 99) == ("3.pdf", "4.pdf")
