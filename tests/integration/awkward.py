"""Sizes at the edges of what is sent in one request, and names that some system can't bear."""

from __future__ import annotations

import random
import unicodedata

MIB = 1024**2
SIZES = {
    "empty": 0,
    "one": 1,
    "exactly five.bin": 5 * MIB,
    "eight less one.bin": 8 * MIB - 1,
    "eight.bin": 8 * MIB,
    "eight and one.bin": 8 * MIB + 1,
    "sixty-four.bin": 64 * MIB,
}
NAMES = (
    "with  spaces .txt",
    "party 🎉👩‍👩‍👧.png",
    "فاتورة ٢٠٢٦.pdf",
    "請求書 第1号.pdf",
    unicodedata.normalize("NFD", "Größenübersicht é.txt"),
    "n" * 196 + ".txt",
    "CON",
    "con.txt",
    "a:b?.txt",
    "trail.",
    "trail. ",
    "plus+and&equals=100%.txt",
    "quote'\"<>|*.txt",
    "-rf",
    "#hash;semicolon,comma",
)


def content_of(size, seed=0):
    """Return bytes that don't compress, the same every time."""
    return random.Random(f"{size}{seed}").randbytes(size)


def awkward_files():
    """Return name to content: every size and every name."""
    sizes = {f"sizes/{name}": content_of(size) for name, size in SIZES.items()}
    return sizes | {f"names/{name}": name.encode() for name in NAMES}
