"""Names of members of a ZIP: the keys, made safe for every system that may open it."""

from __future__ import annotations

import re
import unicodedata

from app.core.keys import split_suffix

MAX_COMPONENT_UTF16_UNITS = 255
"""Longest file name on NTFS and APFS."""

# Microsoft, "Naming Files, Paths, and Namespaces": reserved names, with any extension, and characters.
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(\..*)?", re.IGNORECASE | re.DOTALL
)
_FORBIDDEN = re.compile(r'[<>:"\\|?*]')


class MemberNames:
    """Gives each key a name that is safe, and unique among those given before by NFKC and case folding."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def name_for(self, key: str) -> str:
        """Return the member name for `key`; it ends in a file name and never leaves the folder."""
        parts = [_safe(part) for part in key.split("/") if part] or ["_"]
        folders = self._free_folders(parts[:-1])
        stem, suffix = split_suffix(parts[-1])
        number, name = 1, parts[-1]
        while not self._is_free("/".join([*folders, name])):
            number += 1
            name = _fit(stem, f" ({number}){suffix}")
        path = "/".join([*folders, name])
        self._files.add(_identity(path))
        for depth in range(1, len(folders) + 1):
            self._folders.add(_identity("/".join(folders[:depth])))
        return path

    def _is_free(self, path: str) -> bool:
        return _identity(path) not in self._files and _identity(path) not in self._folders

    def _free_folders(self, folders: list[str]) -> list[str]:
        """Return the folders, numbered where a file of that name was given before."""
        free: list[str] = []
        for folder in folders:
            number, name = 1, folder
            while _identity("/".join([*free, name])) in self._files:
                number += 1
                name = _fit(folder, f" ({number})")
            free.append(name)
        return free


def zip_name(name: str) -> str:
    """Return a file name for what was looked for: "Invoice 2026, Harbour Street.zip"."""
    return MemberNames().name_for(f"{name.replace('/', '_')}.zip")


def _safe(part: str) -> str:
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", part))
    name = "".join("_" if unicodedata.category(c) in ("Cc", "Cs") or c in _DIRECTION else c for c in name)
    name = name.rstrip(". ") or "_"
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    stem, suffix = split_suffix(name)
    return _fit(stem, suffix)


# Characters that turn the direction of what follows, so that `annexe<RLO>fdp.exe` reads as a PDF (Unicode TR 36).
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def _fit(stem: str, ending: str) -> str:
    room = MAX_COMPONENT_UTF16_UNITS - _units(ending)
    while _units(stem) > room:
        stem = stem[:-1]
    return (stem + ending).rstrip(". ") or "_"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _identity(path: str) -> str:
    return unicodedata.normalize("NFKC", path).casefold()
