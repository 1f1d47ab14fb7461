"""What is taken away as one ZIP, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.core.events import Match, Unreadable
from app.core.ports.catalog import SearchReport
from app.core.query import Query


@dataclass(frozen=True, slots=True)
class Survey:
    """The search that found the files.

    Attributes:
        query: what was looked for.
        report: how the search ended.
        unreadable: what couldn't be looked at.
    """

    query: Query
    report: SearchReport
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Files of the storage bucket that were found.

    Attributes:
        files: in the order that the ZIP gets.
        output: the ZIP.
        name: what was looked for, in a few words (`Query.describe`).
        user_id: whose place in the staging bucket is used.
        force: whether a file that has the name of `output` is replaced.
        survey: the search, where the ZIP gets a list of contents.
        is_marked: whether the ZIP gets the system's mark of what was downloaded.
    """

    files: tuple[Match, ...]
    output: Path
    name: str
    user_id: str
    force: bool = False
    survey: Survey | None = None
    is_marked: bool = True
