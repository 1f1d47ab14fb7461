"""The found files as the table's model."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.core.events import Match, UploaderRead
from app.core.query import Query, Relation
from app.core.tags import fold, visible
from app.ui import words
from app.ui.find.results import Arrangement, Order, Results, SortBy, file_name, other_values
from app.ui.icons import file_icon
from app.ui.widgets.columns import Role

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns of the table."""

    NAME = 0
    OTHER_TAGS = 1
    DATE = 2
    SIZE = 3
    UPLOADED_BY = 4


SORTABLE = {Column.NAME: SortBy.NAME, Column.DATE: SortBy.DATE, Column.SIZE: SortBy.SIZE}
"""Columns whose title sorts the rows."""

_HEADERS = ("Name", "Other tags", "Date", "Size", "Uploaded by")


class ResultsModel(QAbstractTableModel):
    """One row for each found file; stays quick with 100,000 of them.

    Signals:
        merging: rows are about to come in between others; the view notes what it shows.
        merged: they have.
        moving: rows are about to change places, with the `Arrangement` that they had.
        moved: they have.
    """

    merging = Signal()
    merged = Signal()
    moving = Signal(object)
    moved = Signal()

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        """Args: `now` is aware, in the zone that is shown."""
        super().__init__(parent)
        self._now = now
        self._results = Results()
        self._searched: frozenset[str] = frozenset()
        self._uploaders: dict[str, str] = {}
        self._searches = 0

    @property
    def size_bytes(self) -> int:
        """Of all rows."""
        return self._results.size_bytes

    def begin(self, query: Query) -> None:
        """Show nothing, and what is found for `query` from now on."""
        self.beginResetModel()
        self._results = Results(self._results.order)
        self._searches += 1
        self._searched = frozenset(fold(term.value) for term in query.terms if term.relation is Relation.IS)
        self.endResetModel()

    def prepare(self, batch: Sequence[Match]) -> None:
        """Take in found files that get their rows with the next `merge`."""
        self._results.prepare(batch)

    def add(self, batch: Sequence[Match]) -> None:
        """Add found files and show them."""
        self.prepare(batch)
        self.merge()

    def merge(self) -> None:
        """Show the prepared files, each where the order has it; persistent indexes stay with their files."""
        if not self._results.waiting:
            return
        first, before = len(self._results), self._results.arrangement()
        self.merging.emit()
        self.beginInsertRows(QModelIndex(), first, first + self._results.waiting - 1)
        self._results.merge()
        self.endInsertRows()
        if first and self._results.arrival_at(first - 1) != before.arrival_at(first - 1):
            self._move(before, first)
        self.merged.emit()

    def take_uploaders(self, read: Iterable[UploaderRead]) -> None:
        """Fill in who uploaded."""
        for event in read:
            self._uploaders[event.key] = visible(event.uploaded_by)
        if self.rowCount():
            last = self.rowCount() - 1
            self.dataChanged.emit(self.index(0, Column.UPLOADED_BY), self.index(last, Column.UPLOADED_BY))

    def file_at(self, row: int) -> Match:
        """Return the file of a row."""
        return self._results.at(row)

    def size_bytes_of(self, first: int, last: int) -> int:
        """Return the size of all files in the rows from `first` to `last`."""
        return self._results.size_bytes_of(first, last)

    def runs_of(self, chosen: bytearray) -> list[tuple[int, int]]:
        """Return first and last row of each run of files that `chosen` has a 1 for, by arrival number."""
        return self._results.runs_of(chosen)

    def keys_without_uploader(self, first: int, last: int) -> tuple[str, ...]:
        """Return the keys of these rows of which nobody has told who uploaded them."""
        rows = range(max(first, 0), min(last, self.rowCount() - 1) + 1)
        keys = (self._results.at(row).stored.key for row in rows)
        return self.unknown_of(keys)

    def unknown_of(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return those of `keys` of which nobody has told who uploaded them."""
        return tuple(key for key in keys if key not in self._uploaders)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        by = SORTABLE.get(Column(column)) if column >= 0 else None
        wanted = by and Order(by, order == Qt.SortOrder.DescendingOrder)
        if wanted is None or wanted == self._results.order:
            return
        self.merge()
        before = self._results.arrangement()
        self._results.sort(wanted)
        self._move(before, len(self._results))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else len(self._results)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role >= Qt.ItemDataRole.UserRole:
            return self._look(index.row()) if role == Role.LOOK else None
        match, column = self._results.at(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(match, column)
        if role == Qt.ItemDataRole.DecorationRole and column == Column.NAME:
            return file_icon(match.stored.key)
        if role == Qt.ItemDataRole.ToolTipRole:
            return visible(match.stored.key) if column == Column.NAME else self._text(match, column)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == Column.NAME:
            spoken = (Column.NAME, Column.SIZE, Column.DATE, Column.UPLOADED_BY)
            return ", ".join(filter(None, (self._text(match, part) for part in spoken)))
        return None

    def _look(self, row: int) -> tuple[Hashable, ...]:
        """Return what tells the row from all others of all searches; dates are told by the day."""
        uploader = self._uploaders.get(self._results.at(row).stored.key)
        return self._searches, self._results.arrival_at(row), uploader, self._now().date()

    def _text(self, match: Match, column: int) -> str:
        if column == Column.NAME:
            return visible(file_name(match.stored.key))
        if column == Column.OTHER_TAGS:
            return ", ".join(map(visible, other_values(match.values, self._searched)))
        if column == Column.DATE:
            return words.date(match.stored.last_modified, self._now())
        if column == Column.SIZE:
            return words.size(match.stored.size_bytes)
        return self._uploaders.get(match.stored.key, "")

    def _move(self, before: Arrangement, rows: int) -> None:
        """Let persistent indexes, such as the current row and the selection, follow their files."""
        self.moving.emit(before)
        self.layoutAboutToBeChanged.emit()
        old = [index for index in self.persistentIndexList() if index.row() < rows]
        moved = [self.index(self._results.position_of(before.arrival_at(index.row())), index.column()) for index in old]
        self.changePersistentIndexList(old, moved)
        self.layoutChanged.emit()
        self.moved.emit()
