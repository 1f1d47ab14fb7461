"""The box in a table's header that selects all rows or none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtWidgets import QStyle, QTableView, QWidget

from app.ui.theme import u
from app.ui.widgets.choice import CheckBox
from app.ui.widgets.tips import shows_name

_EDGE = 28
_START = 9


class HeaderCheck(CheckBox):
    """Lies over the header's first section.

    It is a sibling of the table where that has a parent: to a screen reader a table consists of its cells, and a
    child of it could not be reached.

    Signals:
        asked: the person wants all rows to be selected, or none: by a press, or by a screen reader's toggle.
    """

    asked = Signal()

    def __init__(self, table: QTableView) -> None:
        super().__init__(tristate=True)
        self._table = table
        self.setAccessibleName("Select all files")
        self._is_telling = False
        self.clicked.connect(self.asked)
        self.toggled.connect(self._toggled)
        table.installEventFilter(self)
        self._join()

    def event(self, event: QEvent) -> bool:
        return shows_name(self, event) or super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go with the table."""
        if event.type() == QEvent.Type.ParentChange:
            self._join()
        elif event.type() == QEvent.Type.Show:
            self._precede()
        elif event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.LayoutDirectionChange):
            self.place()
        return False

    def tell(self, state: Qt.CheckState) -> None:
        """Show whether no row is selected, some are, or all."""
        self._is_telling = True
        self.setCheckState(state)
        self._is_telling = False

    def nextCheckState(self) -> None:
        """Change nothing at a press: the state follows from the rows."""

    def place(self) -> None:
        """Lie where the boxes of the rows are, in the height of the header."""
        header = self._table.horizontalHeader()
        if header.count() == 0:
            return
        start = header.sectionViewportPosition(0)
        section = QRect(start, 0, header.sectionSize(0), header.height())
        box = QRect(start + u(_START), (header.height() - u(_EDGE)) // 2, u(_EDGE), u(_EDGE))
        mirrored = QStyle.visualRect(self._table.layoutDirection(), section, box)
        self.setGeometry(QRect(header.viewport().mapTo(self._owner(), mirrored.topLeft()), mirrored.size()))

    def _toggled(self) -> None:
        if not self._is_telling:
            self.asked.emit()

    def _join(self) -> None:
        owner = self._owner()
        if self.parentWidget() is not owner:
            self.setParent(owner)
            self.setVisible(not self._table.horizontalHeader().isHidden())
        self.raise_()

    def _precede(self) -> None:
        """Let Tab meet the box before the rows, as the eye does; only now is the window put together."""
        if self.parentWidget() is not self._table:
            QWidget.setTabOrder(self, self._table)

    def _owner(self) -> QWidget:
        return self._table.parentWidget() or self._table
