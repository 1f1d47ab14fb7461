"""The files that a search couldn't look at, each with the reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.core.events import Unreadable
from app.core.tags import visible
from app.ui.find.wording import unreadable
from app.ui.icons import file_icon
from app.ui.theme import keep_scaled, u
from app.ui.widgets.columns import Column
from app.ui.widgets.sheet import Sheet
from app.ui.widgets.table import FileTable

Index = QModelIndex | QPersistentModelIndex

_ROW_U, _HEADER_U, _WHY_U = 36, 40, 300


class FailuresSheet(Sheet):
    """A list of files with what is wrong with each, to read; its confirming button does something about it."""

    def __init__(self, found: Sequence[Unreadable], title: str, text: str, confirm: str) -> None:
        super().__init__(title, text, confirm, "Close", width=640)
        self._model = _Model(found)
        self._model.setParent(self)
        reasons = tuple({item.error.title for item in found})
        self.table = FileTable((Column(stretches=True), Column(reasons, max_u=_WHY_U)), row_u=_ROW_U, ground="raised")
        self.table.setModel(self._model)
        self.table.setAccessibleName(title)
        rows = min(max(len(found), 2), 7)
        keep_scaled(self.table, lambda: self.table.setFixedHeight(u(_ROW_U * rows + _HEADER_U)))
        self.body.addWidget(self.table)
        self.set_first(self.table)


class UnreadableSheet(FailuresSheet):
    """Its confirming button copies the list for IT."""

    def __init__(self, found: Sequence[Unreadable]) -> None:
        text = "They may carry the tag too. Your IT team can say why you have no access to them."
        super().__init__(found, unreadable(len(found)), text, "Copy details for IT")
        self.table.setAccessibleName("Files that couldn’t be looked at")


class _Model(QAbstractTableModel):
    def __init__(self, found: Sequence[Unreadable]) -> None:
        super().__init__()
        self._found = tuple(found)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else len(self._found)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return ("Name", "Why")[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self._found[index.row()]
        is_name = index.column() == 0
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(item.key) if is_name else item.error.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return visible(item.key) if is_name else _reason(item)
        if role == Qt.ItemDataRole.DecorationRole and is_name:
            return file_icon(item.key)
        if role == Qt.ItemDataRole.AccessibleTextRole and is_name:
            return f"{visible(item.key)}, {_reason(item)}"
        return None


def _reason(item: Unreadable) -> str:
    """Return what is wrong and what can be done about it."""
    return f"{item.error.title}. {item.error.detail}".rstrip()
