"""The mark that a file came from elsewhere, so that the system asks before it runs what was in it."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import time
from pathlib import Path

_log = logging.getLogger(__name__)

ZONE_IDENTIFIER = b"[ZoneTransfer]\r\nZoneId=3\r\n"
"""Content of the stream `:Zone.Identifier`: zone 3 is the Internet ([MS-FSCC] 5.6.1, "Zone.Identifier Stream Name")."""

_QUARANTINE = b"com.apple.quarantine"
_ORIGIN = "user.xdg.origin.url"  # freedesktop.org, "Common Extended Attributes"


def mark_origin(path: Path, bucket: str) -> None:
    """Mark a file as one that came from `bucket`; where that can't be, it stays as it is, and the log says so."""
    try:
        if sys.platform == "win32":
            Path(f"{path}:Zone.Identifier").write_bytes(ZONE_IDENTIFIER)
        elif sys.platform == "darwin":
            _set_attribute_on_macos(path, _QUARANTINE, quarantine(int(time.time())))
        else:
            os.setxattr(path, _ORIGIN, f"s3://{bucket}/".encode())
    except OSError as error:
        _log.info("No mark of origin on %s: %s", path.name, error.strerror)


def quarantine(seconds: int) -> bytes:
    """Return the attribute that macOS asks about before it opens a file.

    Args:
        seconds: since 1970, when it was downloaded.

    It is flags, time and the program's name; 0x0081 is a download that nobody has approved yet (as browsers write it).
    """
    return f"0081;{seconds:08x};Tagdrop;".encode()


def _set_attribute_on_macos(path: Path, name: bytes, value: bytes) -> None:
    """Call setxattr(2), which Python offers on Linux alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setxattr(os.fsencode(path), name, value, ctypes.c_size_t(len(value)), ctypes.c_uint32(0), 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(path))
