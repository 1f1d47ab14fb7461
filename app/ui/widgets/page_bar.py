"""The bar at the foot of a page: what is meant, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLayout, QMenu, QSizePolicy, QWidget

from app.ui.theme import keep_scaled, theme, u
from app.ui.widgets.boxes import column, row
from app.ui.widgets.buttons import Button, Kind, tool_button
from app.ui.widgets.labels import ElidedLabel

_MIN_SCOPE = 120
_MARGIN = 24
_CLEAR_MARGIN = 18


class PageBar(QWidget):
    """Leading: × and the scope in words, its size below. Trailing: actions, the last one filled.

    `note` is a button right after the scope, hidden where there is nothing to say.

    Actions that don't fit go into *More actions*, the last one first; the filled one stays, unless there is a note.
    Rare ones stand there always.
    """

    cleared = Signal()
    """The × before the scope was pressed."""

    def __init__(self, clear_name: str = "Clear selection") -> None:
        super().__init__()
        self._scope = ElidedLabel(weight=600, tabular=True)
        self._detail = ElidedLabel(ratio=0.92, role="text2", tabular=True)
        self._clear = tool_button("x", clear_name)
        self._clear.clicked.connect(self.cleared)
        self._clear.hide()
        self.note = Button("", "link")
        self.note.hide()
        self._more = tool_button("more", "More actions", 20)
        self._more.clicked.connect(self._open_more)
        self._more.hide()
        self._actions: list[Button] = []
        self._rare: list[Button] = []
        self._primary: Button | None = None
        self._line = row(self, gap=8)
        # The bar gets narrower than its buttons side by side: then they go into the menu.
        self._line.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        words = column(self, gap=0).fill().add(self._scope).add(self._detail).fill()
        self._line.add(self._clear).add(words).add(self.note).fill().add(self._more)
        self.setLayout(self._line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        keep_scaled(self, lambda: self.setFixedHeight(u(54) + theme().outline))
        self._place()

    def set_scope(self, title: str, detail: str = "", can_clear: bool = False) -> None:
        """Say what the actions are about.

        Args:
            title: for example "3 of 142 files selected".
            detail: its size, or empty.
            can_clear: shows the × before it.
        """
        self._scope.setText(title)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._clear.setVisible(can_clear)
        self._place()

    def set_note(self, text: str) -> None:
        """Show the button beside the scope, such as *Undo*; none where `text` is empty."""
        self.note.setText(text)
        self.note.setVisible(bool(text))
        self._place()

    def add_action(
        self, text: str, icon: str | None = None, kind: Kind = "secondary", *, is_first: bool = False
    ) -> Button:
        """Add a button behind the other actions, or before them, and return it."""
        made = Button(text, kind, icon)
        self._line.insertWidget(self._line.indexOf((*self._actions, self._more)[0] if is_first else self._more), made)
        self._actions.insert(0 if is_first else len(self._actions), made)
        self._place()
        return made

    def add_rare_action(self, text: str, icon: str | None = None) -> Button:
        """Add what stands in *More actions* always, and return the button that stands for it."""
        made = Button(text, "secondary", icon)
        made.setParent(self)
        made.hide()
        self._rare.append(made)
        self._place()
        return made

    def set_primary(self, text: str, icon: str | None = None) -> Button:
        """Make or rename the filled button and return it."""
        if self._primary is None:
            self._primary = Button(text, "primary", icon)
            self._line.add(self._primary)
        else:
            self._primary.setText(text)
            if icon is not None:
                self._primary.set_icon(icon)
        self._place()
        return self._primary

    def minimumSizeHint(self) -> QSize:
        primary = self._primary.sizeHint().width() if self._primary is not None else 0
        return QSize(primary + u(_MIN_SCOPE), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme()
        painter.fillRect(self.rect(), colors.bg)
        painter.fillRect(QRectF(0, 0, self.width(), colors.outline), colors.line)

    def _place(self) -> None:
        leading = _MARGIN if self._clear.isHidden() else _CLEAR_MARGIN
        self._line.set_margins((leading, 1, _MARGIN, 0))
        hidden = self._overflow()
        for button in self._buttons():
            button.setVisible(button not in hidden)
        self._more.setVisible(bool(hidden or self._rare))

    def _buttons(self) -> list[Button]:
        return [*self._actions, *([self._primary] if self._primary is not None else [])]

    def _overflow(self) -> list[Button]:
        gap, has_note = u(8), not self.note.isHidden()
        detail = self._detail.sizeHint().width() if has_note else 0
        scope = max(u(_MIN_SCOPE), self._scope.sizeHint().width(), detail)
        leading = u(_CLEAR_MARGIN) + self._clear.width() + gap if not self._clear.isHidden() else u(_MARGIN)
        note = self.note.sizeHint().width() + gap if has_note else 0
        free = self.width() - note - leading - scope - gap - u(_MARGIN)
        needed = sum(button.sizeHint().width() + gap for button in self._buttons())
        if self._rare:
            needed += self._more.width() + gap
        hidden: list[Button] = []
        droppable = self._actions[::-1]
        if has_note and self._primary is not None:
            droppable.append(self._primary)
        for button in droppable:
            if needed <= free:
                break
            if not hidden and not self._rare:
                needed += self._more.width() + gap
            needed -= button.sizeHint().width() + gap
            hidden.append(button)
        return hidden

    def _open_more(self) -> None:
        menu = QMenu(self)
        for button in (*reversed(self._overflow()), *self._rare):
            action = menu.addAction(button.icon(), button.text().replace("&", "&&"), button.click)
            action.setEnabled(button.isEnabled())
            action.setToolTip(button.toolTip())
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(QPoint(0, -menu.sizeHint().height() - u(4))))
