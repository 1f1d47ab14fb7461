"""What the small buttons of a row do, in words: by the Menu key and a right click."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt
from PySide6.QtWidgets import QMenu

from app.ui.icons import icon
from app.ui.widgets.columns import Role, RowAction
from app.ui.widgets.table import FileTable


def offer_row_menu(table: FileTable) -> None:
    """Let each row of a table offer its actions in a menu, which come as if its button was pressed."""
    table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    table.customContextMenuRequested.connect(lambda at: _open(table, at))


def _open(table: FileTable, at: QPoint) -> None:
    index = table.indexAt(at)
    offered = [(cell, action) for cell in _cells(index) for action in cell.data(Role.ACTIONS) or ()]
    if not offered:
        return
    menu = QMenu(table)
    for cell, action in offered:
        menu.addAction(icon(action.icon), action.text, _trigger(table, cell, action))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(table.viewport().mapToGlobal(at))


def _cells(index: QModelIndex) -> list[QModelIndex]:
    columns = index.model().columnCount() if index.isValid() else 0
    return [index.siblingAtColumn(column) for column in range(columns)]


def _trigger(table: FileTable, cell: QModelIndex, action: RowAction) -> Callable[[], None]:
    kept = QPersistentModelIndex(cell)  # rows may move while the menu is open

    def trigger() -> None:
        if kept.isValid():
            table.action_triggered.emit(table.model().index(kept.row(), kept.column()), action.name)

    return trigger
