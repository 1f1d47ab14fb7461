"""What the person wants of the window, kept from one start to the next."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QObject, QSettings, Signal

from app.core.conflicts import Choice
from app.ui.theme import Scheme

_SCHEME = "preferences/scheme"
_ADDS_LIST = "preferences/list_of_contents"
_SUGGESTS = "preferences/name_in_use"
_ZIP_PLACE, _ZIP_FOLDER = "preferences/zip_place", "preferences/zip_folder"

SUGGESTIONS = (Choice.KEEP_BOTH, Choice.SKIP)
"""What can be suggested first where a name is in use: not to replace, as Enter would then take what is stored away."""


class ZipPlace(Enum):
    """Where ZIPs are saved."""

    DOWNLOADS = "downloads"
    FOLDER = "folder"
    ASK = "ask"


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

    @property
    def suggests(self) -> Choice:
        """What the question about a name in use has chosen at first."""
        kept = self._kept.value(_SUGGESTS)
        return next((choice for choice in SUGGESTIONS if choice.value == kept), SUGGESTIONS[0])

    @suggests.setter
    def suggests(self, choice: Choice) -> None:
        self._keep(_SUGGESTS, choice.value)

    @property
    def zip_place(self) -> ZipPlace:
        """Where ZIPs are saved."""
        kept = self._kept.value(_ZIP_PLACE)
        found = next((place for place in ZipPlace if place.value == kept), ZipPlace.DOWNLOADS)
        return ZipPlace.DOWNLOADS if found is ZipPlace.FOLDER and self.zip_folder is None else found

    @zip_place.setter
    def zip_place(self, place: ZipPlace) -> None:
        self._keep(_ZIP_PLACE, place.value)

    @property
    def zip_folder(self) -> Path | None:
        """The folder that the person chose last, also while ZIPs are saved somewhere else; None where there is none."""
        kept = self._kept.value(_ZIP_FOLDER)
        return Path(kept) if isinstance(kept, str) and kept else None

    def save_zips_in(self, folder: Path) -> None:
        """Let ZIPs be saved in a folder."""
        self._kept.setValue(_ZIP_FOLDER, str(folder))
        self.zip_place = ZipPlace.FOLDER

    def _keep(self, key: str, value: str) -> None:
        self._kept.setValue(key, value)
        self._kept.sync()  # the window may end without being asked
        self.changed.emit()
