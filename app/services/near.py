"""Values in use that somebody may have meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher

from app.core.events import TagCounted
from app.core.tags import fold

_MOST = 5
_LEAST_ALIKE = 0.75
_SHORT = 3


def near_values(wanted: str, counts: Mapping[str, int]) -> tuple[TagCounted, ...]:
    """Return at most five values in use that are close to `wanted`, the closest first, of equally close the most used.

    Close is what differs by case, by accents, by signs and spaces or by a few letters, and what contains the other.

    Args:
        wanted: as typed.
        counts: values in use, with the number of files of each.
    """
    bare = _bare(wanted)
    close = [(_closeness(bare, _bare(value)), TagCounted(value, files)) for value, files in counts.items()]
    ordered = sorted(close, key=lambda item: (-item[0], -item[1].files, item[1].value))
    return tuple(counted for closeness, counted in ordered[:_MOST] if closeness > 0)


def _bare(value: str) -> str:
    """Return letters and digits without case and accents."""
    apart = unicodedata.normalize("NFKD", fold(value))
    return "".join(character for character in apart if character.isalnum())


def _closeness(wanted: str, value: str) -> float:
    """Return how close two bare values are: 1.0 for the same, 0.0 for not close."""
    if not wanted or not value:
        return 0.0
    shorter, longer = sorted((wanted, value), key=len)
    contained = 0.8 + 0.2 * len(shorter) / len(longer) if len(shorter) >= _SHORT and shorter in longer else 0.0
    letters = SequenceMatcher(None, wanted, value, autojunk=False)
    if letters.real_quick_ratio() < _LEAST_ALIKE or letters.quick_ratio() < _LEAST_ALIKE:
        return contained
    alike = letters.ratio()
    return max(contained, alike if alike >= _LEAST_ALIKE else 0.0)
