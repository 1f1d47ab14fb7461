"""Where ZIPs are saved: Downloads, a folder of the person's choice, or asked each time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from app.core.tags import visible
from app.ui.preferences import Preferences, ZipPlace
from app.ui.widgets.drop_down import DropDown
from app.ui.widgets.tips import plain_tip

_DOWNLOADS, _ASK, _CHOOSE = "Downloads", "Ask each time", "Choose a folder…"


class ZipPlaceBox(DropDown):
    """A folder that was chosen stands there by its name; its whole path is the tooltip."""

    title = "Save ZIP files to"

    def __init__(self, preferences: Preferences) -> None:
        super().__init__(self.title, (_DOWNLOADS,))
        self._preferences = preferences
        self._show()
        self.chosen.connect(self._choose)
        preferences.changed.connect(self._show)

    def _places(self) -> list[ZipPlace]:
        folder = [ZipPlace.FOLDER] if self._preferences.zip_folder is not None else []
        return [ZipPlace.DOWNLOADS, *folder, ZipPlace.ASK]

    def _show(self) -> None:
        place, folder = self._preferences.zip_place, self._preferences.zip_folder
        path = visible(str(folder)) if folder is not None else ""
        name = visible(folder.name) if folder is not None else ""
        words = {ZipPlace.DOWNLOADS: _DOWNLOADS, ZipPlace.FOLDER: name or path, ZipPlace.ASK: _ASK}
        places = self._places()
        self.show_values([*(words[offered] for offered in places), _CHOOSE], places.index(place))
        self.setToolTip(plain_tip(path) if place is ZipPlace.FOLDER else "")

    def _choose(self, position: int) -> None:
        places = self._places()
        if position < len(places):
            self._preferences.zip_place = places[position]
            return
        dialog = QFileDialog(self, self.title, str(self._preferences.zip_folder or Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self._preferences.save_zips_in(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
