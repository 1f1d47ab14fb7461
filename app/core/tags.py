"""What a tag value may be, when two are equal, and how values become an object's tag set."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from app.core.errors import InputError

TagSet = Mapping[str, str]
"""Tag keys and values of one object, as stored: ours and those of other tools."""

MAX_VALUE_UTF16_UNITS = 256
"""Longest value, in UTF-16 units (Amazon S3 User Guide, "Categorizing your objects using tags")."""

MAX_TAGS = 10
"""Most tags an object can have (same page)."""

MAX_ENCODED_BYTES = 4096
"""Longest tag set in the `x-amz-tagging` header; the rest of the request needs the other half of its 8 KB."""

_SIGNS = frozenset("_.:/=+-@")


def normalise(value: str) -> str:
    """Return the value as it is stored: NFC, without white space around it."""
    return unicodedata.normalize("NFC", value).strip()


@lru_cache(maxsize=65536)
def fold(value: str) -> str:
    """Return what two values have in common when they count as equal."""
    return unicodedata.normalize("NFKC", value).casefold()


@dataclass(frozen=True, slots=True)
class TagRules:
    """How this organisation tags.

    Attributes:
        key: tag key of a file's first value.
        more_keys: tag keys of further values, in order.
        fixed: tags that every uploaded file gets besides.
        required_pattern: regular expression that a value must match as a whole; empty for none.
        forbidden_pattern: regular expression that must not be found in a value; empty for none.
        organization: whose patterns these are, for the sentence that refuses a value.
    """

    key: str = "Tag1"
    more_keys: tuple[str, ...] = ("Tag3", "Tag4", "Tag5", "Tag6", "Tag7")
    fixed: TagSet = field(default_factory=lambda: {"Tag2": "Tag-value"})
    required_pattern: str = ""
    forbidden_pattern: str = ""
    organization: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The tag keys that hold values, the first one first."""
        return (self.key, *self.more_keys)

    def check(self, value: str) -> None:
        """Raise unless `value` (normalised) may be stored.

        The characters are those of Amazon S3's pattern `[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]`.

        Raises:
            InputError: `tag-empty`, `tag-character`, `tag-too-long`, `tag-pattern`; the target is the value.
        """
        if not value:
            raise InputError("tag-empty", "Type a tag first", "", value)
        refused = next((c for c in value if not _is_allowed(c)), None)
        if refused is not None:
            raise InputError(
                "tag-character",
                f"“{visible(refused)}” can’t be used in a tag",
                "Letters, digits, spaces and + - = . _ : / @ can.",
                value,
            )
        if len(value.encode("utf-16-le")) // 2 > MAX_VALUE_UTF16_UNITS:
            raise InputError("tag-too-long", "Too long", f"{MAX_VALUE_UTF16_UNITS} characters at most.", value)
        who = self.organization or "Your organisation"
        if self.required_pattern and not re.fullmatch(self.required_pattern, value):
            raise InputError("tag-pattern", f"{who} asks for a tag like {self.required_pattern}", "", value)
        if self.forbidden_pattern and re.search(self.forbidden_pattern, value):
            raise InputError("tag-pattern", f"{who} doesn’t allow this tag", "", value)

    def tag_set(self, values: Iterable[str]) -> TagSet:
        """Return the tag set of a new object that carries `values`, each one checked, equal ones once.

        Raises:
            InputError: as `check`; `too-many-tags`; as `check_fits`.
        """
        distinct = distinct_values(map(normalise, values))
        for value in distinct:
            self.check(value)
        if not distinct:
            raise InputError("tag-empty", "Type a tag first")
        if len(distinct) > len(self.keys):
            raise InputError("too-many-tags", "Too many tags", f"A file can carry {len(self.keys)} at most.")
        tags = {**self.fixed, **dict(zip(self.keys, distinct, strict=False))}
        check_fits(tags)
        return tags

    def with_values(self, tags: TagSet, values: Sequence[str]) -> TagSet:
        """Return the tag set of a stored object that is to carry `values` from now on; its other tags stay.

        Raises:
            InputError: `last-tag`, there are none; `too-many-tags`; as `check_fits`.
        """
        if not values:
            raise InputError("last-tag", "It would carry no tag any more", "Give it another tag first.")
        if len(values) > len(self.keys):
            raise InputError("too-many-tags", "Too many tags", f"A file can carry {len(self.keys)} at most.")
        others = {key: value for key, value in writable(tags).items() if key not in self.keys}
        changed = {**others, **dict(zip(self.keys, values, strict=False))}
        check_fits(changed)
        return changed

    def values(self, tags: TagSet) -> tuple[str, ...]:
        """Return the values that an object's tag set carries, leaving out fixed and foreign tags."""
        return tuple(tags[key] for key in self.keys if tags.get(key))

    def are_same(self, one: TagSet, other: TagSet) -> bool:
        """Tell whether two files carry equal values and the same fixed tags; foreign tags, a scanner's, don't count."""
        folded = [{fold(value) for value in self.values(tags)} for tags in (one, other)]
        return folded[0] == folded[1] and all(one.get(key) == other.get(key) for key in self.fixed)


def check_fits(tags: TagSet) -> None:
    """Raise unless an object can carry all of these tags.

    Raises:
        InputError: `tags-full`; `tags-too-long` when the encoded set is over 4 KB.
    """
    if len(tags) > MAX_TAGS:
        raise InputError(
            "tags-full",
            "It has no room for another tag",
            f"The storage keeps {MAX_TAGS} for each file, those of other programs included.",
        )
    if len(encode_tag_set(tags)) > MAX_ENCODED_BYTES:
        raise InputError("tags-too-long", "These tags are too long together", "Leave one out or shorten them.")


def writable(tags: TagSet) -> TagSet:
    """Leave out AWS's own tags, which nobody else may write (AWS Tagging User Guide, "Tag naming limits")."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def distinct_values(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values in order, of equal ones (`fold`) only the first."""
    first: dict[str, str] = {}
    for value in values:
        first.setdefault(fold(value), value)
    return tuple(first.values())


def encode_tag_set(tags: TagSet) -> str:
    """Return the set as the `x-amz-tagging` header takes it: URL query parameters (PutObject, API reference)."""
    return "&".join(f"{_encoded(key)}={_encoded(value)}" for key, value in tags.items())


@lru_cache(maxsize=1024)  # thousands of files have a handful of tags
def _encoded(text: str) -> str:
    return quote(text, safe="")


def visible(text: str) -> str:
    """Return text from a stranger for display: control and direction-override characters as visible marks."""
    return text if text.isprintable() else "".join(_mark(c) for c in text)


def _mark(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc" and ord(character) < 0x20:
        return chr(0x2400 + ord(character))
    if category in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in "\u200c\u200d":
        return f"‹U+{ord(character):04X}›"
    return character


def _is_allowed(character: str) -> bool:
    return character in _SIGNS or unicodedata.category(character)[0] in "LZN"
