"""The table of files: selecting is checking, and nothing jumps while rows stream in."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QStyleOptionViewItem, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.icons import file_icon
from app.ui.theme import apply_theme, theme, u
from app.ui.widgets.choice import CheckBox
from app.ui.widgets.columns import Column, Role, RowAction
from app.ui.widgets.table import FileTable
from tests.ui.assistive import toggles

Show = Callable[..., QWidget]
Index = QModelIndex | QPersistentModelIndex
Key = Qt.Key

COLUMNS = (
    Column(stretches=True),
    Column(samples=("Yesterday, 23:58",), min_page_u=560),
    Column(samples=("999.9 MB",), is_number=True),
    Column(samples=("someone@example.com",), min_page_u=740, actions=1),
)


class Files(QAbstractTableModel):
    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names
        self.tells_looks = False
        self.drawn: list[str] = []

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.names)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        titles = ("Name", "Date", "Size", "Uploaded by")
        return titles[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = 0) -> Any:
        if role == Role.LOOK and self.tells_looks:
            return self.names[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == 0:
                self.drawn.append(self.names[index.row()])
            return (self.names[index.row()], "Today, 09:14", "1.2 MB", "")[index.column()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return file_icon(self.names[index.row()])
        if role == Role.ACTIONS and index.column() == 3:
            return (RowAction("remove", "x", "Remove from the list"),)
        return None

    def insert(self, row: int, names: list[str]) -> None:
        self.beginInsertRows(QModelIndex(), row, row + len(names) - 1)
        self.names[row:row] = names
        self.endInsertRows()


@pytest.fixture
def model() -> Files:
    return Files([f"file {n:03}.pdf" for n in range(100)])


@pytest.fixture
def table(shown: Show, model: Files) -> FileTable:
    made = FileTable(COLUMNS, has_checks=True)
    made.setModel(model)
    shown(made)
    made.setFocus()
    return made


def test_focus_alone_selects_nothing(table: FileTable) -> None:
    assert table.currentIndex().row() == 0
    assert table.selected_rows() == []


def test_space_checks_and_unchecks_the_current_row_and_keeps_the_others(table: FileTable, qtbot: QtBot) -> None:
    table.toggle_row(5)
    go_to(table, 2)

    qtbot.keyClick(table, Key.Key_Space)
    assert table.selected_rows() == [2, 5]

    qtbot.keyClick(table, Key.Key_Space)
    assert table.selected_rows() == [5]


def test_control_a_selects_all(table: FileTable, qtbot: QtBot) -> None:
    qtbot.keyClick(table, Key.Key_A, Qt.KeyboardModifier.ControlModifier)

    assert table.selected_count() == 100


def test_a_press_on_a_check_box_keeps_the_other_rows(table: FileTable, qtbot: QtBot) -> None:
    for row in (1, 3):
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=check_of(table, row))

    assert table.selected_rows() == [1, 3]


def test_a_press_on_a_name_selects_this_row_only(table: FileTable, qtbot: QtBot) -> None:
    table.toggle_row(1)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(table, 3))

    assert table.selected_rows() == [3]


def test_shift_selects_the_rows_in_between(table: FileTable, qtbot: QtBot) -> None:
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(table, 1))
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, shift, middle_of(table, 4))

    assert table.selected_rows() == [1, 2, 3, 4]


def test_the_box_in_the_header_has_three_states(table: FileTable, qtbot: QtBot) -> None:
    box = header_box(table)
    assert box.checkState() == Qt.CheckState.Unchecked

    table.toggle_row(1)
    assert box.checkState() == Qt.CheckState.PartiallyChecked

    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert table.selected_count() == 100
    assert box.checkState() == Qt.CheckState.Checked

    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert table.selected_count() == 0
    assert box.checkState() == Qt.CheckState.Unchecked


def test_a_screen_reader_toggles_the_box_in_the_header(table: FileTable) -> None:
    toggles(header_box(table))
    assert table.selected_count() == 100
    toggles(header_box(table))
    assert table.selected_count() == 0
    table.toggle_row(3)
    toggles(header_box(table))
    assert table.selected_count() == 100


def test_all_selected_is_no_longer_all_when_another_row_streams_in(table: FileTable, model: Files) -> None:
    table.selectAll()
    model.insert(0, ["new.pdf"])

    assert header_box(table).checkState() == Qt.CheckState.PartiallyChecked


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_box_in_the_header_is_a_sibling_that_screen_readers_and_tab_reach(
    shown: Show, qtbot: QtBot, model: Files, direction: Qt.LayoutDirection
) -> None:
    page = QWidget()
    page.setLayoutDirection(direction)
    table = FileTable(COLUMNS, has_checks=True)
    table.setModel(model)
    layout = QVBoxLayout(page)
    layout.addWidget(edit := QLineEdit())
    layout.addWidget(table)
    shown(page)
    table.move(table.pos() + QPoint(7, 5))

    box = header_box(table)
    header = table.horizontalHeader()
    assert box.parentWidget() is page
    assert box.isVisible()
    middle = header.viewport().mapFromGlobal(box.mapToGlobal(box.rect().center()))
    assert abs(middle.y() - header.height() // 2) <= 1
    assert abs(middle.x() - check_of(table, 0).x()) <= 1
    edit.setFocus()
    for widget, following in ((edit, box), (box, table)):
        qtbot.keyClick(widget, Key.Key_Tab)
        assert QApplication.focusWidget() is following


def test_the_check_column_is_empty_until_something_is_selected(table: FileTable) -> None:
    def box_of_row_seven() -> QImage:
        place = check_of(table, 7)
        return table.viewport().grab().toImage().copy(place.x() - 8, place.y() - 8, 16, 16)

    empty = box_of_row_seven()
    assert all(empty.pixelColor(x, y) == empty.pixelColor(0, 0) for x in range(16) for y in range(16))

    table.toggle_row(1)
    assert box_of_row_seven() != empty


def test_the_frame_of_the_current_row_is_drawn_once_around_the_whole_row(table: FileTable) -> None:
    go_to(table, 2)
    row = row_picture(table, 2)
    focus = theme().focus
    middle = row.height() // 2

    assert all(row.pixelColor(x, y) == focus for x in range(row.width()) for y in (0, 1, row.height() - 1))
    at_middle = [x for x in range(row.width()) if row.pixelColor(x, 5) == focus]
    assert at_middle == [0, 1, row.width() - 2, row.width() - 1]
    assert row.pixelColor(2, middle) != focus


def test_without_the_keyboard_no_row_is_framed(table: FileTable) -> None:
    go_to(table, 2)
    table.clearFocus()

    assert row_picture(table, 2).pixelColor(0, 5) != theme().focus


def test_rows_that_stream_in_above_move_neither_the_current_row_nor_the_view(table: FileTable, model: Files) -> None:
    go_to(table, 50)
    table.verticalScrollBar().setValue(45 * u(40) + 7)
    name, top = table.currentIndex().data(), table.visualRect(table.currentIndex()).top()

    for _ in range(3):
        model.insert(0, [f"earlier {n}.pdf" for n in range(20)])

    assert table.currentIndex().data() == name
    assert table.visualRect(table.currentIndex()).top() == top


def test_rows_that_stream_in_below_leave_the_view_alone(table: FileTable, model: Files) -> None:
    table.verticalScrollBar().setValue(300)
    model.insert(100, ["later.pdf"])

    assert table.verticalScrollBar().value() == 300


def test_an_untouched_table_keeps_showing_its_first_rows(table: FileTable, model: Files) -> None:
    table.clearFocus()
    model.insert(0, ["newest.pdf"])

    assert table.verticalScrollBar().value() == 0


@pytest.mark.parametrize(
    ("page_u", "columns"), [(900, {0, 1, 2, 3}), (740, {0, 1, 2, 3}), (739, {0, 1, 2}), (559, {0, 2})]
)
def test_columns_go_by_the_width_of_the_page(table: FileTable, page_u: int, columns: set[int]) -> None:
    table.resize(page_u - 32, 400)

    assert {n for n in range(4) if not table.isColumnHidden(n)} == columns


def test_large_text_counts_as_a_narrow_page(table: FileTable, qapp: QApplication) -> None:
    table.resize(900, 400)
    larger = qapp.font()
    larger.setPointSizeF(16)
    qapp.setFont(larger)

    assert table.isColumnHidden(3)
    assert table.rowHeight(0) == 64


def test_breakpoints_can_be_set_afterwards(table: FileTable) -> None:
    table.set_breakpoints({2: 2000})

    assert table.isColumnHidden(2)
    assert not table.isColumnHidden(3)


def test_only_the_name_stretches(table: FileTable) -> None:
    before = [table.columnWidth(n) for n in range(4)]
    table.resize(table.width() + 100, 400)

    assert [table.columnWidth(n) - before[n] for n in range(4)] == [100, 0, 0, 0]


def test_a_column_is_as_wide_as_its_longest_sample(table: FileTable) -> None:
    metrics = table.fontMetrics()

    assert table.columnWidth(1) >= metrics.horizontalAdvance("Yesterday, 23:58") + 2 * u(11) - 2


def test_on_a_narrow_page_the_widest_column_gives_way_to_the_name(shown: Show, model: Files) -> None:
    wordy = Column(samples=("Another program has it open",))
    table = FileTable((COLUMNS[0], wordy, Column(min_page_u=560), Column(actions=1)))
    table.setModel(model)
    shown(table, 700)
    wide = table.columnWidth(1)
    table.resize(380, 400)

    assert table.columnWidth(0) >= u(150)
    assert u(75) <= table.columnWidth(1) < wide
    table.resize(700, 400)
    assert table.columnWidth(1) == wide


def test_a_column_with_icons_has_room_for_one_besides_its_longest_sample(qapp: QApplication, model: Files) -> None:
    widths = []
    for has_icon in (False, True):
        table = FileTable((COLUMNS[0], Column(samples=("Another program has it open",), has_icon=has_icon)))
        table.setModel(model)
        widths.append(table.columnWidth(1))

    assert widths[1] - widths[0] >= u(16)


def test_a_shortened_name_is_whole_in_its_tooltip(table: FileTable, model: Files) -> None:
    model.names[0] = "<b>" + "long " * 60 + ".pdf"
    show_tip(table, 0)

    assert QToolTip.text() == "<qt>&lt;b&gt;" + "long " * 60 + ".pdf</qt>"


def test_a_name_that_fits_has_no_tooltip(table: FileTable) -> None:
    show_tip(table, 0)

    assert QToolTip.text() == ""


def test_a_button_in_a_row_tells_its_name_and_leaves_the_selection(table: FileTable, qtbot: QtBot) -> None:
    table.toggle_row(3)
    place = table.visualRect(table.model().index(3, 3))
    spot = QPoint(place.right() - u(6) - u(15), place.center().y())

    with qtbot.waitSignal(table.action_triggered) as told:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)

    assert (told.args[0].row(), told.args[1]) == (3, "remove")
    assert table.selected_rows() == [3]


def test_the_delete_key_is_told(table: FileTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.delete_pressed):
        qtbot.keyClick(table, Key.Key_Delete)


def test_in_a_mirrored_window_the_check_boxes_are_at_the_right(table: FileTable, qtbot: QtBot) -> None:
    table.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    rect = table.visualRect(table.model().index(1, 0))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.right() - u(20), rect.center().y()))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.right() - u(20), rect.center().y()))

    assert table.selected_rows() == []
    assert table.selectionModel().currentIndex().row() == 1


def test_dark_rows_are_dark(table: FileTable, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    table.clearFocus()
    table.toggle_row(1)

    assert row_picture(table, 1).pixelColor(5, 5) == theme().tint


def test_the_frame_stays_with_its_file_when_rows_stream_in_above(table: FileTable, model: Files) -> None:
    go_to(table, 1)
    model.insert(0, ["earlier 1.pdf", "earlier 2.pdf"])

    framed = [row for row in range(2, 6) if row_picture(table, row).pixelColor(0, 5) == theme().focus]
    assert [model.names[row] for row in framed] == ["file 001.pdf"]


def test_a_row_that_only_moved_is_not_drawn_again(table: FileTable, model: Files) -> None:
    model.tells_looks = True
    table.clearFocus()
    table.viewport().repaint()
    before = row_picture(table, 0)
    model.drawn.clear()
    model.insert(0, ["new.pdf"])
    table.viewport().repaint()

    assert set(model.drawn) == {"new.pdf"}
    assert row_picture(table, 1) == before


@pytest.mark.parametrize("tells_looks", [True, False])
def test_a_row_that_says_something_else_is_drawn_again(table: FileTable, model: Files, tells_looks: bool) -> None:
    model.tells_looks = tells_looks
    before = row_picture(table, 1)
    model.names[1] = "renamed.pdf"
    model.dataChanged.emit(model.index(1, 0), model.index(1, 0))

    assert row_picture(table, 1) != before


def test_rows_between_pixels_of_the_screen_are_drawn_in_their_place(table: FileTable, model: Files) -> None:
    model.tells_looks = True
    table.verticalHeader().setDefaultSectionSize(38)
    table.devicePixelRatioF = lambda: 1.25  # type: ignore[method-assign]
    table.viewport().repaint()
    model.drawn.clear()
    table.viewport().repaint()

    assert model.drawn


def go_to(table: FileTable, row: int) -> None:
    flags = QItemSelectionModel.SelectionFlag.NoUpdate
    table.selectionModel().setCurrentIndex(table.model().index(row, 0), flags)


def header_box(table: FileTable) -> CheckBox:
    box = (table.parentWidget() or table).findChild(CheckBox)
    assert isinstance(box, CheckBox)
    assert box.accessibleName() == "Select all files"
    return box


def check_of(table: FileTable, row: int) -> QPoint:
    rect = table.visualRect(table.model().index(row, 0))
    from_start = u(23)
    is_mirrored = table.layoutDirection() == Qt.LayoutDirection.RightToLeft
    return QPoint(rect.right() - from_start if is_mirrored else rect.left() + from_start, rect.center().y())


def middle_of(table: FileTable, row: int) -> QPoint:
    return table.visualRect(table.model().index(row, 1)).center()


def row_picture(table: FileTable, row: int) -> QImage:
    first, last = (table.visualRect(table.model().index(row, column)) for column in (0, 3))
    return table.viewport().grab(first.united(last)).toImage()


def show_tip(table: FileTable, row: int) -> None:
    QToolTip.hideText()
    index = table.model().index(row, 0)
    option = QStyleOptionViewItem()
    option.rect = table.visualRect(index)
    place = option.rect.center()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, place, table.viewport().mapToGlobal(place))
    table.itemDelegate().helpEvent(event, table, option, index)
