"""The files that were found, kept in the order in which the table shows them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from operator import itemgetter
from typing import Any

from app.core.events import Match
from app.core.tags import fold

SortKey = tuple[Any, Any, int]
"""What a row is sorted by, what it is sorted by among equals, and when it came."""

_ARRIVAL = itemgetter(2)
_RUN = re.compile(rb"\x01+")


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


class Arrangement:
    """Which match stands at which position, at one time; goes on telling it when they have moved.

    Args:
        keys: sorted.
        is_flipped: whether the rows are shown from the end of `keys`.
    """

    def __init__(self, keys: list[SortKey], is_flipped: bool) -> None:
        self._keys = keys
        self._is_flipped = is_flipped

    def arrival_at(self, position: int) -> int:
        """Return when the match at `position` came: 0 for the first one."""
        return self._keys[len(self._keys) - 1 - position if self._is_flipped else position][2]

    def arrivals_in(self, first: int, last: int) -> Iterator[int]:
        """Yield when the matches at positions from `first` to `last` came, in any order."""
        if self._is_flipped:
            first, last = len(self._keys) - 1 - last, len(self._keys) - 1 - first
        return map(_ARRIVAL, self._keys[first : last + 1])


class Results:
    """Matches by arrival number, and their sorted positions.

    What costs time for each match is done when it is prepared. Giving a whole batch its positions then costs
    little more than a copy of one list, so that 100,000 rows can stream in while the window stays smooth.
    """

    def __init__(self, order: Order | None = None) -> None:
        self.order = order or Order()
        self.size_bytes = 0
        self._matches: list[Match] = []
        self._names: list[str] = []
        self._times: list[float] = []
        self._keys: list[SortKey] = []
        self._waiting: list[SortKey] = []
        self._places: list[int] = []
        self._waiting_bytes = 0

    def __len__(self) -> int:
        return len(self._keys)

    def at(self, position: int) -> Match:
        """Return the match that is shown at `position`."""
        return self._matches[self.arrival_at(position)]

    def arrival_at(self, position: int) -> int:
        """Return when the match at `position` came: 0 for the first one."""
        return self._keys[self._flip(position)][2]

    def arrangement(self) -> Arrangement:
        """Return which match stands where now."""
        return Arrangement(self._keys, self._is_flipped)

    def position_of(self, arrival: int) -> int:
        """Return where the match is shown that came as number `arrival`."""
        return self._flip(bisect_left(self._keys, self._key(arrival)))

    def runs_of(self, chosen: bytearray) -> list[tuple[int, int]]:
        """Return first and last position of each run of matches that `chosen` has a 1 for, by arrival number."""
        marks = bytes(map(chosen.__getitem__, map(_ARRIVAL, self._keys)))
        return [(run.start(), run.end() - 1) for run in _RUN.finditer(marks[::-1] if self._is_flipped else marks)]

    def size_bytes_of(self, first: int, last: int) -> int:
        """Return the size of all matches at positions from `first` to `last`."""
        arrivals = self.arrangement().arrivals_in(first, last)
        return sum(self._matches[arrival].stored.size_bytes for arrival in arrivals)

    def by_arrival(self, arrival: int) -> Match:
        """Return the match that came as number `arrival`."""
        return self._matches[arrival]

    @property
    def waiting(self) -> int:
        """Number of matches that were prepared and have no position yet."""
        return len(self._waiting)

    def prepare(self, batch: Iterable[Match]) -> None:
        """Take in matches without a position."""
        for match in batch:
            self._matches.append(match)
            self._waiting_bytes += match.stored.size_bytes
            self._names.append(sort_name(match.stored.key))
            self._times.append(match.stored.last_modified.timestamp())
            key = self._key(len(self._matches) - 1)
            among_waiting = bisect_right(self._waiting, key)
            self._waiting.insert(among_waiting, key)
            self._places.insert(among_waiting, bisect_right(self._keys, key))

    def merge(self) -> None:
        """Give the prepared matches their sorted positions."""
        self.size_bytes += self._waiting_bytes
        self._keys = _merged(self._keys, self._waiting, self._places)
        self._waiting, self._places, self._waiting_bytes = [], [], 0

    def add(self, batch: Iterable[Match]) -> None:
        """Add matches, each at its sorted position."""
        self.prepare(batch)
        self.merge()

    def sort(self, order: Order) -> None:
        """Show the rows in another order; nothing may be waiting for its position."""
        self.order = order
        firsts, seconds = self._columns()
        # Numbers or texts alone compare several times as fast as tuples, for which only equal ones are left.
        arrivals = sorted(range(len(firsts)), key=firsts.__getitem__)
        self._keys = list(
            zip(map(firsts.__getitem__, arrivals), map(seconds.__getitem__, arrivals), arrivals, strict=True)
        )
        self._keys.sort()

    @property
    def _is_flipped(self) -> bool:
        """Whether the rows are shown from the end of `_keys`: names that descend are kept ascending."""
        return self.order.by is SortBy.NAME and self.order.is_descending

    def _flip(self, position: int) -> int:
        return len(self._keys) - 1 - position if self._is_flipped else position

    def _columns(self) -> tuple[Sequence[Any], Sequence[Any]]:
        """Return what all keys begin with and go on with, by arrival."""
        if self.order.by is SortBy.NAME:
            return self._names, [-time for time in self._times]
        sign = -1 if self.order.is_descending else 1
        if self.order.by is SortBy.DATE:
            return [sign * time for time in self._times], self._names
        return [float(sign * match.stored.size_bytes) for match in self._matches], self._names

    def _key(self, arrival: int) -> SortKey:
        name, time = self._names[arrival], self._times[arrival]
        if self.order.by is SortBy.NAME:
            return (name, -time, arrival)
        value = time if self.order.by is SortBy.DATE else float(self._matches[arrival].stored.size_bytes)
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


def _merged(old: list[SortKey], new: list[SortKey], places: list[int]) -> list[SortKey]:
    """Return `old` with each key of `new`, which is sorted too, before the one at its place."""
    pieces: list[Sequence[SortKey]] = []
    taken = 0
    for key, place in zip(new, places, strict=True):
        pieces += (old[taken:place], (key,))
        taken = place
    pieces.append(old[taken:])
    return list(chain.from_iterable(pieces))
