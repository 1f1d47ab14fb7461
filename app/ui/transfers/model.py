"""The files of one transfer as rows: running, failed, waiting, done."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon

from app.core.events import FilePacked
from app.core.tags import visible
from app.ui import words
from app.ui.icons import file_icon, icon
from app.ui.transfers.kinds import AnyTransfer
from app.ui.transfers.upload import FileLine, FileState, Upload
from app.ui.transfers.wording import file_status, why_not_left_out
from app.ui.transfers.zipping import Zipping
from app.ui.widgets.columns import Role, RowAction

Index = QModelIndex | QPersistentModelIndex
Subject = AnyTransfer | None


class Column(IntEnum):
    """The columns; they have no titles."""

    NAME = 0
    PROGRESS = 1
    SIZE = 2
    STATUS = 3
    ACTIONS = 4


SHOW_FOLDER, TRY_AGAIN, LEAVE_OUT = "folder", "retry", "leave-out"
"""Names of what can be done with a file."""

_ACTIONS = (
    RowAction(SHOW_FOLDER, "folder", "Show in folder", is_always_shown=True),
    RowAction(TRY_AGAIN, "retry", "Try again", is_always_shown=True),
    RowAction(LEAVE_OUT, "x", "Leave out", is_always_shown=True),
)


class FilesModel(QAbstractTableModel):
    """The files of a running upload, all of them; of what has ended only those that failed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject: Subject = None
        self._numbers: list[int] = []

    def show(self, subject: Subject) -> None:
        """Show where the files of this transfer are now."""
        numbers = _listed(subject)
        if subject is self._subject and len(numbers) == len(self._numbers):
            if numbers != self._numbers:
                self._reorder(numbers)
            if numbers:
                self.dataChanged.emit(self.index(0, 0), self.index(len(numbers) - 1, len(Column) - 1))
            return
        self.beginResetModel()
        self._subject, self._numbers = subject, numbers
        self.endResetModel()

    def path(self, row: int) -> Path:
        """Return the file of a row."""
        return self._line(row).path

    def file(self, row: int) -> tuple[Upload, int] | None:
        """Return whose file a row shows, and its number there; None where it isn't one of an upload."""
        return (self._subject, self._numbers[row]) if isinstance(self._subject, Upload) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else len(self._numbers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        answer = _ANSWERS.get(role)
        return answer(self._line(index.row()), index.column()) if answer else None

    def _reorder(self, numbers: list[int]) -> None:
        """Let the current row and the selection follow their files: what is done next is meant for those."""
        self.layoutAboutToBeChanged.emit()
        before, held = self._numbers, self.persistentIndexList()
        self._numbers = numbers
        wanted = {before[index.row()] for index in held}
        rows = {number: row for row, number in enumerate(numbers) if number in wanted} if wanted else {}
        moved = [self.index(rows.get(before[index.row()], -1), index.column()) for index in held]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    def _line(self, row: int) -> FileLine:
        number = self._numbers[row]
        if isinstance(self._subject, Zipping):
            problem = self._subject.problems[number]
            size_bytes = problem.size_bytes if isinstance(problem, FilePacked) else None
            return FileLine(Path(problem.key), size_bytes, FileState.FAILED, None, problem.error)
        if self._subject is None:
            raise IndexError(row)
        return self._subject.line(number)


def _listed(subject: Subject) -> list[int]:
    if isinstance(subject, Zipping):
        return list(range(len(subject.problems)))
    if subject is None:
        return []
    return subject.failed() if subject.has_ended else subject.listed()


def _name(line: FileLine) -> str:
    return visible(line.path.name.encode("utf-8", "replace").decode())


def _text(line: FileLine, column: int) -> str | None:
    texts = {Column.NAME: _name(line), Column.SIZE: _size(line), Column.STATUS: file_status(line)[0]}
    return texts.get(Column(column))


def _size(line: FileLine) -> str:
    if line.size_bytes is None:
        return ""
    if line.sent_bytes is None:
        return words.size(line.size_bytes)
    return words.size_of(line.sent_bytes, line.size_bytes)


def _progress(line: FileLine, column: int) -> float | None:
    return line.fraction if column == Column.PROGRESS else None


def _icon(line: FileLine, column: int) -> QIcon | None:
    if column == Column.NAME:
        return file_icon(line.path.name)
    role = file_status(line)[1]
    mark = {"error": "alert", "ok": "check"}.get(role)
    return icon(mark, role) if column == Column.STATUS and mark else None


def _tone(line: FileLine, column: int) -> str | None:
    return file_status(line)[1] or "text" if column == Column.STATUS else None


def _tool_tip(line: FileLine, column: int) -> str | None:
    if column == Column.STATUS and line.error is not None:
        return f"{line.error.title}. {line.error.detail}".strip()
    if column == Column.STATUS:
        return why_not_left_out(line) or None
    return visible(str(line.path)) if column == Column.NAME else None


def _spoken(line: FileLine, column: int) -> str | None:
    said = _name(line), _size(line), file_status(line)[0]
    return ", ".join(filter(None, said)) if column == Column.NAME else None


def _described(line: FileLine, column: int) -> str | None:
    return why_not_left_out(line) or None if column == Column.NAME else None


def _actions(line: FileLine, column: int) -> tuple[RowAction, ...] | None:
    if column != Column.ACTIONS:
        return None
    is_offered = {
        SHOW_FOLDER: line.state is FileState.FAILED and line.path.is_absolute(),
        TRY_AGAIN: line.can_retry,
        LEAVE_OUT: line.can_leave_out,
    }
    return tuple(action for action in _ACTIONS if is_offered[action.name]) or None


_ANSWERS: dict[int, Callable[[FileLine, int], object]] = {
    Qt.ItemDataRole.DisplayRole: _text,
    Qt.ItemDataRole.DecorationRole: _icon,
    Qt.ItemDataRole.ToolTipRole: _tool_tip,
    Qt.ItemDataRole.AccessibleTextRole: _spoken,
    Qt.ItemDataRole.AccessibleDescriptionRole: _described,
    Role.TONE: _tone,
    Role.PROGRESS: _progress,
    Role.ACTIONS: _actions,
}
