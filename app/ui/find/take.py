"""What is taken away from the find page."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.events import Match
from app.core.query import Query


@dataclass(frozen=True, slots=True)
class Take:
    """What the person wants to take away.

    Attributes:
        files: in the order of the table.
        query: by which they were found.
        is_all: whether these are all that were found.
        has_list: whether the ZIP gets a list of contents.
    """

    files: tuple[Match, ...]
    query: Query
    is_all: bool = False
    has_list: bool = False
