"""Many selected rows, taken along when rows change places."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSignalBlocker

from app.ui.find.model import ResultsModel
from app.ui.find.results import Arrangement
from app.ui.widgets.table import FileTable

_QT_KEEPS = 200
"""Rows that Qt takes along itself, one by one; 100,000 of them would take it ten seconds."""


class KeptSelection:
    """Selects the same files as before, wherever their rows are now; nobody is told, as nothing changed.

    Args:
        table: whose rows are selected.
        model: of the table.
    """

    def __init__(self, table: FileTable, model: ResultsModel) -> None:
        self._table = table
        self._model = model
        self._chosen: bytearray | None = None

    def hold(self, before: Arrangement) -> None:
        """Note what is selected, if it is much; rows are about to leave the places of `before`."""
        if self._table.selected_count() > _QT_KEEPS:
            self.hold_any(before)

    def hold_any(self, before: Arrangement) -> None:
        """Note what is selected, however little; rows are about to leave the places of `before`."""
        chosen, selection = bytearray(self._model.results.arrivals), self._table.selectionModel()
        for part in selection.selection().toList():
            for arrival in before.arrivals_in(part.top(), part.bottom()):
                chosen[arrival] = 1
        with QSignalBlocker(selection):
            selection.clearSelection()
        self._chosen = chosen

    def select_again(self) -> None:
        """Select what was noted; the rows have their new places."""
        if self._chosen is None:
            return
        chosen, self._chosen = self._chosen, None
        rows, last_column = QItemSelection(), self._model.columnCount() - 1
        for first, last in self._model.results.runs_of(chosen):
            rows.select(self._model.index(first, 0), self._model.index(last, last_column))
        with QSignalBlocker(self._table.selectionModel()):
            self._table.selectionModel().select(rows, QItemSelectionModel.SelectionFlag.Select)
