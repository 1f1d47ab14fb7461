"""The files that are about to be uploaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon

from app.core.errors import AppError
from app.core.events import FilesCollected, LeftOut, NameChecked, NameStatus, SourceFile, UploadStatus
from app.core.tags import visible
from app.ui import words
from app.ui.icons import file_icon, icon
from app.ui.widgets.columns import Role, RowAction

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns of the list."""

    NAME = 0
    SIZE = 1
    NOTE = 2
    REMOVE = 3


_HEADERS = ("Name", "Size", "Note", "")
_FEW = 20


@dataclass(slots=True)
class _Row:
    path: Path
    name: str
    size_bytes: int
    source: SourceFile | None
    error: AppError | None
    status: NameStatus = NameStatus.FREE


class UploadModel(QAbstractTableModel):
    """One row for each file, in the order of the drop; what can't be uploaded is listed with the reason."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._row_of: dict[Path, _Row] = {}
        self._left_out: dict[Path, LeftOut] = {}
        self._size_bytes = 0

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The files that can be uploaded."""
        return tuple(row.source for row in self._rows if row.source is not None)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What is not uploaded: scraps, links, and what can't be read."""
        return tuple(self._left_out.values())

    @property
    def size_bytes(self) -> int:
        """Of the files that can be uploaded."""
        return self._size_bytes

    def count_left_out(self, status: UploadStatus) -> int:
        """Return how many were left out as `status`."""
        return sum(left.status is status for left in self._left_out.values())

    def add(self, found: Iterable[FilesCollected]) -> None:
        """Append what was found; what is listed already is passed over."""
        rows: list[_Row] = []
        for batch in found:
            rows += [_row(source) for source in batch.files if source.path not in self._row_of]
            for left in batch.left_out:
                if left.path not in self._left_out:
                    self._left_out[left.path] = left
                    rows += [_failed_row(left)] if left.status is UploadStatus.FAILED else []
        distinct = {row.path: row for row in rows}
        if not distinct:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(distinct) - 1)
        self._rows += distinct.values()
        self._row_of.update(distinct)
        self._size_bytes += sum(row.size_bytes for row in distinct.values() if row.source)
        self.endInsertRows()

    def remove(self, position: int) -> None:
        """Take one row off the list."""
        self.beginRemoveRows(QModelIndex(), position, position)
        self._forget(self._rows.pop(position))
        self.endRemoveRows()

    def remove_rows(self, positions: Iterable[int]) -> None:
        """Take several rows off the list."""
        chosen = set(positions)
        if len(chosen) <= _FEW:
            for position in sorted(chosen, reverse=True):
                self.remove(position)
            return
        self.beginResetModel()
        gone = [row for position, row in enumerate(self._rows) if position in chosen]
        self._rows = [row for position, row in enumerate(self._rows) if position not in chosen]
        for row in gone:
            self._forget(row)
        self.endResetModel()

    def clear(self) -> None:
        """Take everything off the list."""
        self.beginResetModel()
        self._rows.clear()
        self._row_of.clear()
        self._left_out.clear()
        self._size_bytes = 0
        self.endResetModel()

    def note(self, checked: Iterable[NameChecked]) -> None:
        """Note which names are in use."""
        for check in checked:
            row = self._row_of.get(check.path)
            if row is not None:
                row.status = check.status
        if self._rows:
            self.dataChanged.emit(self.index(0, Column.NOTE), self.index(len(self._rows) - 1, Column.NOTE))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        answer = _ANSWERS.get(role)
        return answer(self._rows[index.row()], index.column()) if answer else None

    def _forget(self, row: _Row) -> None:
        del self._row_of[row.path]
        self._left_out.pop(row.path, None)
        self._size_bytes -= row.size_bytes if row.source else 0


def _row(source: SourceFile) -> _Row:
    return _Row(source.path, visible(source.parts[-1]), source.size_bytes, source, None)


def _failed_row(left: LeftOut) -> _Row:
    return _Row(left.path, visible(_printable(left.path.name)), left.size_bytes, None, left.error)


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


def _note(row: _Row) -> tuple[str, str, str]:
    """Return words, icon and colour of the note."""
    if row.error is not None:
        return row.error.title, "alert", "error"
    if row.status is NameStatus.IN_USE:
        return "Name in use", "alert", "warn"
    if row.status is NameStatus.ALREADY_THERE:
        return "Already there", "check", "text2"
    return "", "", ""


def _text(row: _Row, column: int) -> str | None:
    texts = {Column.NAME: row.name, Column.SIZE: words.size(row.size_bytes), Column.NOTE: _note(row)[0]}
    return texts.get(Column(column))


def _tool_tip(row: _Row, column: int) -> str | None:
    if column == Column.NOTE and row.error is not None:
        return f"{row.error.title}. {row.error.detail}".strip()
    return visible(_printable(str(row.path))) if column == Column.NAME else None


def _spoken(row: _Row, column: int) -> str | None:
    if column == Column.NAME:
        return ", ".join(filter(None, (row.name, words.size(row.size_bytes), _note(row)[0])))
    return f"Remove {row.name} from the list" if column == Column.REMOVE else None


def _icon(row: _Row, column: int) -> QIcon | None:
    if column == Column.NAME:
        return file_icon(row.name)
    _, name, tone = _note(row)
    return icon(name, tone) if column == Column.NOTE and name else None


def _tone(row: _Row, column: int) -> str | None:
    return _note(row)[2] or None if column == Column.NOTE else None


def _actions(row: _Row, column: int) -> tuple[RowAction, ...] | None:
    return (RowAction("remove", "x", f"Remove {row.name} from the list"),) if column == Column.REMOVE else None


_ANSWERS: dict[int, Callable[[_Row, int], object]] = {
    Qt.ItemDataRole.DisplayRole: _text,
    Qt.ItemDataRole.DecorationRole: _icon,
    Role.TONE: _tone,
    Role.ACTIONS: _actions,
    Qt.ItemDataRole.ToolTipRole: _tool_tip,
    Qt.ItemDataRole.AccessibleTextRole: _spoken,
}
