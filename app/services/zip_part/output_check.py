"""Whether a ZIP can be written where it is wanted; said before anything is copied or downloaded."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.core.errors import InputError, LocalFileError
from app.core.tags import visible
from app.core.units import size_text


def check_output(output: Path, *, force: bool) -> None:
    """Raise unless a ZIP can have this name.

    Raises:
        InputError: `output-exists`.
        LocalFileError: `no-folder`.
    """
    if not output.parent.is_dir():
        raise LocalFileError(
            "no-folder", "The folder isn’t there", "Create it or choose another.", visible(str(output.parent))
        )
    if output.is_dir():
        raise InputError("output-exists", "A folder has this name", "Choose another name.", visible(str(output)))
    if output.exists() and not force:
        raise taken(output)


def check_room(output: Path, needed_bytes: int) -> None:
    """Raise unless there is room for so many bytes.

    Raises:
        LocalFileError: `disk-full`.
    """
    free = shutil.disk_usage(output.parent).free
    if needed_bytes > free:
        raise LocalFileError(
            "disk-full",
            f"Not enough space on this computer: {size_text(needed_bytes)} needed, {size_text(free)} free",
            "Free some space, or save it elsewhere.",
            visible(str(output)),
        )


def taken(output: Path) -> InputError:
    """Return why nothing is written to `output`."""
    return InputError("output-exists", "A file has this name already", "Choose another name.", visible(str(output)))
