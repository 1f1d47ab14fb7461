"""Names and values that IT wants to read; each value can be selected."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QSizeF, Qt, Signal
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QFormLayout, QFrame, QSizePolicy, QStyle, QTextEdit, QWidget

from app.ui.breakpoints import width_u
from app.ui.settings.row import BESIDE_FROM_U
from app.ui.theme import font, keep_scaled, u
from app.ui.widgets.boxes import column
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import label

_FRAME = 2


class DetailsTable(QWidget):
    """The rows, and a button that copies them.

    Signals:
        copy_asked: the button was pressed.
    """

    copy_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._values: list[Value] = []
        self._rows = QWidget()
        self._form = QFormLayout(self._rows)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        self.copy = button("Copy details for IT", "secondary", "copy")
        self.copy.clicked.connect(self.copy_asked)
        self.setLayout(column(self, gap=14, margins=(0, 4, 0, 0)).add(self._rows).add(self.copy))
        keep_scaled(self, self._space)

    def show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        """Show these in place of what is there."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self._values = [Value(name, value) for name, value in facts]
        before = ""
        for value in self._values:
            name = value.accessibleName()
            # Of several values of one name the name is said once.
            said = label(name if name != before else "", role="text2")
            said.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            said.setContentsMargins(0, _FRAME, 0, _FRAME)
            self._form.addRow(said, value)
            before = name

    def values(self) -> list[Value]:
        """Return the values that are shown; their accessible names are the names."""
        return list(self._values)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_beside = width_u(self) >= BESIDE_FROM_U
        wrap = QFormLayout.RowWrapPolicy
        self._form.setRowWrapPolicy(wrap.DontWrapRows if is_beside else wrap.WrapAllRows)

    def _space(self) -> None:
        self._form.setVerticalSpacing(u(2))
        self._form.setHorizontalSpacing(u(24))


class Value(QTextEdit):
    """Text that can be selected, as high as it is; a long name of a bucket breaks anywhere."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("box", "bare")
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.setPlainText(text)
        self._align()
        keep_scaled(self, lambda: self.setFont(font()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()

    def _align(self) -> None:
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeading)
        option = self.document().defaultTextOption()
        option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
        self.document().setDefaultTextOption(option)

    def _fit(self, size: QSizeF) -> None:
        self.setFixedHeight(ceil(size.height()) + 2 * _FRAME)
