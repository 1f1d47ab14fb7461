"""A file whose name is in use, and what somebody decides about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from app.core.objects import StoredObject


class Choice(Enum):
    """What is done with a file whose name a stored file has too."""

    KEEP_BOTH = "keep-both"
    REPLACE = "replace"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file whose name a stored file has too, with other content or other tags.

    Attributes:
        path: on this computer.
        size_bytes: of that file.
        modified_at: of that file, aware UTC.
        stored: the stored file.
        uploaded_by: who stored it, as it claims; empty where unknown.
        free_key: the key that *Keep both* would take.
        position: which of the open conflicts this is, from 1.
        total: how many conflicts are open, this one included.
        can_replace: whether *Replace* is allowed here.
    """

    path: Path
    size_bytes: int
    modified_at: datetime
    stored: StoredObject
    uploaded_by: str
    free_key: str
    position: int
    total: int
    can_replace: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """An answer to a conflict, for this one or for all that are and will be open."""

    choice: Choice
    for_all: bool = False
