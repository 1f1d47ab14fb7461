"""What the person wants of the window, kept from one start to the next."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import QObject, QSettings, Signal

from app.ui.theme import Scheme

_SCHEME = "preferences/scheme"
_ADDS_LIST = "preferences/list_of_contents"


class Preferences(QObject):
    """Reads and writes them in the person's own file; what can't be read there is as at the first start.

    Signals:
        changed: another value is in force.
    """

    changed = Signal()

    def __init__(self, kept: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = kept

    @property
    def scheme(self) -> Scheme:
        """Light, dark, or as the system is."""
        kept = self._kept.value(_SCHEME)
        return next((scheme for scheme in get_args(Scheme) if scheme == kept), "system")

    @scheme.setter
    def scheme(self, scheme: Scheme) -> None:
        self._keep(_SCHEME, scheme)

    @property
    def adds_list(self) -> bool:
        """Whether a ZIP gets a list of contents unless the person says otherwise."""
        return bool(self._kept.value(_ADDS_LIST) == "on")

    @adds_list.setter
    def adds_list(self, adds_list: bool) -> None:
        self._keep(_ADDS_LIST, "on" if adds_list else "off")

    def _keep(self, key: str, value: str) -> None:
        self._kept.setValue(key, value)
        self._kept.sync()  # the window may end without being asked
        self.changed.emit()
