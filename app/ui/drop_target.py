"""Takes files that are dragged onto the window or pasted into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from app.ui.icons import file_icon_name

REFUSED_TITLE = "This program hands over a web address, not a file."
REFUSED_TEXT = "Save it first, then drop it."


@dataclass(frozen=True, slots=True)
class Dropped:
    """What is dragged or pasted.

    Attributes:
        paths: files and folders on this computer.
        is_refused: there are addresses, but none of a file on this computer.
    """

    paths: tuple[Path, ...] = ()
    is_refused: bool = False

    @property
    def files(self) -> int | None:
        """How many files, judged by their names alone; None where one may be a folder.

        The disk isn't asked: a share that doesn't answer would stop the window.
        """
        known = all(file_icon_name(path.name) != "file" for path in self.paths)
        return len(self.paths) if known else None


def dropped(data: QMimeData) -> Dropped:
    """Return what `data` holds for an upload; empty where it is no file and no address, such as plain text."""
    if not data.hasUrls():
        return Dropped()
    urls = data.urls()
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile() and url.toLocalFile())
    return Dropped(paths, is_refused=bool(urls) and not paths)


class DropTarget(QObject):
    """Makes a whole widget take files; copies, never moves.

    Attributes:
        is_paused: takes nothing for now, as a sheet waits for an answer.
    """

    entered = Signal(object)
    """Something is dragged over the widget: a `Dropped`."""

    left = Signal()
    """It is gone again, or was let go."""

    files_dropped = Signal(list)
    """Files and folders were let go: a list of paths."""

    refused = Signal()
    """A web address was let go."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.is_paused = False
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer the drag events of the widget."""
        if self.is_paused:
            return False
        if isinstance(event, QDragEnterEvent):
            return self._enter(event)
        if isinstance(event, QDragMoveEvent):
            return self._accept(event)
        if event.type() == QEvent.Type.DragLeave:
            self.left.emit()
            return True
        if isinstance(event, QDropEvent):
            return self._drop(event)
        return False

    def take(self, data: QMimeData) -> bool:
        """Take pasted data as if it was let go; False if there is nothing in it for an upload."""
        found = Dropped() if self.is_paused else dropped(data)
        if found.paths:
            self.files_dropped.emit(list(found.paths))
        elif found.is_refused:
            self.refused.emit()
        return bool(found.paths) or found.is_refused

    def _enter(self, event: QDragEnterEvent) -> bool:
        found = dropped(event.mimeData())
        if not found.paths and not found.is_refused:
            return False
        self.entered.emit(found)
        return self._accept(event)

    def _accept(self, event: QDragMoveEvent) -> bool:
        # Also what is refused is accepted, so that letting go can be answered in words.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _drop(self, event: QDropEvent) -> bool:
        self.left.emit()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.take(event.mimeData())
        return True
