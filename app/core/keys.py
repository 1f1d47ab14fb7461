"""From the name of a dropped file to its key, and which files are left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from app.core.errors import InputError
from app.core.tags import visible

MAX_KEY_BYTES = 1024
"""Longest key in UTF-8 (Amazon S3 User Guide, "Naming Amazon S3 objects")."""

RESERVED_PREFIX = ".tagdrop/"
"""Where the storage bucket holds what isn't anybody's file."""

CATALOG_PREFIX = f"{RESERVED_PREFIX}catalog/"
"""Where the published catalogue lies; nothing else lies there."""

_JUNK = {".ds_store", "thumbs.db", "desktop.ini"}
_JUNK_PREFIXES = ("~$", ".~lock.")
_POINTERS = {".gdoc", ".gsheet", ".gslides", ".gdraw", ".gform", ".gmap", ".gsite", ".gscript", ".gjam", ".gtable"}
_CONTROL_OR_BACKSLASH = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")


def is_junk(name: str) -> bool:
    """Tell whether a file of this name is the system's or a program's own scrap."""
    return name.casefold() in _JUNK or name.startswith(_JUNK_PREFIXES)


def is_pointer(name: str) -> bool:
    """Tell whether a file of this name only points to a document that lives at Google."""
    return PurePosixPath(name).suffix.casefold() in _POINTERS


def key_of(parts: Sequence[str], prefix: str = "") -> str:
    """Return the key of a file: `prefix`, then the dropped folder's name and the path below it.

    Args:
        parts: names from the dropped file or folder down to the file.
        prefix: put before the key as it is (`expand_prefix`).

    Raises:
        InputError: `name-not-unicode`, `name-not-safe`, `name-reserved`, `key-too-long`; the target is the name.
    """
    name = "/".join(parts)
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = name.encode("utf-8", "replace").decode()
        raise InputError(
            "name-not-unicode", "The name isn’t readable text", "Rename the file and try again.", shown
        ) from None
    key = prefix + "/".join(_CONTROL_OR_BACKSLASH.sub("_", unicodedata.normalize("NFC", part)) for part in parts)
    check_key(key, visible(name))
    return key


def check_key(key: str, name: str) -> None:
    """Raise unless a file may be stored under `key`.

    Raises:
        InputError: as `key_of`; the target is `name`.
    """
    if key.startswith("/") or any(part in ("", ".", "..") for part in key.split("/")):
        raise InputError("name-not-safe", "This name can’t be stored", "Rename the file and try again.", name)
    if key.startswith(RESERVED_PREFIX):
        raise InputError("name-reserved", "Tagdrop keeps this name for itself", "Rename the folder.", name)
    if len(key.encode()) > MAX_KEY_BYTES:
        raise InputError(
            "key-too-long",
            "The name is too long",
            f"Folder and file names together can have {MAX_KEY_BYTES} bytes at most. Shorten one.",
            name,
        )


def numbered(key: str, number: int) -> str:
    """Return the key of the `number`-th file of that name: `a/report (2).pdf` for 2.

    The name is shortened where the key would get too long.
    """
    folder, slash, name = key.rpartition("/")
    stem, suffix = split_suffix(name)
    mark = f" ({number})"
    room = MAX_KEY_BYTES - len((folder + slash + mark + suffix).encode())
    shortened = stem.encode()[: max(room, 1)].decode(errors="ignore")
    return f"{folder}{slash}{shortened}{mark}{suffix}"


def split_suffix(name: str) -> tuple[str, str]:
    """Return stem and suffix of a file name; a suffix is at most 16 characters and a stem is never empty."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem and len(suffix) <= 16 else (name, "")


def expand_prefix(template: str, now: datetime) -> str:
    """Return the prefix of `[upload] prefix` for an upload at this time.

    Args:
        template: may hold `{year}`, `{month}` and `{day}`.
        now: in the zone whose calendar counts.
    """
    return template.replace("{year}", f"{now:%Y}").replace("{month}", f"{now:%m}").replace("{day}", f"{now:%d}")
