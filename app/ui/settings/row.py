"""One setting: its title, what it does in a sentence, and its control."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from app.ui.breakpoints import width_u
from app.ui.widgets.accessible import set_role
from app.ui.widgets.boxes import column, row
from app.ui.widgets.labels import IconLabel, label

BESIDE_FROM_U = 520
"""Width from which something stands beside its words, in `u`."""


class SettingRow(QWidget):
    """The control stands beside the words, and below them where there is little room."""

    def __init__(self, title: str, text: str, control: QWidget, managed_by: str = "") -> None:
        """Make the row.

        Args:
            title: of the setting.
            text: what it does.
            control: gets the sentences as its description.
            managed_by: who has set it, where the person can't.
        """
        super().__init__()
        set_role(self, QAccessible.Role.Grouping)
        self.setAccessibleName(title)
        self.control = control
        managed = f"Managed by {managed_by}" if managed_by else ""
        control.setAccessibleDescription(" ".join(filter(None, (text, f"{managed}." if managed else ""))))
        words = column(self, gap=1).fill().add(label(title, weight=600)).add(label(text, role="text2", wrap=True))
        if managed:
            lock = row(self, gap=6, margins=(0, 2, 0, 0)).add(IconLabel("lock", "text2", 14))
            words.add(lock.add(label(managed, 0.92, role="text2", wrap=True), 1))
        self._line = row(self, gap=16, margins=(0, 12, 0, 12))
        self._line.add(words.fill(), 1).addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(self._line)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        # Whether the control goes below the words is decided by the width, so it must be able to shrink.
        return QSize(self.control.minimumSizeHint().width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_beside = width_u(self) >= BESIDE_FROM_U
        below, beside = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._line.setDirection(beside if is_beside else below)
        self._line.setAlignment(self.control, Qt.AlignmentFlag.AlignVCenter if is_beside else _LEADING)


_LEADING = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop
