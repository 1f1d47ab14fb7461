"""The line in which a tag is typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QStyle

from app.ui.theme import font, keep_scaled


class TagEdit(QLineEdit):
    """A bare line edit that leaves files to the window and tells the keys that belong to the field."""

    entered = Signal(bool)
    """Enter was pressed; True with Ctrl."""

    left_start = Signal(bool)
    """Backspace (True) or the arrow towards the start (False) at the very start."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("box", "bare")
        self.setFrame(False)
        keep_scaled(self, lambda: self.setFont(font(1.05)))
        self._align()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
            return
        if _pastes_files(event):
            event.ignore()
            return
        is_at_start = self.cursorPosition() == 0 and not self.hasSelectedText()
        if is_at_start and event.key() == Qt.Key.Key_Backspace:
            self.left_start.emit(True)
            return
        back = Qt.Key.Key_Right if self.isRightToLeft() else Qt.Key.Key_Left
        if is_at_start and event.key() == back and event.modifiers() in _PLAIN:
            self.left_start.emit(False)
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # What it can do nothing with is the window's: files in the clipboard, and an undo with nothing typed.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undoes_nothing = event.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable()
            if undoes_nothing or _pastes_files(event):
                event.ignore()
                return False
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        for action in menu.actions():
            if action.objectName() == "edit-paste" and _has_files():
                action.setEnabled(False)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.ignore()
            return
        super().dragEnterEvent(event)

    def _align(self) -> None:
        """Keep the text beside the chips, also where it runs the other way."""
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeading)
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


def _pastes_files(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Paste) and _has_files()


def _has_files() -> bool:
    return QGuiApplication.clipboard().mimeData().hasUrls()


_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
