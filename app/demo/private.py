"""Files of the demo that only their owner may read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.core.errors import LocalFileError, local_file_error


def write_private(path: Path, content: Any) -> None:
    """Write JSON that is whole or not there, readable for the owner only.

    Raises:
        LocalFileError: what keeps it from being written.
    """
    part = path.with_suffix(".part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(json.dumps(content), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise local_file_error(error, str(path)) from error


def damaged(path: Path, title: str) -> LocalFileError:
    """Return the error for a file that isn't what the demo wrote."""
    return LocalFileError(
        "demo-data-damaged",
        title,
        "Delete the folder to begin anew, or choose another with --data-dir.",
        str(path),
    )
