"""How often a table is brought up to date while rows stream in."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

_SHARE = 60
_LEAST_MS = 150
_MOST_MS = 1500


class Pace(QObject):
    """Lets work be done as often as it takes a sixtieth of the time, so that the window stays free for the person.

    What the work costs is measured, drawing included: a quick computer shows rows sooner than a busy one.

    Signals:
        due: the work may be done now.
    """

    due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pause_ms = 0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._run)

    def ask(self) -> None:
        """Want the work to be done; at once for the first time, later after a pause."""
        if not self._timer.isActive():
            self._timer.start(self._pause_ms)

    def reset(self) -> None:
        """Begin anew: nothing is wanted, and the next time is the first."""
        self._timer.stop()
        self._pause_ms = 0

    def _run(self) -> None:
        began = time.perf_counter()
        self._pause_ms = _LEAST_MS
        self.due.emit()
        QTimer.singleShot(0, self, lambda: self._rest((time.perf_counter() - began) * 1000))

    def _rest(self, cost_ms: float) -> None:
        self._pause_ms = round(min(max(cost_ms * _SHARE, _LEAST_MS), _MOST_MS))
