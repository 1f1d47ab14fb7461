import random
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.core.events import Match, UploaderRead
from app.core.objects import StoredObject
from app.core.query import Query, Term
from app.ui.find.model import Column, ResultsModel
from app.ui.widgets.columns import Role

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


def test_a_row_becomes_certain_in_its_place_and_says_so(model):
    changed = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    model.add([match("a.pdf"), match("b.pdf", minutes=1)], is_certain=False)
    look = model.index(1, 0).data(Role.LOOK)
    model.add([match("b.pdf", minutes=1, values=("Invoice 2026", "Lot 3"))])
    assert texts(model, Column.OTHER_TAGS) == ["", "Lot 3"]
    assert [model.is_certain(row) for row in (0, 1)] == [False, True]
    assert model.index(1, 0).data(Role.LOOK) != look
    assert changed == [(0, 1)]


def test_what_is_certain_is_never_made_uncertain(model):
    model.add([match("a.pdf")])
    model.add([match("a.pdf", values=("Other",))], is_certain=False)
    assert model.is_certain(0)
    assert model.file_at(0).values == ("Invoice 2026",)


def test_withdrawn_rows_go_and_the_others_keep_selection_and_place(model):
    model.add([match(f"{number:03}.pdf", minutes=number) for number in range(100)], is_certain=False)
    selection = QItemSelectionModel(model)
    for row in (10, 20, 30):
        selection.select(
            model.index(row, 0), QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        )
    kept = QPersistentModelIndex(model.index(50, 0))
    gone = QPersistentModelIndex(model.index(7, 0))
    model.withdraw([f"{number:03}.pdf" for number in range(100) if number % 10 in (7, 8) or number == 20])
    model.merge()
    assert model.rowCount() == 79
    assert kept.data() == "050.pdf"
    assert not gone.isValid()
    assert sorted(index.data() for index in selection.selectedRows()) == ["010.pdf", "030.pdf"]
    assert model.results.size_bytes == 79_000


def test_a_file_that_was_replaced_moves_to_its_new_place(model):
    model.add([match("a.pdf", minutes=1), match("b.pdf", minutes=2), match("c.pdf", minutes=3)])
    kept = QPersistentModelIndex(model.index(2, 0))
    model.begin_again()
    model.add([match("c.pdf", 5000, minutes=0)])
    assert texts(model) == ["c.pdf", "a.pdf", "b.pdf"]
    assert kept.row() == 0
    assert model.results.size_bytes == 7000


def test_what_is_not_told_again_goes_at_the_end(model):
    model.add([match("a.pdf"), match("b.pdf"), match("c.pdf")])
    model.begin_again()
    model.add([match("b.pdf")])
    assert len(texts(model)) == 3
    model.end()
    assert texts(model) == ["b.pdf"]


@pytest.mark.parametrize("column", [Column.NAME, Column.DATE, Column.SIZE])
@pytest.mark.parametrize("down", [Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder])
def test_after_any_changes_the_rows_are_those_of_one_sort(model, column, down):
    dice = random.Random(7)
    model.sort(column, down)
    truth = {}
    kept = []
    for _ in range(60):
        for _ in range(dice.randrange(12)):
            key = f"{dice.randrange(80)}.pdf"
            if dice.random() < 0.3:
                truth.pop(key, None)
                model.withdraw([key])
            else:
                truth[key] = match(key, dice.randrange(4), dice.randrange(6))
                model.prepare([truth[key]])
        if dice.random() < 0.7:
            model.merge()
        if model.rowCount():
            kept.append(QPersistentModelIndex(model.index(dice.randrange(model.rowCount()), 0)))
            kept[-1] = (kept[-1], model.file_at(kept[-1].row()).stored.key)
        for index, key in kept:
            assert not index.isValid() or model.file_at(index.row()).stored.key == key
    model.merge()
    shown = [model.file_at(row) for row in range(model.rowCount())]
    assert {found.stored.key: found for found in shown} == truth
    assert model.results.size_bytes == sum(found.stored.size_bytes for found in truth.values())
    model.sort(Column.SIZE if column is Column.NAME else Column.NAME, down)
    model.sort(column, down)
    again = [model.file_at(row) for row in range(model.rowCount())]
    assert [found.stored.key for found in again] == [found.stored.key for found in shown]
