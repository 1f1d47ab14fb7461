"""The table of files: a view over a model of any length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolTip

from app.ui.theme import font, keep_scaled, scale, u
from app.ui.widgets.columns import Column
from app.ui.widgets.row_delegate import ACTION_WIDTH, CELL_ICON, CHECK_WIDTH, RowDelegate
from app.ui.widgets.row_pictures import RowPictures, fits_pixels
from app.ui.widgets.table_header import ARROW, TableHeader

_PAGE_MARGINS_U = 32
_CELL_PADDING = 22
_LEAST_NAME = 150
_PROGRESS = 130
_Select = QItemSelectionModel.SelectionFlag
_Index = QModelIndex | QPersistentModelIndex


class FileTable(QTableView):
    """Rows of files. Selecting is checking: with `has_checks` each selected row has a check mark.

    The model has exactly the columns given here, the name first; there is no column for the check boxes, they
    are drawn before the name. `DisplayRole` is the text, `DecorationRole` a `QIcon`, `AccessibleTextRole` of the
    first column the whole row in words, `Role` (of `columns`) the rest.
    """

    rows_selected = Signal()
    """Which rows are selected, or how many there are, changed."""

    action_triggered = Signal(QModelIndex, str)
    """A button in a row was pressed: its cell and the `RowAction`'s name."""

    delete_pressed = Signal()
    """The Delete key."""

    def __init__(
        self,
        columns: Sequence[Column],
        has_checks: bool = False,
        row_u: float = 40,
        has_header: bool = True,
        is_sortable: bool = False,
        ground: str = "bg",
    ) -> None:
        """Make an empty table.

        Args:
            columns: how each column of the model is drawn.
            has_checks: check boxes before the names, and one in the header for all.
            row_u: height of a row in `u`.
            has_header: shows the titles.
            is_sortable: a press on a title calls the model's `sort`.
            ground: colour of the theme behind the table, `bg`, `side` or `raised`.
        """
        super().__init__()
        self._columns = tuple(columns)
        self._breakpoints = {n: column.min_page_u for n, column in enumerate(columns) if column.min_page_u}
        self._row_u = row_u
        self._widths: dict[int, int] = {}
        self._hidden: frozenset[int] = frozenset()
        self._rows = RowDelegate(self._columns, has_checks)
        self._rows.ground = ground
        self.setItemDelegate(self._rows)
        self._pictures = RowPictures(self._rows)
        self._titles = TableHeader(self, self._rows)
        self.setHorizontalHeader(self._titles)
        self._titles.setVisible(has_header)
        self._anchor: tuple[QPersistentModelIndex, int] | None = None
        self._selected = 0
        self._set_up(is_sortable)
        if has_checks:
            self._titles.add_check(self).asked.connect(self._toggle_all)
        keep_scaled(self, self._resize)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show a model."""
        super().setModel(model)
        if model is None:
            return
        model.rowsInserted.connect(self._rows_changed)
        for signal in (model.rowsRemoved, model.modelReset):
            signal.connect(self._count_selected)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, model.layoutChanged):
            signal.connect(self._show_current)
        model.rowsAboutToBeInserted.connect(self._keep_place)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self._resize()
        self._count_selected()

    def set_breakpoints(self, breakpoints: Mapping[int, int]) -> None:
        """Say from which page width on columns are shown: column to width in `u`."""
        self._breakpoints = dict(breakpoints)
        self._hide_columns()

    def selected_rows(self) -> list[int]:
        """Return the selected rows in order; quick for any number."""
        ranges = self.selectionModel().selection() if self.selectionModel() is not None else QItemSelection()
        rows: set[int] = set()
        for part in ranges.toList():
            rows.update(range(part.top(), part.bottom() + 1))
        return sorted(rows)

    def selected_count(self) -> int:
        """Return how many rows are selected; quick for any number."""
        return self._selected

    def toggle_row(self, row: int) -> None:
        """Select a row or take it out of the selection; the others stay."""
        index = self.model().index(row, 0)
        self.selectionModel().select(index, _Select.Toggle | _Select.Rows)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._count_selected()

    def selectionCommand(self, index: _Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        if isinstance(event, QMouseEvent) and self._is_on_check(index, event):
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                return super().selectionCommand(index, event)
            is_press = event.type() == QMouseEvent.Type.MouseButtonPress
            return _Select.Toggle | _Select.Rows if is_press else _Select.NoUpdate
        return super().selectionCommand(index, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and current.isValid():
            self.toggle_row(current.row())
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._action_at(event)
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            index, position = found
            action = self._rows.shown_actions(index, self.selectionModel().isSelected(index))[position]
            self.action_triggered.emit(index, action.name)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(event)

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)  # type: ignore[arg-type]
        self._set_hovered(-1, None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_current()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_current()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hide_columns()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.model() is not None and fits_pixels(self):
            self._pictures.paint(self, event.rect())
        else:
            super().paintEvent(event)

    def rowsInserted(self, parent: _Index, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        if self._anchor is not None:
            row, offset = self._anchor
            self._anchor = None
            self.updateGeometries()
            self.verticalScrollBar().setValue(self.verticalHeader().sectionPosition(row.row()) + offset)

    def _set_up(self, is_sortable: bool) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSortingEnabled(is_sortable)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.viewport().setAutoFillBackground(False)

    def _resize(self) -> None:
        self._rows.refresh()
        self._pictures.forget()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(u(self._row_u))
        self._titles.setFixedHeight(u(32))
        for number, column in enumerate(self._columns):
            if number >= self._titles.count():
                return
            if column.stretches:
                self._titles.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
            else:
                self._titles.setSectionResizeMode(number, QHeaderView.ResizeMode.Fixed)
                self._widths[number] = self._width_of(number, column)
        self._hide_columns()

    def _width_of(self, number: int, column: Column) -> int:
        title = str(self.model().headerData(number, Qt.Orientation.Horizontal) or "")
        sort_room = u(ARROW + 4) if self.isSortingEnabled() else 0
        widest = QFontMetrics(font(0.92)).horizontalAdvance(title) + sort_room if not self._titles.isHidden() else 0
        metrics = QFontMetrics(font(tabular=True))
        line = u(_PROGRESS) if column.is_progress else 0
        widest = max([widest, line, *(metrics.horizontalAdvance(sample) for sample in column.samples)])
        # A painter's hinted text is a little wider than the metrics of a font without a device.
        room = u(_CELL_PADDING + 4) + column.actions * u(ACTION_WIDTH) + (u(CELL_ICON) if column.has_icon else 0)
        width = widest + room
        return min(width, u(column.max_u)) if column.max_u else width

    def _hide_columns(self) -> None:
        page_u = self.width() / scale() + _PAGE_MARGINS_U
        hidden = frozenset(number for number, least in self._breakpoints.items() if page_u < least)
        if self._titles.count() and hidden != self._hidden:
            self._hidden = hidden
            for number in range(len(self._columns)):
                self.setColumnHidden(number, number in hidden)
        shown = [number for number in range(len(self._columns)) if number not in hidden]
        self._rows.last_column = shown[-1] if shown else 0
        self._leave_room(shown)

    def _leave_room(self, shown: list[int]) -> None:
        """Let the widest column give way where the name would have no room."""
        widths = {number: self._widths[number] for number in shown if number in self._widths}
        if not widths:
            return
        widest = max(widths, key=lambda number: widths[number])
        lacking = u(_LEAST_NAME) - (self.viewport().width() - sum(widths.values()))
        widths[widest] = max(widths[widest] - max(lacking, 0), min(widths[widest], u(_LEAST_NAME) // 2))
        for number, width in widths.items():
            self.setColumnWidth(number, width)

    def _count_selected(self) -> None:
        self._selected = sum(part.height() for part in self.selectionModel().selection().toList())
        self._rows_changed()

    def _rows_changed(self) -> None:
        check = self._titles.check
        total = self.model().rowCount() if self.model() is not None else 0
        selected = self.selected_count()
        if self._rows.shows_checks != bool(selected):
            self._rows.shows_checks = bool(selected)
            self.viewport().update()
        if check is not None:
            states = Qt.CheckState
            state = (
                states.Unchecked if not selected else states.Checked if selected == total else states.PartiallyChecked
            )
            check.tell(state)
            check.setEnabled(total > 0)
        self.rows_selected.emit()

    def _toggle_all(self) -> None:
        if self.selected_count() == self.model().rowCount():
            self.clearSelection()
        else:
            self.selectAll()
        self._rows_changed()

    def _keep_place(self, parent: QModelIndex, first: int, last: int) -> None:
        bar = self.verticalScrollBar()
        in_use = bar.value() > 0 or self.hasFocus() or self.selectionModel().hasSelection()
        top = self.indexAt(self.viewport().rect().topLeft())
        if in_use and top.isValid():
            offset = bar.value() - self.verticalHeader().sectionPosition(top.row())
            self._anchor = (QPersistentModelIndex(top), offset)

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self._show_current()

    def _show_current(self) -> None:
        row = self.currentIndex().row() if self.hasFocus() else -1
        if row != self._rows.current_row:
            before, self._rows.current_row = self._rows.current_row, row
            self._repaint_rows(before, row)

    def _is_on_check(self, index: _Index, event: QMouseEvent) -> bool:
        if self._titles.check is None or not index.isValid() or index.column() != 0:
            return False
        rect = self.visualRect(index)
        x = event.position().x()
        from_start = rect.right() - x if self.isRightToLeft() else x - rect.left()
        return from_start < u(CHECK_WIDTH) + u(4)

    def _action_at(self, event: QMouseEvent) -> tuple[QModelIndex, int] | None:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or not self._columns[index.column()].actions:
            return None
        actions = self._rows.shown_actions(index, self.selectionModel().isSelected(index))
        places = self._rows.action_rects(self.visualRect(index), len(actions), self.layoutDirection())
        for position, place in enumerate(places):
            if place.contains(event.position().toPoint()):
                return index, position
        return None

    def _hover(self, event: QMouseEvent) -> None:
        found = self._action_at(event)
        row = self.rowAt(int(event.position().y()))
        self._set_hovered(row, None if found is None else (row, found[0].column(), found[1]))
        if found is not None:
            index, position = found
            action = self._rows.shown_actions(index, self.selectionModel().isSelected(index))[position]
            QToolTip.showText(event.globalPosition().toPoint(), action.text, self)

    def _set_hovered(self, row: int, action: tuple[int, int, int] | None) -> None:
        if (row, action) == (self._rows.hovered_row, self._rows.hovered_action):
            return
        before = self._rows.hovered_row
        self._rows.hovered_row, self._rows.hovered_action = row, action
        self._repaint_rows(before, row)

    def _repaint_rows(self, *rows: int) -> None:
        for row in rows:
            top = self.rowViewportPosition(row)
            if row >= 0 and top + self.rowHeight(row) > 0:
                self.viewport().update(0, top, self.viewport().width(), self.rowHeight(row))
