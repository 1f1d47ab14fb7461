"""Finds the files that the program brings along: icons, style sheet, licence texts."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def resource(name: str) -> Path:
    """Return the path of a file or folder of `resources/`, in an installed package and in a checkout.

    Args:
        name: relative, with slashes, for example `icons/tag.svg`.

    Raises:
        FileNotFoundError: there is no such file, so the installation is broken.
    """
    for folder in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"Tagdrop’s own file {name} is missing; install Tagdrop again.")
