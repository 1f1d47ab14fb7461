"""What is noted beside a part: lines of JSON, the first of which says what it is a part of."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO

from app.core.objects import StoredObject
from app.core.staging import place_of
from app.core.zipformat import DEFLATED, STORED


@dataclass(frozen=True, slots=True)
class Note:
    """What is noted of a member: as in `Member`."""

    method: int
    crc32: int
    size_bytes: int
    packed_bytes: int

    @classmethod
    def of_line(cls, line: object) -> Note | None:
        """Read a noted line; None where it isn't one."""
        is_note = isinstance(line, list) and len(line) == 4 and all(type(value) is int for value in line)
        return cls(*line) if is_note else None  # type: ignore[misc]

    def may_be_of(self, file: StoredObject) -> bool:
        """Whether the member can be that of `file`."""
        return (
            self.method in (STORED, DEFLATED)
            and 0 <= self.crc32 < 2**32
            and self.size_bytes == file.size_bytes
            and 0 <= self.packed_bytes <= file.size_bytes + file.size_bytes // 1000 + 1024  # deflate may gain nothing
        )

    def as_list(self) -> list[int]:
        """Return the line."""
        return [self.method, self.crc32, self.size_bytes, self.packed_bytes]


@dataclass(frozen=True, slots=True)
class Arrived:
    """What is noted of a ZIP that is downloaded as it is: so many bytes from its beginning have this CRC32."""

    size_bytes: int = 0
    crc32: int = 0

    @classmethod
    def of_line(cls, line: object) -> Arrived | None:
        """Read a noted line; None where it isn't one."""
        values = line.get("arrived") if isinstance(line, dict) else None
        is_note = isinstance(values, list) and len(values) == 2 and all(type(value) is int for value in values)
        return cls(*values) if is_note and values[0] > 0 else None  # type: ignore[index,misc]

    def as_line(self) -> dict[str, list[int]]:
        """Return the line."""
        return {"arrived": [self.size_bytes, self.crc32]}

    def and_then(self, piece: bytes) -> Arrived:
        """Return what has arrived with another piece."""
        return Arrived(self.size_bytes + len(piece), zlib.crc32(piece, self.crc32))


@dataclass(frozen=True, slots=True)
class NotedArchive:
    """What is noted of a ZIP that was put together in the staging bucket to be downloaded.

    Attributes:
        key: of the ZIP.
        etag: of the ZIP.
        failures: files that aren't in it: the key, and code, title and detail of the reason.
    """

    key: str
    etag: str
    failures: tuple[tuple[str, str, str, str], ...]

    @classmethod
    def of_line(cls, line: object) -> NotedArchive | None:
        """Read a noted line; None where it isn't one."""
        try:
            key, etag, failures = line["zip"]  # type: ignore[index]
            return cls(str(key), str(etag), tuple((str(a), str(b), str(c), str(d)) for a, b, c, d in failures))
        except (KeyError, TypeError, ValueError):
            return None

    def as_line(self) -> dict[str, object]:
        """Return the line."""
        return {"zip": [self.key, self.etag, self.failures]}


@dataclass
class Notes:
    """What stands in the lines behind the first one, not looked at yet.

    Attributes:
        members: of a ZIP that is packed here, in order.
        arrived: of a ZIP that is downloaded as it is, each longer than the one before.
        request_id: of the temporary copies that were made.
        archive: that was made in the staging bucket to be downloaded.
    """

    members: list[Note] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    request_id: str | None = None
    archive: NotedArchive | None = None

    def request_ids(self) -> set[str]:
        """Return the requests that its temporary copies belong to."""
        place = place_of(self.archive.key) if self.archive else None
        return {request_id for request_id in (self.request_id, place and place.request_id) if request_id}


def notes_of(lines: Iterable[object]) -> Notes:
    """Return what lines behind the first one say."""
    notes = Notes()
    for line in lines:
        if (member := Note.of_line(line)) is not None:
            notes.members.append(member)
        elif (beginning := Arrived.of_line(line)) is not None:
            if notes.arrived and beginning.size_bytes <= notes.arrived[-1].size_bytes:
                notes.arrived.clear()  # it was begun again
            notes.arrived.append(beginning)
        elif (archive := NotedArchive.of_line(line)) is not None:
            notes.archive = archive
            notes.arrived.clear()
        elif isinstance(line, dict) and "copies" in line:
            notes.request_id = str(line["copies"])
    return notes


def read_lines(journal: IO[bytes]) -> list[object]:
    """Return what was noted, up to a line that a crash has cut, or that is none of ours."""
    journal.seek(0)
    lines: list[object] = []
    for line in journal:
        try:
            lines.append(json.loads(line))
        except (ValueError, RecursionError):  # the latter where brackets are nested without end
            break
    return lines


def append_lines(journal: IO[bytes], *lines: object) -> None:
    """Write lines behind those that are there."""
    journal.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    journal.flush()


def keep_first_line(journal: IO[bytes]) -> None:
    """Take away every line but the first, which a kill mustn't cost."""
    journal.seek(0)
    journal.readline()
    journal.truncate(journal.tell())
