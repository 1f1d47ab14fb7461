"""Looks for what a window needs from the system before Qt is loaded, as Qt itself would abort without a word."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping

from app.core.errors import ConfigurationError

# Shared libraries that PySide6's wheel doesn't bring along, with the Debian and Ubuntu packages that hold them.
_ALWAYS = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
_ON_X = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

Load = Callable[[str], object]


def check_display(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform, load: Load = ctypes.CDLL
) -> None:
    """Raise unless a window can be opened here.

    Args:
        environment: of the process.
        platform: as `sys.platform`.
        load: loads a shared library by its name, or raises `OSError`.

    Raises:
        ConfigurationError: `libraries-missing` names the packages to install; `no-display`.
    """
    if not platform.startswith("linux"):
        return
    plugin = _plugin(environment)
    needed = _ALWAYS | _ON_X if plugin == "xcb" else _ALWAYS
    missing = [package for library, package in needed.items() if not _loads(load, library)]
    if missing:
        raise ConfigurationError(
            "libraries-missing",
            "The window needs libraries that this system doesn’t have",
            f"Install them: sudo apt install {' '.join(missing)}. All commands work without them.",
        )
    if not plugin or (plugin == "xcb" and not _answers(load, environment.get("DISPLAY", ""))):
        raise ConfigurationError(
            "no-display",
            "There is no display to open a window on",
            "Start Tagdrop in a desktop session, or use its commands; “tagdrop --help” lists them.",
        )


def _plugin(environment: Mapping[str, str]) -> str:
    """Return the platform plugin that Qt will take, empty where it will find none."""
    chosen = environment.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if chosen:
        return chosen
    if environment.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "xcb" if environment.get("DISPLAY") else ""


def _loads(load: Load, library: str) -> bool:
    try:
        load(library)
    except OSError:
        return False
    return True


def _answers(load: Load, display: str) -> bool:
    """Tell whether an X server answers; Qt would abort the process where none does."""
    xcb = load("libxcb.so.1")
    if not isinstance(xcb, ctypes.CDLL):
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode() or None, None))
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed
