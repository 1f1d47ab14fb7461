"""What narrows the files that were found, without asking anybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from app.core.events import Match
from app.core.tags import visible
from app.ui.find.order import file_name
from app.ui.icons import file_icon_name

_MB = 1_000_000


class Kind(Enum):
    """Kinds of files by what they are called; the values are those of `file_icon_name`."""

    PDF = "pdf"
    IMAGES = "image"
    DOCUMENTS = "doc"
    SPREADSHEETS = "sheet"
    MAIL = "mail"
    ARCHIVES = "zip"
    VIDEOS = "media"
    OTHER = "file"


class Since(Enum):
    """From when files are."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    BEFORE = "before"


class Large(Enum):
    """Least size in bytes, and the size from which on files are larger; None for no end."""

    SMALL = (0, _MB)
    MEDIUM = (_MB, 10 * _MB)
    LARGE = (10 * _MB, 100 * _MB)
    HUGE = (100 * _MB, None)


KINDS = {
    Kind.PDF: "PDF",
    Kind.IMAGES: "Images",
    Kind.DOCUMENTS: "Documents",
    Kind.SPREADSHEETS: "Spreadsheets",
    Kind.MAIL: "Mail",
    Kind.ARCHIVES: "Archives",
    Kind.VIDEOS: "Videos",
    Kind.OTHER: "Other files",
}
DATES = {
    Since.TODAY: "Today",
    Since.WEEK: "Last 7 days",
    Since.MONTH: "Last 30 days",
    Since.YEAR: "This year",
    Since.BEFORE: "Before this year",
}
SIZES = {
    Large.SMALL: "Below 1 MB",
    Large.MEDIUM: "1 to 10 MB",
    Large.LARGE: "10 to 100 MB",
    Large.HUGE: "100 MB and more",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is wanted of a file; None or empty: anything.

    Attributes:
        kind: by the end of its name.
        since: by when it was stored.
        large: by its size.
        by: who uploaded it, as its metadata claims; nobody known is the empty text.
        name: a part of its name.
    """

    kind: Kind | None = None
    since: Since | None = None
    large: Large | None = None
    by: str | None = None
    name: str = ""

    @property
    def number(self) -> int:
        """How many are set."""
        return sum(part is not None for part in (self.kind, self.since, self.large, self.by)) + bool(self.name)

    def test(self, now: datetime, uploader_of: Callable[[str], str | None]) -> Callable[[Match], bool] | None:
        """Return what tells whether a file is wanted; None where every one is.

        Args:
            now: aware, in the zone that is shown.
            uploader_of: tells who uploaded the file of a key; None where that isn't known yet.
        """
        tests: list[Callable[[Match], bool]] = []
        if self.large is not None:
            tests.append(_size_test(self.large))
        if self.since is not None:
            tests.append(_date_test(self.since, now))
        if self.by is not None:
            tests.append(lambda match: uploader_of(match.stored.key) == self.by)
        if self.kind is not None:
            icon = self.kind.value
            tests.append(lambda match: file_icon_name(match.stored.key) == icon)
        if self.name:
            part = self.name.casefold()
            tests.append(lambda match: part in file_name(match.stored.key).casefold())
        if len(tests) <= 1:
            return tests[0] if tests else None
        return lambda match: all(test(match) for test in tests)

    def describe(self) -> dict[str, str]:
        """Return the values that are set, in the words of the buttons, by the name of the attribute."""
        set_ones = {
            "kind": KINDS[self.kind] if self.kind is not None else "",
            "since": DATES[self.since] if self.since is not None else "",
            "large": SIZES[self.large] if self.large is not None else "",
            "by": by_words(self.by) if self.by is not None else "",
            "name": visible(self.name),
        }
        return {attribute: text for attribute, text in set_ones.items() if text}


def by_words(uploader: str) -> str:
    """Return how somebody who uploaded is called."""
    return visible(uploader) or "Nobody known"


def _size_test(large: Large) -> Callable[[Match], bool]:
    least, end = large.value
    if end is None:
        return lambda match: match.stored.size_bytes >= least
    return lambda match: least <= match.stored.size_bytes < end


def _date_test(since: Since, now: datetime) -> Callable[[Match], bool]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    new_year = midnight.replace(month=1, day=1)
    if since is Since.BEFORE:
        return lambda match: match.stored.last_modified < new_year
    first = {
        Since.TODAY: midnight,
        Since.WEEK: midnight - timedelta(days=6),
        Since.MONTH: midnight - timedelta(days=29),
        Since.YEAR: new_year,
    }[since]
    return lambda match: match.stored.last_modified >= first
