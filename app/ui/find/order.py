"""In which order the found files are shown, and what of a file that order looks at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from app.core.tags import fold


class SortBy(Enum):
    """What the rows can be sorted by."""

    NAME = "name"
    DATE = "date"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Order:
    """How the rows are sorted."""

    by: SortBy = SortBy.DATE
    is_descending: bool = True


def file_name(key: str) -> str:
    """Return the part of a key that people call the file's name."""
    return key.rstrip("/").rpartition("/")[2] or key


_DIGITS = re.compile(r"\d+")


def sort_name(key: str) -> str:
    """Return what names are sorted by: without case, and numbers by their value, so that 2 comes before 10."""
    return _DIGITS.sub(lambda found: found[0].zfill(12), file_name(key).casefold())


def other_values(values: Sequence[str], searched: frozenset[str]) -> tuple[str, ...]:
    """Return the values that weren't searched for; `searched` are folded."""
    return tuple(value for value in values if fold(value) not in searched)
