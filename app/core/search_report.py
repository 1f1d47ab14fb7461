"""How well a search could answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SearchReport:
    """How a search ended.

    Attributes:
        matches: files found.
        looked_at: objects looked at.
        unreadable: objects whose tags couldn't be read.
        is_complete: whether every object of the bucket was looked at and readable.
        engine: `live`, `index` or `athena`.
        fresh_at: as of when the answer holds, aware UTC.
    """

    matches: int
    looked_at: int
    unreadable: int
    is_complete: bool
    engine: str
    fresh_at: datetime
