"""Sizes in words."""

from __future__ import annotations

_UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")


def size_text(size_bytes: int) -> str:
    """Return a size as file managers show it, in powers of 1,000: `84 KB`, `4.2 GB`, `1 byte`."""
    if size_bytes == 1:
        return "1 byte"
    size, unit = float(size_bytes), 0
    while round(size) >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    digits = 1 if unit >= 2 and size < 99.95 else 0
    return f"{size:.{digits}f} {_UNITS[unit]}"
