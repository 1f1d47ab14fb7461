"""The tags in use, and what of them somebody means who has typed a few letters."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from app.core.tags import fold, normalise

_MARK = "\x1e"  # stands before every word
_END = b"\xff"  # no byte of UTF-8, so that nothing typed can reach from one value into the next
_WORD = re.compile(r"(?<![^\W_])(?=[^\W_])")

_FIRST_ACCENT = 10
"""Least combining class of an accent; those below make other letters of letters, as Japanese か and が
(Unicode Character Database, UAX #44, "Canonical_Combining_Class")."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A tag in use.

    Attributes:
        value: as it is stored.
        files: how many carry it.
        match: where the letters that were typed stand in `value`: first position, and the one behind the last.
    """

    value: str
    files: int
    match: tuple[int, int] = (0, 0)


class Vocabulary:
    """Tags in use, ready to be searched at every key; making it takes longer, about 0.5 s for 100,000.

    Args:
        counts: values with the number of files that carry each.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._files = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        self._values = tuple(self._files)
        self._same: dict[str, str] = {}
        self._carried: Counter[str] = Counter()
        self._alike: dict[str, str] = {}
        lines: list[bytes] = []
        for value in self._values:
            loose = loosely(value)
            folded = fold(value)
            self._same.setdefault(folded, value)
            self._carried[folded] += self._files[value]
            self._alike.setdefault(_singular(loose), value)
            lines.append(_searched(loose))
        self._text = _END.join(lines)
        self._starts = tuple(accumulate((len(line) + 1 for line in lines), initial=0))

    @property
    def most_used(self) -> Suggestion | None:
        """The value that most files carry; None where no file carries any."""
        return self._suggestion(0, "") if self._values else None

    def known(self, value: str) -> str | None:
        """Return the stored spelling of a value that is in use, as `fold` compares; None where it isn't."""
        return self._same.get(fold(value))

    def files(self, value: str) -> int:
        """Return how many files carry a value, in whichever spelling `fold` takes for it."""
        return self._carried[fold(value)]

    def alike(self, value: str) -> Suggestion | None:
        """Return the value in use that differs only by case, accents or an s at the end.

        Of several the most used one counts. None where there is none, or it is spelt as `value` is.
        """
        found = self._alike.get(_singular(loosely(value)))
        if found is None or found == value or self._files.get(value, 0) == self._files[found]:
            return None
        return Suggestion(found, self._files[found])

    def complete(self, typed: str, limit: int, without: Collection[str] = ()) -> tuple[Suggestion, ...]:
        """Return values that contain what is typed, ignoring case and accents, most used first.

        Those with a word that begins so go before those where it stands inside a word.

        Args:
            typed: a few letters; empty for the most used values.
            limit: how many at most.
            without: values that nobody needs any more, such as those of chips.
        """
        loose = loosely(normalise(typed))
        left_out = {fold(value) for value in without}
        taken: dict[int, None] = {}
        for position in self._positions(_searched(loose), _inside(loose)):
            if len(taken) == limit:
                break
            if fold(self._values[position]) not in left_out:
                taken[position] = None
        return tuple(self._suggestion(position, loose) for position in taken)

    def _positions(self, *patterns: bytes) -> Iterator[int]:
        """Yield the places in `_values` where one of the patterns is found, pattern after pattern."""
        for pattern in patterns:
            at = self._text.find(pattern) if self._values else -1
            while at >= 0:
                position = bisect_right(self._starts, at) - 1
                yield position
                at = self._text.find(pattern, self._starts[position + 1])

    def _suggestion(self, position: int, loose: str) -> Suggestion:
        value = self._values[position]
        return Suggestion(value, self._files[value], _match(value, loose))


def loosely(value: str) -> str:
    """Return a value without case and accents, in decomposed form."""
    if value.isascii():
        return value.lower()
    decomposed = unicodedata.normalize("NFD", fold(value))
    return "".join(c for c in decomposed if unicodedata.combining(c) < _FIRST_ACCENT)


def _singular(loose: str) -> str:
    return loose[:-1] if len(loose) > 1 and loose.endswith("s") else loose


def _searched(loose: str) -> bytes:
    """Return what is searched: every word marked, and the beginning whatever it is."""
    return (_MARK + _WORD.sub(_MARK, loose).removeprefix(_MARK)).encode("utf-8", "surrogatepass")


def _inside(loose: str) -> bytes:
    return _searched(loose)[len(_MARK) :]


def _match(value: str, loose: str) -> tuple[int, int]:
    """Return where in `value` the letters stand, by preference at a word's beginning; (0, 0) where nowhere."""
    places = _places(value)
    whole = "".join(piece for piece, _, _ in places)
    begins = [match.start() for match in _WORD.finditer(whole) if whole.startswith(loose, match.start())]
    at = begins[0] if begins else whole.find(loose)
    if not loose or at < 0:
        return (0, 0)
    covered: list[tuple[int, int]] = []
    reached = 0
    for piece, start, end in places:
        if reached < at + len(loose) and reached + len(piece) > at:
            covered.append((start, end))
        reached += len(piece)
    return (covered[0][0], covered[-1][1])


def _places(value: str) -> list[tuple[str, int, int]]:
    """Return each letter with its accents: loosely, and from where to where it stands."""
    starts = [at for at, c in enumerate(value) if at == 0 or not unicodedata.combining(c)]
    return [
        (loosely(value[start:end]), start, end) for start, end in zip(starts, [*starts[1:], len(value)], strict=True)
    ]
