"""What was begun and hasn't come to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class TransferKind(Enum):
    """What is done, or undone of a retag; the values are those of the command line's `--json`, and of the journal."""

    UPLOAD = "upload"
    FETCH = "fetch"
    SHARE = "share"
    RETAG = "retag"
    UNDO = "undo"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """A transfer that was interrupted, as the journal knows it.

    Attributes:
        id: of the journal.
        kind: what is done.
        name: of the ZIP that is fetched, what was looked for, which tags are changed; empty for an upload.
        began_at: aware UTC.
        files: of the whole transfer; 0 where that isn't known.
        files_left: of those, not done yet.
        size_bytes: of all files; 0 where none are moved.
        size_bytes_left: of those that are not done yet.
    """

    id: int
    kind: TransferKind
    name: str
    began_at: datetime
    files: int
    files_left: int
    size_bytes: int
    size_bytes_left: int
