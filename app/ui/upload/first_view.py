"""What the upload page shows first: the drop panel, and a field to find files instead."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.core.completion import Suggestion
from app.core.tags import TagRules, visible
from app.ui.theme import scale
from app.ui.widgets.boxes import column
from app.ui.widgets.drop_panel import DropPanel
from app.ui.widgets.labels import label
from app.ui.widgets.tag_field import TagField

_MIN_HEIGHT_WITH_HEAD = 230


class FirstView(QWidget):
    """Drop, or find.

    Signals:
        find_asked: with the terms that were typed.
    """

    find_asked = Signal(object)

    def __init__(self, organization: str, rules: TagRules) -> None:
        super().__init__()
        self.panel = DropPanel(organization)
        self.field = TagField("Find files by tag", "Type a tag", rules, "find", with_relations=True)
        self.field.changed.connect(self._find)
        self._head = QWidget()
        self._head.setLayout(column(self._head, margins=(0, 0, 0, 10)).add(label("Or find files", 1.15, 600)))
        layout = column(self, gap=0, margins=(24, 24, 24, 28)).add(self.panel, 1).space(24)
        self.setLayout(layout.add(self._head).add(self.field))

    def set_example(self, most_used: Suggestion | None) -> None:
        """Name a tag that can be typed; None where there is none in use."""
        example = f", for example {visible(most_used.value)}" if most_used is not None else ""
        self.field.set_placeholder(f"Type a tag{example}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._head.setVisible(self.height() / scale() >= _MIN_HEIGHT_WITH_HEAD)

    def _find(self) -> None:
        terms = self.field.terms()
        if terms:
            self.field.clear()
            self.find_asked.emit(terms)
