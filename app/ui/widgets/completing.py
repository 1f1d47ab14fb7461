"""Completing what is typed into a tag field from the tags in use."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.core.completion import Vocabulary
from app.core.tags import normalise
from app.ui.widgets.accessible import announce
from app.ui.widgets.completion_list import ROWS, CompletionPopup
from app.ui.widgets.tag_edit import TagEdit

_OPENS_MS = 80


class Completing(QObject):
    """Opens a list below the field while somebody types; nothing in it is highlighted until Down is pressed.

    Enter takes what was typed, or what is highlighted; Tab takes the first row; Esc closes the list.

    Signals:
        taken: with the tag that was chosen.
        new_chosen: what was typed was chosen as a new tag.

    Attributes:
        popup: the list.
    """

    taken = Signal(str)
    new_chosen = Signal()

    def __init__(
        self,
        field: QWidget,
        edit: TagEdit,
        vocabulary: Callable[[], Vocabulary],
        chips: Callable[[], Collection[str]],
        offers_new: bool,
    ) -> None:
        """Complete `edit`.

        Args:
            field: what the list stands below.
            edit: where is typed.
            vocabulary: returns the tags in use.
            chips: returns the values that the field has already.
            offers_new: what was typed is offered as a new tag.
        """
        super().__init__(field)
        self._edit = edit
        self._field = field
        self._vocabulary = vocabulary
        self._chips = chips
        self._offers_new = offers_new
        self.popup = CompletionPopup(field)
        # Once it was open it belongs to the window, which may live longer than the field.
        field.destroyed.connect(self.popup.deleteLater)
        self.popup.chosen.connect(self._choose)
        self._timer = QTimer(self, singleShot=True, interval=_OPENS_MS)
        self._timer.timeout.connect(self._open)
        edit.textEdited.connect(self._edited)
        edit.textChanged.connect(self._changed)
        edit.installEventFilter(self)

    def close(self) -> bool:
        """Close the list; False where it wasn't open."""
        self._timer.stop()
        was_open = self.popup.isVisible()
        self.popup.hide()
        return was_open

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.close()
        if not isinstance(event, QKeyEvent) or event.modifiers() not in _PLAIN:
            return False
        if kind == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape and self.popup.isVisible():
            event.accept()  # else it would be the window's
            return True
        return kind == QEvent.Type.KeyPress and self._takes_key(Qt.Key(event.key()))

    def _takes_key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Down and not self.popup.isVisible():
            self._open()
            return self.popup.isVisible()
        if not self.popup.isVisible():
            return False
        highlighted, rows = self.popup.highlighted, self.popup.model.rowCount()
        if key == Qt.Key.Key_Escape:
            return self.close()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self._highlight(max(-1, min(highlighted + step, rows - 1)))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and highlighted >= 0:
            self._choose(highlighted)
            return True
        if key == Qt.Key.Key_Tab:
            self._choose(max(highlighted, 0))
            return True
        return False

    def _edited(self, _text: str) -> None:
        self._timer.start()

    def _changed(self, text: str) -> None:
        if not text:
            self.close()

    def _open(self) -> None:
        text = normalise(self._edit.text())
        vocabulary = self._vocabulary()
        new = text if self._offers_new and text and vocabulary.known(text) is None else ""
        suggestions = vocabulary.complete(text, ROWS - bool(new), self._chips())
        self.popup.model.show(suggestions, new if suggestions else "")
        if not suggestions or not self._edit.hasFocus():
            self.close()
            return
        is_mirrored = self._edit.layoutDirection() == Qt.LayoutDirection.RightToLeft
        corner = QPoint(self._edit.width() if is_mirrored else 0, 0)
        self.popup.open_at(self._edit.mapTo(self._field, corner).x())

    def _highlight(self, row: int) -> None:
        self.popup.highlight(row)
        if row >= 0:
            announce(self._edit, self.popup.model.said(row))

    def _choose(self, row: int) -> None:
        suggestion = self.popup.model.suggestion(row)
        self.close()
        if suggestion is None:
            self.new_chosen.emit()
        else:
            self.taken.emit(suggestion.value)


_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
