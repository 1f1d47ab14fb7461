"""The files that were found, kept in the order in which the table shows them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from app.core.events import Match
from app.ui.find.order import Order, SortBy, sort_name

SortKey = tuple[Any, Any, int]
"""What a row is sorted by, what it is sorted by among equals, and when it came."""

Passes = Callable[[Match], bool]
"""Tells whether a file is to be shown."""

_ARRIVAL = itemgetter(2)
_RUN = re.compile(rb"\x01+")


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
    """Matches by arrival number, and the sorted positions of those that are shown.

    What costs time for each match is done when it is prepared. Giving a whole batch its positions then costs
    little more than a copy of one list, so that 100,000 rows can stream in while the window stays smooth. Positions
    change in `merge`, `rearrange`, `cut`, `sort` and `filter` only.

    Attributes:
        order: of the positions.
        size_bytes: of all that have a position.
        confirmed: files that were told as certain since `begin_again`.
        is_touched: whether what rows say has changed in their places; set back by who shows it.

    Args:
        order: newest first where None.
        passes: which files are shown; all where None.
    """

    def __init__(self, order: Order | None = None, passes: Passes | None = None) -> None:
        self.order = order or Order()
        self.size_bytes = 0
        self.confirmed = 0
        self.is_touched = False
        self._passes = passes
        self._matches: list[Match] = []
        self._names: list[str] = []
        self._times: list[float] = []
        self._arrival_of: dict[str, int] = {}
        self._turn = 1
        self._confirmed: list[int] = []  # the turn in which a match was certain last; 0 for never
        self._uncertain: set[int] = set()
        self._is_shown = bytearray()  # has a position, or gets one
        self._keys: list[SortKey] = []
        self._waiting: list[SortKey] = []
        self._places: list[int] = []
        self._leaving: set[int] = set()
        self._renewed: dict[int, Match] = {}
        self._tail: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._keys) + len(self._tail)

    @property
    def found(self) -> int:
        """Number of files that were found, shown or not."""
        return len(self._arrival_of)

    @property
    def has_uncertain(self) -> bool:
        """Whether a file that is shown was never told as certain."""
        return bool(self._uncertain) and any(key[2] in self._uncertain for key in self._keys)

    def unconfirmed(self) -> tuple[str, ...]:
        """Return the keys of the files that haven't been told as certain since `begin_again`."""
        if self.confirmed == self.found:
            return ()
        return tuple(key for key, arrival in self._arrival_of.items() if self._confirmed[arrival] != self._turn)

    def matches(self) -> dict[str, Match]:
        """Return every file that was found, by key."""
        return {key: self._renewed.get(arrival, self._matches[arrival]) for key, arrival in self._arrival_of.items()}

    def at(self, position: int) -> Match:
        """Return the match that is shown at `position`."""
        return self._matches[self.arrival_at(position)]

    def is_certain(self, position: int) -> bool:
        """Tell whether the match at `position` has ever been told as certain."""
        return self._confirmed[self.arrival_at(position)] > 0

    def is_leaving(self, position: int) -> bool:
        """Tell whether the match at `position` loses its place with the next `rearrange` and `cut`."""
        return bool(self._leaving) and self.arrival_at(position) in self._leaving

    def look_at(self, position: int) -> tuple[int, int, tuple[str, ...]]:
        """Return what changes with everything that the match at `position` says."""
        arrival = self.arrival_at(position)
        return arrival, self._confirmed[arrival], self._matches[arrival].values

    def arrival_at(self, position: int) -> int:
        """Return when the match at `position` came: 0 for the first one."""
        if position >= len(self._keys):
            return list(self._tail)[position - len(self._keys)]
        return self._keys[self._flip(position)][2]

    @property
    def arrivals(self) -> int:
        """How many matches have ever come: one more than the highest arrival number."""
        return len(self._matches)

    def arrangement(self) -> Arrangement:
        """Return which match stands where now."""
        return Arrangement(self._keys, self._is_flipped)

    def position_of(self, arrival: int) -> int:
        """Return where the match is shown that came as number `arrival`; -1 where it isn't shown."""
        if arrival in self._tail:
            return len(self._keys) + self._tail[arrival]
        place = bisect_left(self._keys, self._key(arrival))
        is_there = place < len(self._keys) and self._keys[place][2] == arrival
        return self._flip(place) if is_there else -1

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
        """Number of matches that were prepared and get a position with the next `merge`."""
        return len(self._waiting)

    @property
    def is_to_be_rearranged(self) -> bool:
        """Whether matches lose their position or get another one with the next `rearrange`."""
        return bool(self._leaving or self._renewed)

    def begin_again(self) -> None:
        """Expect to be told everything once more; what is there stays."""
        self._turn += 1
        self.confirmed = 0

    def match_of(self, key: str) -> Match | None:
        """Return the file of this key; None where it wasn't found."""
        arrival = self._arrival_of.get(key)
        return None if arrival is None else self._matches[arrival]

    def prepare(self, batch: Iterable[Match], is_certain: bool = True) -> None:
        """Take in matches; new ones have no position yet. What isn't certain says nothing about files that are here."""
        for match in batch:
            arrival = self._arrival_of.get(match.stored.key)
            if arrival is None:
                self._append(match, is_certain)
            elif is_certain:
                self._renew(arrival, match)

    def withdraw(self, keys: Iterable[str]) -> None:
        """Forget files; they keep their positions until the next `rearrange` and `cut`."""
        for key in keys:
            arrival = self._arrival_of.pop(key, None)
            if arrival is not None:
                self.confirmed -= self._confirmed[arrival] == self._turn
                self._uncertain.discard(arrival)
                self._renewed.pop(arrival, None)
                self._hide(arrival)

    def recheck(self, keys: Iterable[str]) -> None:
        """Ask again whether these files are to be shown."""
        if self._passes is None:
            return
        for key in keys:
            arrival = self._arrival_of.get(key)
            if arrival is None:
                continue
            if not self._passes(self._matches[arrival]):
                self._hide(arrival)
            elif not self._is_shown[arrival]:
                self._show(arrival)

    def merge(self) -> None:
        """Give the prepared matches their sorted positions."""
        self.size_bytes += sum(self._matches[key[2]].stored.size_bytes for key in self._waiting)
        self._keys = _merged(self._keys, self._waiting, self._places)
        self._waiting, self._places = [], []

    def rearrange(self) -> int:
        """Put changed files where they belong now and leaving ones at the end; return the number of those.

        Nothing may be waiting for its position.
        """
        moved = {arrival for arrival in self._renewed if self._is_shown[arrival]}
        gone = [key[2] for key in self._keys if key[2] in self._leaving]
        out = moved | self._leaving
        self.size_bytes -= sum(self._matches[arrival].stored.size_bytes for arrival in moved | set(gone))
        keys = [key for key in self._keys if key[2] not in out]
        for arrival, match in self._renewed.items():
            self._set(arrival, match)
        self.size_bytes += sum(self._matches[arrival].stored.size_bytes for arrival in moved)
        # Two sorted runs: sorting merges them.
        self._keys = sorted([*keys, *sorted(map(self._key, moved))]) if moved else keys
        self._tail = {arrival: number for number, arrival in enumerate(gone)}
        renewed = [self._matches[arrival].stored.key for arrival in self._renewed]
        self._leaving, self._renewed = set(), {}
        self.recheck(renewed)
        return len(self._tail)

    def cut(self) -> None:
        """Take away the positions of those at the end."""
        self._tail = {}

    def add(self, batch: Iterable[Match]) -> None:
        """Add matches, each at its sorted position."""
        self.prepare(batch)
        self.merge()

    def sort(self, order: Order) -> None:
        """Show the rows in another order; nothing may be waiting for its position, another one or none."""
        self.order = order
        self._arrange([key[2] for key in self._keys])

    def filter(self, passes: Passes | None) -> None:
        """Show the files that pass, all where None; nothing may be waiting for its position, another one or none."""
        self._passes = passes
        chosen = list(self._arrival_of.values())
        if passes is not None:
            matches = self._matches
            chosen = [arrival for arrival in chosen if passes(matches[arrival])]
        self._is_shown = bytearray(len(self._matches))
        for arrival in chosen:
            self._is_shown[arrival] = 1
        self.size_bytes = sum(self._matches[arrival].stored.size_bytes for arrival in chosen)
        self._arrange(chosen)

    def _append(self, match: Match, is_certain: bool) -> None:
        arrival = len(self._matches)
        self._arrival_of[match.stored.key] = arrival
        self._matches.append(match)
        self._names.append(sort_name(match.stored.key))
        self._times.append(match.stored.last_modified.timestamp())
        self._confirmed.append(0)
        self._is_shown.append(0)
        if is_certain:
            self._confirm(arrival)
        else:
            self._uncertain.add(arrival)
        if self._passes is None or self._passes(match):
            self._show(arrival)

    def _renew(self, arrival: int, match: Match) -> None:
        self._confirm(arrival)
        self._uncertain.discard(arrival)
        self.is_touched = True
        known = self._matches[arrival].stored
        if (known.last_modified, known.size_bytes) == (match.stored.last_modified, match.stored.size_bytes):
            self._matches[arrival] = match
            self._renewed.pop(arrival, None)
        else:
            self._renewed[arrival] = match

    def _confirm(self, arrival: int) -> None:
        self.confirmed += self._confirmed[arrival] != self._turn
        self._confirmed[arrival] = self._turn

    def _set(self, arrival: int, match: Match) -> None:
        self._matches[arrival] = match
        self._times[arrival] = match.stored.last_modified.timestamp()

    def _show(self, arrival: int) -> None:
        self._is_shown[arrival] = 1
        if arrival in self._leaving:
            self._leaving.remove(arrival)
            return
        key = self._key(arrival)
        among_waiting = bisect_right(self._waiting, key)
        self._waiting.insert(among_waiting, key)
        self._places.insert(among_waiting, bisect_right(self._keys, key))

    def _hide(self, arrival: int) -> None:
        if self._is_shown[arrival]:
            self._is_shown[arrival] = 0
            self._leaving.add(arrival)

    @property
    def _is_flipped(self) -> bool:
        """Whether the rows are shown from the end of `_keys`: names that descend are kept ascending."""
        return self.order.by is SortBy.NAME and self.order.is_descending

    def _flip(self, position: int) -> int:
        return len(self._keys) - 1 - position if self._is_flipped else position

    def _arrange(self, arrivals: list[int]) -> None:
        firsts, seconds = self._columns()
        # Numbers or texts alone compare several times as fast as tuples, for which only equal ones are left.
        arrivals.sort()
        arrivals.sort(key=firsts.__getitem__)
        self._keys = list(
            zip(map(firsts.__getitem__, arrivals), map(seconds.__getitem__, arrivals), arrivals, strict=True)
        )
        self._keys.sort()

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


def _merged(old: list[SortKey], new: list[SortKey], places: list[int]) -> list[SortKey]:
    """Return `old` with each key of `new`, which is sorted too, before the one at its place."""
    pieces: list[Sequence[SortKey]] = []
    taken = 0
    for key, place in zip(new, places, strict=True):
        pieces += (old[taken:place], (key,))
        taken = place
    pieces.append(old[taken:])
    return list(chain.from_iterable(pieces))
