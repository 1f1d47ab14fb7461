"""The found files as the table's model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.core.events import FileRetagged, Match, UploaderRead
from app.core.query import Query, Relation
from app.core.tags import TagRules, fold, visible
from app.ui import words
from app.ui.find.order import Order, SortBy, file_name, other_values
from app.ui.find.results import Arrangement, Passes, Results
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

UNCERTAIN = "Not looked at again yet"
"""Said of files that the local index knows of, and nobody has asked the storage about since."""

_HEADERS = ("Name", "Other tags", "Date", "Size", "Uploaded by")


class ResultsModel(QAbstractTableModel):
    """One row for each found file; stays quick with 100,000 of them.

    Signals:
        merging: rows are about to come in between others, to move or to go (`is_leaving`); the view notes its place.
        merged: they have.
        moving: rows are about to change places, with the `Arrangement` that they had.
        moved: they have.
        rearranged: files have gone, or were found to be others.
        filtering: other files are about to be shown, of which some may be the same; with the `Arrangement` before.
        filtered: they are.
    """

    merging = Signal()
    merged = Signal()
    moving = Signal(object)
    moved = Signal()
    rearranged = Signal()
    filtering = Signal(object)
    filtered = Signal()

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        """Args: `now` is aware, in the zone that is shown."""
        super().__init__(parent)
        self._now = now
        self._passes: Passes | None = None
        self._results = Results()
        self._searched: frozenset[str] = frozenset()
        self._uploaders: dict[str, str] = {}
        self._searches = 0
        self._knows_more_uploaders = False

    @property
    def results(self) -> Results:
        """The files, to be read."""
        return self._results

    @property
    def is_filtered(self) -> bool:
        """Whether some of the files that were found may not be shown."""
        return self._passes is not None

    def begin(self, query: Query) -> None:
        """Show nothing, and what is found for `query` from now on."""
        self.beginResetModel()
        self._results = Results(self._results.order, self._passes)
        self._searches += 1
        self._searched = frozenset(fold(term.value) for term in query.terms if term.relation is Relation.IS)
        self.endResetModel()

    def begin_again(self) -> None:
        """Expect all files to be told once more; those that are shown stay until `end`."""
        self._results.begin_again()

    def end(self) -> None:
        """Let go of what wasn't told (again) as certain."""
        self._results.withdraw(self._results.unconfirmed())
        self.merge()

    def prepare(self, batch: Sequence[Match], is_certain: bool = True) -> None:
        """Take in found files that get their rows with the next `merge`."""
        self._results.prepare(batch, is_certain)

    def withdraw(self, keys: Iterable[str]) -> None:
        """Let go of files with the next `merge`."""
        self._results.withdraw(keys)

    def add(self, batch: Sequence[Match], is_certain: bool = True) -> None:
        """Add found files and show them."""
        self.prepare(batch, is_certain)
        self.merge()

    def retag(self, told: Iterable[FileRetagged], rules: TagRules) -> None:
        """Show the tags that files carry now; those that no longer match stay until the next search."""
        for event in told:
            match = self._results.match_of(event.key)
            if match is not None and event.tags is not None and event.error is None:
                self.prepare([replace(match, tags=event.tags, values=rules.values(event.tags))])
        self.merge()

    def merge(self) -> None:
        """Show what has been prepared, each where the order has it; persistent indexes stay with their files."""
        results = self._results
        while results.waiting or results.is_to_be_rearranged:
            self.merging.emit()
            self._insert()
            self._rearrange()
            self.merged.emit()
        if results.is_touched or self._knows_more_uploaders:
            results.is_touched = self._knows_more_uploaders = False
            self._say_changed()

    def filter(self, passes: Passes | None) -> None:
        """Show only the files that pass; all where None."""
        self.merge()
        self.filtering.emit(self._results.arrangement())
        self.beginResetModel()
        self._passes = passes
        self._results.filter(passes)
        self.endResetModel()
        self.filtered.emit()

    def prepare_uploaders(self, read: Iterable[UploaderRead]) -> None:
        """Take in who uploaded, to be shown with the next `merge`."""
        told = {event.key: visible(event.uploaded_by) for event in read}
        self._uploaders.update(told)
        self._knows_more_uploaders |= bool(told)
        self._results.recheck(told)

    def take_uploaders(self, read: Iterable[UploaderRead]) -> None:
        """Fill in who uploaded."""
        self.prepare_uploaders(read)
        self.merge()

    def people(self) -> Counter[str]:
        """Return who uploaded the files that were found, as far as that is known, and how many each."""
        known = map(self._uploaders.get, self._results.matches())
        return Counter(name for name in known if name is not None)

    def uploader_of(self, key: str) -> str | None:
        """Return who uploaded this file; None where nobody has told."""
        return self._uploaders.get(key)

    def file_at(self, row: int) -> Match:
        """Return the file of a row."""
        return self._results.at(row)

    def is_certain(self, row: int) -> bool:
        """Tell whether the file of a row was ever looked at, not only known of."""
        return self._results.is_certain(row)

    def is_leaving(self, row: int) -> bool:
        """Tell whether the file of a row goes with the merge that has begun."""
        return self._results.is_leaving(row)

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
            return self._drawn(index.row(), role)
        match, column = self._results.at(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(match, column)
        if role == Qt.ItemDataRole.DecorationRole and column == Column.NAME:
            return file_icon(match.stored.key)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index.row()) if column == Column.NAME else self._text(match, column)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == Column.NAME:
            spoken = (Column.NAME, Column.SIZE, Column.DATE, Column.UPLOADED_BY)
            words_of = [self._text(match, part) for part in spoken]
            words_of.append("" if self.is_certain(index.row()) else UNCERTAIN.lower())
            return ", ".join(filter(None, words_of))
        return None

    def _drawn(self, row: int, role: int) -> object:
        if role == Role.LOOK:
            return self._look(row)
        return "text2" if role == Role.TONE and not self.is_certain(row) else None

    def _tip(self, row: int) -> str:
        key = visible(self._results.at(row).stored.key)
        return key if self.is_certain(row) else f"{key}\n{UNCERTAIN}"

    def _look(self, row: int) -> tuple[Hashable, ...]:
        """Return what tells the row from all others of all searches; dates are told by the day."""
        uploader = self._uploaders.get(self._results.at(row).stored.key)
        return self._searches, *self._results.look_at(row), uploader, self._now().date()

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

    def _insert(self) -> None:
        if not self._results.waiting:
            return
        first, before = len(self._results), self._results.arrangement()
        self.beginInsertRows(QModelIndex(), first, first + self._results.waiting - 1)
        self._results.merge()
        self.endInsertRows()
        if first and self._results.arrival_at(first - 1) != before.arrival_at(first - 1):
            self._move(before, first)

    def _rearrange(self) -> None:
        if not self._results.is_to_be_rearranged:
            return
        before, rows = self._results.arrangement(), len(self._results)
        # Those that go are put at the end: one removal costs what any number of them does.
        leaving = self._results.rearrange()
        self._move(before, rows)
        if leaving:
            self.beginRemoveRows(QModelIndex(), rows - leaving, rows - 1)
            self._results.cut()
            self.endRemoveRows()
        self.rearranged.emit()

    def _say_changed(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(Column) - 1))

    def _move(self, before: Arrangement, rows: int) -> None:
        """Let persistent indexes, such as the current row and the selection, follow their files."""
        self.moving.emit(before)
        self.layoutAboutToBeChanged.emit()
        old = [index for index in self.persistentIndexList() if index.row() < rows]
        moved = [self.index(self._results.position_of(before.arrival_at(index.row())), index.column()) for index in old]
        self.changePersistentIndexList(old, moved)
        self.layoutChanged.emit()
        self.moved.emit()
