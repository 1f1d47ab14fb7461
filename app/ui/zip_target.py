"""Where the next ZIP is saved, as the person wants it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.core.errors import LocalFileError, local_file_error
from app.ui import words
from app.ui.preferences import Preferences, ZipPlace


@dataclass(frozen=True, slots=True)
class ZipTarget:
    """Where one ZIP is saved.

    Attributes:
        path: a folder, in which it gets a name that nothing has yet; or the file itself.
        is_file: whether it is the file, whose name was chosen: what has it already is replaced.
        is_made: whether the folder is made where it isn't there. Not one that the person chose: in the place of a drive
            that isn't connected nobody would find it again.
    """

    path: Path
    is_file: bool = False
    is_made: bool = False

    def make_ready(self) -> None:
        """Look whether a ZIP can be saved in the folder; for a worker, as a drive may answer late.

        Raises:
            LocalFileError: it is gone or can't be made, or this person can't write there.
        """
        if self.is_made:
            _make(self.path)
        name, advice = words.quoted(self.path.name or str(self.path)), "Choose another folder in Settings."
        if not self.path.is_dir():
            detail = f"{name} was moved, renamed or deleted, or its drive isn’t connected. {advice}"
            raise LocalFileError("folder-gone", "The folder is gone", detail, str(self.path))
        if not os.access(self.path, os.W_OK):
            detail = f"Your account on this computer has no right to {name}. {advice}"
            raise LocalFileError("folder-forbidden", "Nothing can be saved in the folder", detail, str(self.path))


class ZipTargets:
    """Tells where ZIPs are saved.

    Args:
        window: over which it asks.
        preferences: where to, or whether to ask.
        downloads: returns the folder where nobody chose another one.
    """

    def __init__(self, window: QWidget, preferences: Preferences, downloads: Callable[[], Path]) -> None:
        self._window = window
        self._preferences = preferences
        self._downloads = downloads

    def choose(self, name: str, then: Callable[[ZipTarget], object]) -> None:
        """Call `then` with where a ZIP called `name` is saved: at once, or when the person has said it."""
        if self._preferences.zip_place is ZipPlace.ASK:
            self.ask(name, lambda output: then(ZipTarget(output, is_file=True)))
        else:
            folder = self._chosen_folder()
            then(ZipTarget(folder) if folder is not None else ZipTarget(self._downloads(), is_made=True))

    def ask(self, name: str, then: Callable[[Path], object]) -> None:
        """Ask for the file, and call `then` with it unless the person says no."""
        dialog = QFileDialog(self._window, "Save ZIP", str(self._chosen_folder() or self._downloads()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("ZIP (*.zip)")
        dialog.setDefaultSuffix("zip")
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _chosen_folder(self) -> Path | None:
        return self._preferences.zip_folder if self._preferences.zip_place is ZipPlace.FOLDER else None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise local_file_error(error, str(folder)) from error
