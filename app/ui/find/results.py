"""The files that were found, kept in the order in which the table shows them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Any

from app.core.events import Match
from app.core.tags import fold

SortKey = tuple[Any, Any, int]
"""What a row is sorted by, what it is sorted by among equals, and when it came."""


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


class Results:
    """Matches by arrival number, and their sorted positions.

    Adding a batch costs a copy of one list, whatever its size, so that 100,000 rows can stream in while the
    window stays smooth.
    """

    def __init__(self, order: Order | None = None) -> None:
        self.order = order or Order()
        self.size_bytes = 0
        self._matches: list[Match] = []
        self._keys: list[SortKey] = []
        self._waiting: list[SortKey] = []

    def __len__(self) -> int:
        return len(self._keys)

    def at(self, position: int) -> Match:
        """Return the match that is shown at `position`."""
        return self._matches[self.arrival_at(position)]

    def arrival_at(self, position: int) -> int:
        """Return when the match at `position` came: 0 for the first one."""
        return self._keys[self._flip(position)][2]

    def arrivals(self) -> Callable[[int], int]:
        """Return what tells when the match at a position came, and goes on telling it for today's positions."""
        keys, is_flipped = self._keys, self._is_flipped
        return lambda position: keys[len(keys) - 1 - position if is_flipped else position][2]

    def position_of(self, arrival: int) -> int:
        """Return where the match is shown that came as number `arrival`."""
        return self._flip(bisect_left(self._keys, self._key(arrival)))

    def by_arrival(self, arrival: int) -> Match:
        """Return the match that came as number `arrival`."""
        return self._matches[arrival]

    @property
    def waiting(self) -> int:
        """Number of matches that were prepared and have no position yet."""
        return len(self._waiting)

    def prepare(self, batch: Iterable[Match]) -> None:
        """Take in matches without a position; this is the part that costs time for each of them."""
        first = len(self._matches)
        self._matches.extend(batch)
        self._waiting.extend(self._key(arrival) for arrival in range(first, len(self._matches)))

    def merge(self) -> None:
        """Give the prepared matches their sorted positions."""
        self.size_bytes += sum(self._matches[key[2]].stored.size_bytes for key in self._waiting)
        self._keys = _merged(self._keys, sorted(self._waiting))
        self._waiting = []

    def add(self, batch: Iterable[Match]) -> None:
        """Add matches, each at its sorted position."""
        self.prepare(batch)
        self.merge()

    def sort(self, order: Order) -> None:
        """Show the rows in another order; nothing may be waiting for its position."""
        self.order = order
        self._keys = sorted(map(self._key, range(len(self._matches))))

    @property
    def _is_flipped(self) -> bool:
        """Whether the rows are shown from the end of `_keys`: names that descend are kept ascending."""
        return self.order.by is SortBy.NAME and self.order.is_descending

    def _flip(self, position: int) -> int:
        return len(self._keys) - 1 - position if self._is_flipped else position

    def _key(self, arrival: int) -> SortKey:
        stored = self._matches[arrival].stored
        name = sort_name(stored.key)
        if self.order.by is SortBy.NAME:
            return (name, -stored.last_modified.timestamp(), arrival)
        value = stored.last_modified.timestamp() if self.order.by is SortBy.DATE else float(stored.size_bytes)
        return (-value if self.order.is_descending else value, name, arrival)


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


def _merged(old: list[SortKey], new: list[SortKey]) -> list[SortKey]:
    if not new or not old or new[0] > old[-1]:
        return old + new
    pieces: list[Sequence[SortKey]] = []
    taken = 0
    for key in new:
        position = bisect_right(old, key, lo=taken)
        pieces += (old[taken:position], (key,))
        taken = position
    pieces.append(old[taken:])
    return list(chain.from_iterable(pieces))
