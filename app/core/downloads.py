"""What is taken away as one ZIP, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.core.events import Match, Unreadable
from app.core.query import Query
from app.core.search_report import SearchReport


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
class Listing:
    """A search that is still to be made before files are taken away: what lists them must not rest on an index.

    Attributes:
        query: what is looked for.
        is_all: whether everything is taken that it finds; if not, only what was known before is.
    """

    query: Query
    is_all: bool


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
        in_cloud: whether the storage puts the ZIP together itself, where it can.
        listing: the search that makes `survey` and tells anew which files there are; None where none is to be made.
    """

    files: tuple[Match, ...]
    output: Path
    name: str
    user_id: str
    force: bool = False
    survey: Survey | None = None
    is_marked: bool = True
    in_cloud: bool = False
    listing: Listing | None = None

    @property
    def size_bytes(self) -> int:
        """Content of the files."""
        return sum(match.stored.size_bytes for match in self.files)


@dataclass(frozen=True, slots=True)
class CopiesFetch:
    """Temporary copies that are there already.

    Attributes:
        request_id: of the copies.
        user_id: whose they are.
        output, force, is_marked: as in `FetchRequest`.
        files_total: of the copies.
        size_bytes: of their content.
    """

    request_id: str
    user_id: str
    output: Path
    force: bool
    is_marked: bool
    files_total: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ArchiveFetch:
    """A ZIP that is finished in the staging bucket.

    Attributes:
        key: of the ZIP.
        output, force, is_marked: as in `FetchRequest`.
        size_bytes: of the ZIP; 0 where that isn't known yet.
    """

    key: str
    output: Path
    force: bool = False
    is_marked: bool = True
    size_bytes: int = 0


Download = FetchRequest | CopiesFetch | ArchiveFetch
