"""What holds for the whole window, above the page, until its cause is gone."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, Signal, SignalInstance
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import theme, u
from app.ui.widgets.accessible import announce, set_role
from app.ui.widgets.boxes import column, paint_box, row
from app.ui.widgets.buttons import Button
from app.ui.widgets.labels import IconLabel, label

Kind = Literal["warn", "error", "info"]

_COLORS = {
    "warn": ("warn", "warn_bg", "warn_line"),
    "error": ("error", "error_bg", "error_line"),
    "info": ("text2", "well", "line"),
}


class Banner(QWidget):
    """Icon, title, one sentence, one button; a second one only where there is a choice. Announced once.

    Attributes:
        kind: `warn`, `error` or `info`; sets its colours.
        cause: what it is dismissed by; the kind where none was named.
        button: None where there is nothing to press.
        second: the other choice; None where there is none.
    """

    pressed = Signal()
    """The button was pressed."""

    second_pressed = Signal()
    """The other choice was pressed."""

    def __init__(
        self,
        kind: Kind,
        icon: str,
        title: str,
        text: str,
        button_text: str = "",
        cause: str = "",
        second_text: str = "",
    ) -> None:
        super().__init__()
        self.kind = kind
        self.cause = cause or kind
        self._sentence = f"{title.removesuffix('.')}. {text}"
        self._is_announced = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(self._sentence)
        set_role(self, QAccessible.Role.AlertMessage)
        self.button = self._make_button(button_text, self.pressed)
        self.second = self._make_button(second_text, self.second_pressed)
        layout = row(self, gap=12, margins=(14, 9, 12, 9))
        mark = column(self, gap=0).add(IconLabel(icon, _COLORS[kind][0], 18)).fill()
        words = column(self, gap=1).add(label(title, weight=600, wrap=True)).add(label(text, wrap=True))
        layout.add(mark).add(words, 1)
        for button in (self.button, self.second):
            if button is not None:
                layout.add(button)
        self.setLayout(layout)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_announced:
            self._is_announced = True
            announce(self, self._sentence, is_urgent=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        _, ground, line = _COLORS[self.kind]
        box = QRectF(self.rect())
        paint_box(QPainter(self), box, colors.color(ground), colors.color(line), colors.outline, u(10))

    def _make_button(self, text: str, pressed: SignalInstance) -> Button | None:
        if not text:
            return None
        made = Button(text)
        made.setProperty("on", "banner")
        made.clicked.connect(pressed)
        return made
