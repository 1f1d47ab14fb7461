"""What is shared by a link, and with whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.core.events import Match
from app.core.query import Query

PUBLIC_LIFE = timedelta(hours=8)
"""How long a public link works where nothing else was said."""


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """Files that a link is made to.

    Attributes:
        files: in the order that the ZIP gets.
        query: what was looked for.
        user_id: whose place in the staging bucket is used.
        public_for: how long anyone can open it who has the link; None where only colleagues can, as long as the ZIP
            is there.
        folder: in which an interrupted one was packed on this computer; None where it wasn't.
    """

    files: tuple[Match, ...]
    query: Query
    user_id: str
    public_for: timedelta | None = None
    folder: Path | None = None

    @property
    def size_bytes(self) -> int:
        """Content of the files."""
        return sum(match.stored.size_bytes for match in self.files)
