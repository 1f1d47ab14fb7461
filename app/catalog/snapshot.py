"""A snapshot of the catalogue as a file: gzip, a JSON header on the first line, then a block of objects on each.

docs/published-catalogue.md describes it for other programs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from app.catalog.bulk import BLOCK_OBJECTS, Block
from app.catalog.gzip_lines import MAX_LINE_BYTES, LineWriter, read_lines
from app.core.errors import ConfigurationError, IntegrityError
from app.core.keys import MAX_KEY_BYTES, RESERVED_PREFIX

FORMAT = 1
"""Version that this program writes, and the newest that it reads."""

MAX_OBJECTS = 5_000_000
"""Most objects of a snapshot; a bucket of more is searched by other means."""

MAX_TEXT_BYTES = 4 * 1024**3
"""Longest text of a snapshot."""

NOT_USABLE = ("catalogue-damaged", "catalogue-newer")
"""Codes of the errors of a snapshot that stays as it is however often it is read."""

_MAX_ETAG = 256
_MAX_INTEGER = 2**63 - 1
_LAST_MICROSECOND = 253_402_300_799_999_999  # of the year 9999
_COLUMNS = ("keys", "sizes", "modified", "etags", "tags", "read")


@dataclass(frozen=True, slots=True)
class Header:
    """What a snapshot says of itself.

    Attributes:
        bucket: whose objects these are.
        tag_keys: the tag keys that hold values for whoever published it; readers go by their own.
        completed_at: as of when it knows the whole bucket, aware UTC.
        objects: in it.
    """

    bucket: str
    tag_keys: tuple[str, ...]
    completed_at: datetime
    objects: int


@dataclass(frozen=True, slots=True)
class Written:
    """A snapshot that was written: bytes of the file and of its text, SHA-256 of the file in 64 hex digits."""

    size_bytes: int
    text_bytes: int
    sha256: str


def write_snapshot(file: BinaryIO, header: Header, blocks: Iterable[Block]) -> Written:
    """Write a snapshot.

    Raises:
        ConfigurationError: `catalogue-too-large`.
        OSError: from `file`.
    """
    writer = LineWriter(file)
    writer.write(_text(header_fields(header)))
    for block in blocks:
        for line in _lines(block):
            writer.write(line)
    writer.close()
    if header.objects > MAX_OBJECTS or writer.text_bytes > MAX_TEXT_BYTES:
        raise ConfigurationError(
            "catalogue-too-large",
            "The bucket is too large for a published catalogue",
            f"One can have {MAX_OBJECTS:,} objects at most.",
            header.bucket,
        )
    return Written(writer.size_bytes, writer.text_bytes, writer.sha256)


def read_snapshot(file: BinaryIO, header: Header, text_bytes: int) -> Iterator[Block]:
    """Yield the blocks of a snapshot, each one checked.

    Args:
        file: at its beginning.
        header: that it must have.
        text_bytes: that it must have.

    Raises:
        IntegrityError: it isn't what it should be; what was yielded until then may be wrong too.
    """
    objects = 0
    try:
        lines = read_lines(file, text_bytes)
        if header_of(_fields(next(lines, b""))) != header:
            raise ValueError("it begins with another header")
        for line in lines:
            block = _block(_fields(line))
            objects += len(block.keys)
            yield block
        if objects != header.objects:
            raise ValueError(f"it has {objects} objects, not {header.objects}")
    except (ValueError, OverflowError, RecursionError) as error:
        raise damaged(str(error)) from error


def header_fields(header: Header) -> dict[str, Any]:
    """Return a header as JSON has it."""
    return {
        "format": FORMAT,
        "bucket": header.bucket,
        "tag_keys": list(header.tag_keys),
        "completed_at": header.completed_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "objects": header.objects,
    }


def header_of(fields: dict[str, Any]) -> Header:
    """Return the header that JSON has.

    Raises:
        ValueError: it is none.
        IntegrityError: `catalogue-newer`.
    """
    version = _get(fields, "format")
    _require(_are_integers([version], _MAX_INTEGER) and version >= FORMAT, "a format")
    if version > FORMAT:
        raise IntegrityError(
            "catalogue-newer",
            "The published catalogue is from a newer Tagdrop",
            f"It has format {version}, this one knows {FORMAT}. Update this one.",
        )
    bucket, keys, objects = (_get(fields, name) for name in ("bucket", "tag_keys", "objects"))
    _require(isinstance(keys, list) and _are_texts([bucket, *keys], MAX_LINE_BYTES), "names")
    _require(_are_integers([objects], MAX_OBJECTS), "a number of objects")
    return Header(bucket, tuple(keys), _time(fields.get("completed_at")), objects)


def damaged(reason: str) -> IntegrityError:
    """Return the error that says so."""
    return IntegrityError(
        "catalogue-damaged",
        "The published catalogue is damaged",
        f"It isn’t used ({reason}). tagdrop index --publish replaces it.",
    )


def _lines(block: Block) -> Iterator[bytes]:
    """Yield a block as one line, or as several where that would be too long."""
    line = _text(
        {
            "keys": block.keys,
            "sizes": block.sizes,
            "modified": block.modified,
            "etags": block.etags,
            "tags": block.sets,
            "tag_sets": block.tag_sets,
            "read": block.read,
        }
    )
    if len(line) <= MAX_LINE_BYTES:
        yield line
    else:
        middle = len(block.keys) // 2
        yield from _lines(_part(block, slice(None, middle)))
        yield from _lines(_part(block, slice(middle, None)))


def _part(block: Block, part: slice) -> Block:
    sets = block.sets[part]
    used = sorted({number for number in sets if number is not None})
    numbers = {old: new for new, old in enumerate(used)}
    return Block(
        block.keys[part],
        block.sizes[part],
        block.modified[part],
        block.etags[part],
        [block.tag_sets[number] for number in used],
        [None if number is None else numbers[number] for number in sets],
        block.read[part],
    )


def _block(fields: dict[str, Any]) -> Block:
    keys, sizes, modified, etags, tags, read = (_get(fields, name) for name in _COLUMNS)
    for column in (keys, sizes, modified, etags, tags, read):
        _require(isinstance(column, list) and len(column) == len(keys), "columns of one length")
    _require(0 < len(keys) <= BLOCK_OBJECTS, f"1 to {BLOCK_OBJECTS} objects in a block")
    _require(_are_keys(keys), "keys")
    _require(_are_integers(sizes, _MAX_INTEGER), "sizes")
    _require(_are_integers((*modified, *read), _LAST_MICROSECOND), "times")
    _require(_are_texts(etags, _MAX_ETAG), "ETags")
    tag_sets = _get(fields, "tag_sets")
    _require(isinstance(tag_sets, list) and all(map(_is_tag_set, tag_sets)), "tag sets")
    _require(_are_integers([tag for tag in tags if tag is not None], len(tag_sets) - 1), "numbers of tag sets")
    return Block(keys, sizes, modified, etags, tag_sets, tags, read)


def _are_keys(keys: Collection[object]) -> bool:
    """Tell whether they can be keys of somebody's files."""
    return _are_texts(keys, MAX_KEY_BYTES) and not any(not key or str(key).startswith(RESERVED_PREFIX) for key in keys)


