"""The table of found files."""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QResizeEvent

from app.ui.find.kept_selection import KeptSelection
from app.ui.find.model import SORTABLE, Column, ResultsModel
from app.ui.find.results import Arrangement
from app.ui.widgets import columns
from app.ui.widgets.table import FileTable

_SETTLED_MS = 150
_STREAM_SETTLED_MS = 700  # what streams in is seldom the last

_COLUMNS = (
    columns.Column(stretches=True),
    columns.Column(samples=("Harbour Street 12",), min_page_u=740, max_u=200),
    columns.Column(samples=("Yesterday, 17:30", "19 Nov 2024, 11:40"), min_page_u=560),
    columns.Column(samples=("888.8 MB", "888 bytes"), is_number=True),
    columns.Column(samples=("maria.keller@…",), min_page_u=860, max_u=190),
)


class ResultsTable(FileTable):
    """Sorted newest first until the person wants it otherwise; stands still while rows stream in.

    Signals:
        settled: which rows are visible has changed, and no more for a moment.
    """

    settled = Signal()

    def __init__(self, model: ResultsModel) -> None:
        super().__init__(_COLUMNS, has_checks=True, is_sortable=True)
        self.setAccessibleName("Found files")
        self._place: tuple[QPersistentModelIndex, int] | None = None
        self._is_aimed_at = False
        self._selected_bytes: int | None = None
        self._kept_current = -1
        self._found = model
        self._settling = QTimer(self, singleShot=True)
        self._settling.timeout.connect(self.settled)
        self.setModel(model)
        self._sorted = (int(Column.DATE), Qt.SortOrder.DescendingOrder)
        self.sortByColumn(*self._sorted)
        self.horizontalHeader().sortIndicatorChanged.connect(self._refuse_unsortable)
        model.modelReset.connect(self._forget_aim)
        for signal in (model.modelReset, model.rearranged):
            signal.connect(self._forget_bytes)
        self._kept = KeptSelection(self, model)
        model.moving.connect(self._kept.hold)
        model.moved.connect(self._kept.select_again)
        model.merging.connect(self._note_place)
        model.merged.connect(self._return_to_place)
        model.filtering.connect(self._note_chosen)
        model.filtered.connect(self._choose_again)
        for signal in (self.verticalScrollBar().valueChanged, model.layoutChanged, model.modelReset):
            signal.connect(self.settle_soon)
        model.merged.connect(lambda: self._settling.start(_STREAM_SETTLED_MS))

    def visible_rows(self) -> tuple[int, int]:
        """Return the first and the last visible row; -1 and -1 where there is none."""
        viewport = self.viewport().rect()
        first, last = self.rowAt(viewport.top()), self.rowAt(viewport.bottom())
        return first, last if last >= 0 else self.model().rowCount() - 1

    def selected_bytes(self) -> int:
        """Return the size of all selected files; quick when asked again."""
        if self._selected_bytes is None:
            parts = self.selectionModel().selection().toList()
            self._selected_bytes = sum(self._found.results.size_bytes_of(part.top(), part.bottom()) for part in parts)
        return self._selected_bytes

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        self._forget_bytes()
        super().selectionChanged(selected, deselected)

    def settle_soon(self) -> None:
        """Expect no more changes; `settled` follows unless some come all the same."""
        self._settling.start(_SETTLED_MS)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._is_aimed_at = True

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
        self._forget_aim()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.settle_soon()

    def _refuse_unsortable(self, section: int, order: Qt.SortOrder) -> None:
        if section in SORTABLE:
            self._sorted = (section, order)
        else:
            self.horizontalHeader().setSortIndicator(*self._sorted)

    def _note_place(self) -> None:
        top = self._first_staying(self.indexAt(self.viewport().rect().topLeft()))
        self._place = None
        if top.isValid() and self._stands():
            self._place = QPersistentModelIndex(top), self.verticalScrollBar().value() - self._top_of(top.row())
        self._leave_current()

    def _leave_current(self) -> None:
        """Let the keyboard's row be a neighbour of one that goes, not the end of the list."""
        staying = self._first_staying(self.currentIndex())
        if staying != self.currentIndex():
            self.selectionModel().setCurrentIndex(staying, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _first_staying(self, index: QModelIndex) -> QModelIndex:
        """Return the first row from this one on that stays, else the last one before it."""
        if not index.isValid() or not self._found.is_leaving(index.row()):
            return index
        after, before = range(index.row() + 1, self._found.rowCount()), range(index.row() - 1, -1, -1)
        staying = (row for rows in (after, before) for row in rows if not self._found.is_leaving(row))
        return self._found.index(next(staying, -1), index.column())

    def _note_chosen(self, before: Arrangement) -> None:
        current = self.currentIndex().row()
        self._kept_current = before.arrival_at(current) if current >= 0 else -1
        self._kept.hold_any(before)

    def _choose_again(self) -> None:
        self._kept.select_again()
        self._count_selected()
        row = self._found.results.position_of(self._kept_current) if self._kept_current >= 0 else -1
        if row >= 0:
            self.selectionModel().setCurrentIndex(self._found.index(row, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def _stands(self) -> bool:
        """Tell whether what is shown must keep its place: somebody reads, chooses or aims."""
        is_in_use = self.hasFocus() or self.selectionModel().hasSelection() or self.verticalScrollBar().value() > 0
        # A pointer that only lies there, as after typing, aims at nothing: the newest files are to be seen then.
        return is_in_use or self._is_aimed_at

    def _forget_aim(self) -> None:
        self._is_aimed_at = False

    def _forget_bytes(self) -> None:
        self._selected_bytes = None

    def _return_to_place(self) -> None:
        top, offset = self._place or (QPersistentModelIndex(), 0)
        self._place = None
        if top.isValid():
            self.updateGeometries()
            self.verticalScrollBar().setValue(self._top_of(top.row()) + offset)

    def _top_of(self, row: int) -> int:
        return self.verticalHeader().sectionPosition(row)
