"""How long temporary copies still live: words and a line of 24 hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtWidgets import QWidget

from app.ui import words
from app.ui.theme import font, keep_scaled, u
from app.ui.widgets.boxes import column, row
from app.ui.widgets.labels import IconLabel, label, set_role
from app.ui.widgets.progress import ProgressBar

_SOON = timedelta(hours=1)


class TimeLeft(QWidget):
    """Words, and a line that empties; below one hour in warning colour, with an icon and in bold."""

    def __init__(self, lifetime: timedelta, expires_at: datetime, now: datetime) -> None:
        """Args: `lifetime` is the whole line, both times are aware."""
        super().__init__()
        self._lifetime = lifetime
        self._expires_at = expires_at
        self._is_soon = False
        self._words = label(tabular=True)
        self._mark = IconLabel("alert", "warn", 16)
        self._line = ProgressBar("Time left")
        self.setLayout(
            column(self, gap=6)
            .fill()
            .add(row(self, gap=4).add(self._mark).add(self._words).fill())
            .add(self._line)
            .fill()
        )
        keep_scaled(self, self._resize)
        self.update_at(now)

    def update_at(self, now: datetime) -> None:
        """Show what is left at `now`. The owner calls this each minute, and each second in the last one."""
        left = max(self._expires_at - now, timedelta())
        self._is_soon = left < _SOON
        text = words.time_left(left)
        if text != self._words.text():
            self._words.setText(text)
            self.setAccessibleName(text)
        set_role(self._words, "warn" if self._is_soon else None)
        self._mark.setVisible(self._is_soon)
        self._resize()
        self._line.set_fraction(left / self._lifetime)

    def _resize(self) -> None:
        self._words.setFont(font(weight=600 if self._is_soon else None, tabular=True))
        self.setFixedWidth(u(132))
