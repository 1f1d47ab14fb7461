"""Icons drawn from SVG in the theme's colours, at the size and on the screen where they are shown."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from app.core.resources import resource
from app.ui.theme import scale, theme

_BOX = 24
_STROKE_U = 1.5
_DRAWN_FOR_U = 20
_THIN_STROKE = 1.1 * _BOX / _DRAWN_FOR_U
_WIDEST_STROKE = 2.25

_SUFFIXES = {
    "pdf": ("pdf",),
    "image": ("jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "tif", "tiff", "bmp", "svg", "avif", "raw", "psd"),
    "sheet": ("xlsx", "xls", "xlsm", "ods", "csv", "tsv", "numbers"),
    "doc": ("docx", "doc", "odt", "rtf", "txt", "md", "pages", "pptx", "ppt", "odp", "key", "html", "htm", "xml"),
    "mail": ("eml", "msg", "mbox"),
    "zip": ("zip", "7z", "rar", "gz", "tgz", "bz2", "xz", "tar", "zst"),
    "media": ("mp4", "mov", "avi", "mkv", "webm", "m4v", "mpg", "mpeg"),
}
_ICON_OF_SUFFIX = {suffix: name for name, suffixes in _SUFFIXES.items() for suffix in suffixes}


def icon(name: str, role: str = "text2") -> QIcon:
    """Return the icon `resources/icons/<name>.svg`; its colour follows the theme, also later.

    Args:
        name: of the file, without its ending.
        role: colour of the theme; disabled and selected icons take theirs from it.
    """
    return QIcon(_ThemedEngine(name, role))


def pixmap(name: str, role: str, size: int, ratio: float | None = None, thin: bool = False) -> QPixmap:
    """Return the icon as a picture of `size` logical px in today's colour.

    Args:
        name: as of `icon`.
        role: colour of the theme.
        size: edge in logical px.
        ratio: device pixels a logical one; the application's where None.
        thin: the stroke of large icons.
    """
    if ratio is None:
        app = QApplication.instance()
        ratio = app.devicePixelRatio() if isinstance(app, QApplication) else 1.0
    return _drawn(name, theme().color(role).name(), size, round(ratio, 3), _THIN_STROKE if thin else _stroke(size))


def file_icon(name: str) -> QIcon:
    """Return the icon for a file of this name."""
    return _kept_icon(file_icon_name(name))


def file_icon_name(name: str) -> str:
    """Return which icon a file of this name gets, by its ending."""
    stem, _, suffix = name.rpartition("/")[2].rpartition(".")
    return _ICON_OF_SUFFIX.get(suffix.casefold(), "file") if stem else "file"


def illustration(name: str, width: int, ratio: float) -> QPixmap:
    """Return a drawing of several colours: every colour in it is named by its role in the theme.

    Args:
        name: of the file in `resources/icons`, without its ending.
        width: in logical px.
        ratio: device pixels a logical one.
    """
    colors = theme()
    source = re.sub(
        r'(stroke|fill)="([a-z]+\d?)"',
        lambda found: found[0] if found[2] == "none" else f'{found[1]}="{colors.color(found[2]).name()}"',
        _source(name),
    )
    renderer = QSvgRenderer(QByteArray(source.encode()))
    box = renderer.viewBoxF()
    return _render(renderer, width, round(width * box.height() / box.width()), ratio)


def logo(size: int, ratio: float) -> QPixmap:
    """Return Tagdrop's own mark in the theme's colours.

    Args:
        size: edge in logical px.
        ratio: device pixels a logical one.
    """
    colors = theme()
    source = _source("logo").replace("#0B6B72", colors.accent.name()).replace("#FFFFFF", colors.on_accent.name())
    return _render(QSvgRenderer(QByteArray(source.encode())), size, size, ratio)


def app_icon() -> QIcon:
    """Return Tagdrop's own mark."""
    made = QIcon()
    renderer = QSvgRenderer(QByteArray(_source("logo").encode()))
    for size in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(_render(renderer, size, size, 1.0))
    return made


class _ThemedEngine(QIconEngine):
    """Draws at the moment of painting, so a change of theme, screen or text size needs no new icons."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def clone(self) -> QIconEngine:
        return _ThemedEngine(self._name, self._role)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        device = painter.device()
        ratio = device.devicePixelRatio() if device is not None else 1.0
        size = min(rect.width(), rect.height())
        picture = self._picture(size, mode, ratio)
        corner = rect.center() - QPoint((size - 1) // 2, (size - 1) // 2)
        painter.drawPixmap(corner, picture)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._picture(min(size.width(), size.height()), mode, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return self._picture(round(min(size.width(), size.height()) / scale), mode, scale)

    def _picture(self, size: int, mode: QIcon.Mode, ratio: float) -> QPixmap:
        colors = theme()
        color = colors.color(self._role)
        if mode == QIcon.Mode.Disabled:
            color = colors.disabled
        elif mode == QIcon.Mode.Selected and colors.is_contrast:
            color = colors.selected_text
        return _drawn(self._name, color.name(), max(1, size), round(ratio, 3), _stroke(size))


@lru_cache(maxsize=64)
def _kept_icon(name: str) -> QIcon:
    return icon(name)


def _stroke(size: int) -> float:
    """Return the stroke in the icon's own box: a small icon has the line of a large one, or it would look pale."""
    size_u = max(1.0, size / scale())
    return round(min(_STROKE_U * _BOX / min(size_u, _DRAWN_FOR_U), _WIDEST_STROKE), 2)


@lru_cache(maxsize=1024)
def _drawn(name: str, color: str, size: int, ratio: float, stroke: float) -> QPixmap:
    source = _source(name).replace("currentColor", color)
    source = re.sub(r'stroke-width="[\d.]+"', f'stroke-width="{stroke:g}"', source, count=1)
    return _render(QSvgRenderer(QByteArray(source.encode())), size, size, ratio)


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def _render(renderer: QSvgRenderer, width: int, height: int, ratio: float) -> QPixmap:
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
