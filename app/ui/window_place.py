"""Where the window was and how large, kept from one start to the next."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_dir
from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QWidget

from app.ui.theme import u

_KEY = "window/geometry"
_FIRST_SIZE = (1120, 720)


def window_settings() -> QSettings:
    """Return the person's own file for what the window remembers."""
    return QSettings(str(Path(user_config_dir("tagdrop", appauthor=False)) / "window.ini"), QSettings.Format.IniFormat)


def restore_place(window: QWidget, settings: QSettings) -> None:
    """Put the window where it was; at the first start give it its first size."""
    kept = settings.value(_KEY)
    if not (isinstance(kept, QByteArray) and window.restoreGeometry(kept)):
        available = window.screen().availableSize()
        window.resize(min(u(_FIRST_SIZE[0]), available.width()), min(u(_FIRST_SIZE[1]), available.height()))


def save_place(window: QWidget, settings: QSettings) -> None:
    """Remember where the window is."""
    settings.setValue(_KEY, window.saveGeometry())