def _is_tag_set(tags: object) -> bool:
    return isinstance(tags, dict) and _are_texts((*tags, *tags.values()), MAX_LINE_BYTES)


def _are_texts(texts: Collection[Any], max_bytes: int) -> bool:
    """Tell whether they are texts of at most this many bytes; half a character raises `ValueError`."""
    return {*map(type, texts)} <= {str} and max(map(len, map(str.encode, texts)), default=0) <= max_bytes


def _are_integers(numbers: Collection[Any], last: int) -> bool:
    """Tell whether they are from 0 to `last`; True would be an int too, so the types are looked at."""
    return {*map(type, numbers)} <= {int} and min(numbers, default=0) >= 0 and max(numbers, default=-1) <= last


def _time(text: object) -> datetime:
    time = datetime.fromisoformat(text) if isinstance(text, str) else None
    if time is None or time.tzinfo is None:
        raise ValueError("a time with its zone expected, something else found")
    return time.astimezone(UTC)


def _get(fields: dict[str, Any], name: str) -> Any:
    return fields.get(name)


def _fields(line: bytes) -> dict[str, Any]:
    fields = json.loads(line)
    _require(isinstance(fields, dict), "a JSON object")
    return fields  # type: ignore[no-any-return]


def _text(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"{what} expected, something else found")
