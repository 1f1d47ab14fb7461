"""The temporary copies as a list, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.services.stage import StagedRequest
from app.ui import words

Index = QModelIndex | QPersistentModelIndex


class StagedRole(IntEnum):
    """What the rows have besides Qt's own roles."""

    REQUEST = Qt.ItemDataRole.UserRole + 1
    DETAIL = Qt.ItemDataRole.UserRole + 2


class StagedModel(QAbstractListModel):
    """One row for each request, newest first."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        """Args: `now` is aware, in the zone that is shown."""
        super().__init__(parent)
        self._now = now
        self._requests: list[StagedRequest] = []

    @property
    def requests(self) -> tuple[StagedRequest, ...]:
        """The requests, in the order of the rows."""
        return tuple(self._requests)

    def show(self, requests: tuple[StagedRequest, ...]) -> None:
        """Show these; rows that stay keep their place in the view."""
        wanted = {request.id for request in requests}
        for row in reversed(range(len(self._requests))):
            if self._requests[row].id not in wanted:
                self._remove_row(row)
        known = {request.id: row for row, request in enumerate(self._requests)}
        for position, request in enumerate(requests):
            if request.id in known:
                self._requests[position] = request
            else:
                self.beginInsertRows(QModelIndex(), position, position)
                self._requests.insert(position, request)
                self.endInsertRows()
        if self._requests:
            self.dataChanged.emit(self.index(0), self.index(len(self._requests) - 1))

    def remove(self, request_id: str) -> None:
        """Show this one no longer."""
        for row, request in enumerate(self._requests):
            if request.id == request_id:
                self._remove_row(row)
                return

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else len(self._requests)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        request = self._requests[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return title(request)
        if role == StagedRole.DETAIL:
            return self._detail(request)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            left = words.time_left(request.expires_at - self._now())
            return f"{title(request)}, {self._detail(request)}, {left}"
        return request if role == StagedRole.REQUEST else None

    def _detail(self, request: StagedRequest) -> str:
        made = words.made(request.created_at, self._now())
        files = words.files(request.files + request.missing)
        if request.missing:
            files = f"{request.files:,} of {files}"
        return f"{files}, {words.size(request.size_bytes)}, made {made}"

    def _remove_row(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._requests[row]
        self.endRemoveRows()


def title(request: StagedRequest) -> str:
    """Return what a request is called."""
    return words.name(request.name or "Files without a name")
