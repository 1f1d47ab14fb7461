"""Changes to the values that a file carries: added, taken off, renamed, merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.events import Match
from app.core.tags import TagRules, TagSet, fold, visible


@dataclass(frozen=True, slots=True)
class TagEdit:
    """One change to a file's values, equal ones (`fold`) taken together.

    Attributes:
        old: the value that goes; None adds.
        new: the value that comes; None takes `old` off. Where the file carries both, they are merged into this one.
    """

    old: str | None
    new: str | None

    def apply(self, values: Sequence[str]) -> tuple[str, ...]:
        """Return the values as they are afterwards, in the same order; what the file doesn't carry stays away."""
        if self.old is None:
            return (*values, self.new) if self.new and not _carries(values, self.new) else tuple(values)
        if not _carries(values, self.old):
            return tuple(values)
        alike = {fold(self.old), fold(self.new or self.old)}
        place = next(number for number, value in enumerate(values) if fold(value) in alike)
        others = [value for value in values if fold(value) not in alike]
        if self.new:
            others.insert(place, self.new)
        return tuple(others)


def edited(values: Sequence[str], edits: Iterable[TagEdit]) -> tuple[str, ...]:
    """Return the values after all of these changes, one after the other."""
    result = tuple(values)
    for edit in edits:
        result = edit.apply(result)
    return result


def check_edits(edits: Iterable[TagEdit], rules: TagRules) -> None:
    """Raise unless every value that comes may be stored.

    Raises:
        InputError: as `TagRules.check`.
    """
    for edit in edits:
        if edit.new is not None or edit.old is None:
            rules.check(edit.new or "")


def edits_text(edits: Iterable[TagEdit]) -> str:
    """Return what is done to tags, for example `“invoices” became “Invoice”`."""
    return ", ".join(map(_edit_text, edits))


@dataclass(frozen=True, slots=True)
class RetagRequest:
    """What is changed, and on which files.

    Attributes:
        files: as they were last seen; what is changed is what they carry when their turn comes.
        edits: done to each of them, one after the other; values normalised.
        rules: which tags are values.
    """

    files: tuple[Match, ...]
    edits: tuple[TagEdit, ...]
    rules: TagRules


@dataclass(frozen=True, slots=True)
class TagsChange:
    """What a run makes of one file.

    Attributes:
        key: of the file.
        before: its value tags, by tag key, before.
        after: its value tags afterwards.
    """

    key: str
    before: TagSet
    after: TagSet


@dataclass(frozen=True, slots=True)
class RetagRun:
    """A run that changed the tags of files, and that can be undone.

    Attributes:
        id: names it.
        edits: what it did to each file.
        tag_keys: the tag keys that held values then.
        began_at: aware UTC.
        files: that it changed, or was about to change when it was killed.
    """

    id: int
    edits: tuple[TagEdit, ...]
    tag_keys: tuple[str, ...]
    began_at: datetime
    files: int


def value_tags(tags: TagSet, tag_keys: Iterable[str]) -> TagSet:
    """Return those tags of a file that hold values."""
    return {key: tags[key] for key in tag_keys if key in tags}


def _edit_text(edit: TagEdit) -> str:
    old, new = (f"“{visible(value or '')}”" for value in (edit.old, edit.new))
    if edit.old is None:
        return f"{new} was added"
    return f"{old} was taken off" if edit.new is None else f"{old} became {new}"


def _carries(values: Sequence[str], wanted: str) -> bool:
    return fold(wanted) in map(fold, values)
