"""Somebody who uses the window: drops, types, presses and reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.core.query import Query, Term
from app.ui.services import WindowServices
from app.ui.workplace import Workplace

WAIT_MS = 20_000


@dataclass
class Person:
    """Uses the window as a person does.

    Attributes:
        bot: waits.
        place: the window's parts.
    """

    bot: QtBot
    place: Workplace

    def wait(self, holds: Callable[[], object]) -> None:
        self.bot.waitUntil(lambda: bool(holds()), timeout=WAIT_MS)

    def drops(self, *paths: Path) -> None:
        """Let files go over the middle of the window."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        window, at = self.place.window, QPoint(400, 300)
        action, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(window, QDragEnterEvent(at, action, data, button, key))
        QApplication.sendEvent(window, QDropEvent(QPointF(at), action, data, button, key))

    def drops_and_waits(self, *paths: Path) -> None:
        self.drops(*paths)
        self.wait(lambda: "Counting" not in self.scope() and self.place.upload.model.rowCount())

    def types(self, field: QWidget, text: str) -> None:
        """Type into a tag field and press Enter."""
        self.bot.keyClicks(field.focusProxy(), text)
        self.bot.keyClick(field.focusProxy(), Qt.Key.Key_Return)

    def presses(self, button: QWidget) -> None:
        self.bot.mouseClick(button, Qt.MouseButton.LeftButton)

    def uploads(self, *paths: Path, tag: str = "Invoice 2026") -> None:
        """Drop, tag and upload, and wait for the end."""
        self.drops_and_waits(*paths)
        self.types(self.place.upload.list.field, tag)
        self.presses(self.place.upload.list.upload)
        self.waits_for_transfers()

    def waits_for_transfers(self) -> None:
        self.wait(lambda: self.place.queue.transfers and not self.place.queue.open_transfers)

    def finds(self, *values: str) -> None:
        """Search for these tags and wait for the end."""
        self.place.window.show_page("find")
        self.place.find.search_for([Term(value) for value in values])
        self.waits_for_search()

    def waits_for_search(self) -> None:
        self.wait(lambda: self.place.find.searching.ending is not None)

    def browses(self) -> None:
        self.place.window.show_page("find")
        self.place.find.show_all()
        self.waits_for_search()
        assert self.place.find.searching.query == Query()

    def scope(self) -> str:
        """Read the bar of the upload page."""
        return self.place.upload.list.bar._scope.text()

    def names(self) -> list[str]:
        """Read the names in the table of found files."""
        model = self.place.find.model
        return [model.index(row, 0).data() for row in range(model.rowCount())]

    def said(self) -> str:
        """Read why there is nothing in the middle of the find page; empty where there is a table."""
        find = self.place.find
        return find.empty._state.accessibleName() if find.empty.isVisible() else ""


def runs(services: WindowServices) -> int:
    """Count what the journal has of this bucket, under way or not."""
    journal: Any = services.journal
    with journal._file.transaction() as connection:
        found = connection.execute("SELECT count(*) FROM runs WHERE storage = ?", (journal._storage,))
        return int(found.fetchone()[0])
