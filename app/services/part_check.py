"""Reading what stands in a ZIP that isn't finished, and keeping of it only what is sound."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from app.core.job import CancelToken
from app.core.objects import StoredObject
from app.core.zipformat import DEFLATED, STORED, Member, local_header, needs_zip64
from app.core.zipnames import MemberNames
from app.services.zip_check import is_sound

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a download packs, so that an interrupted one of just the same can be told.

    Attributes:
        name: what was looked for, in a few words.
        user_id: who downloads.
        files: in order, as they were found.
        left_out: keys of files that never become members.
    """

    name: str
    user_id: str
    files: tuple[StoredObject, ...]
    left_out: frozenset[str] = frozenset()

    def header(self) -> dict[str, object]:
        """Return the line that stands for it."""
        digest = hashlib.sha256()
        for file in self.files:
            is_left_out = file.key in self.left_out
            parts = file.key, file.etag, file.size_bytes, file.last_modified.isoformat(), is_left_out
            digest.update("\0".join(map(str, parts)).encode("utf-8", "surrogatepass") + b"\n")
        return {"format": _FORMAT, "name": self.name, "user": self.user_id, "files": digest.hexdigest()}

    def replaces(self, header: object) -> bool:
        """Whether a download with this line was of the same search, whatever that found."""
        return isinstance(header, dict) and (header.get("name"), header.get("user")) == (self.name, self.user_id)

    def members(self) -> Iterator[tuple[str, StoredObject]]:
        """Yield the files that become members, each with its name there."""
        names = MemberNames()
        for file in self.files:
            name = names.name_for(file.key)
            if file.key not in self.left_out:
                yield name, file


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
class Kept:
    """A member that is there already, and the SHA-256 of its content, 64 hex digits."""

    member: Member
    sha256: str


def verified(stream: BinaryIO, notes: Sequence[Note], wanted: Wanted, cancel: CancelToken) -> list[Kept]:
    """Return the members at the beginning of `stream` that are those wanted, and sound.

    Raises:
        OSError: it can't be read.
        CancelledError: when cancelled.
    """
    kept: list[Kept] = []
    offset = 0
    for note, (name, file) in zip(notes, wanted.members(), strict=False):
        if not note.may_be_of(file):
            break
        member = Member(
            name,
            file.last_modified,
            note.method,
            note.crc32,
            note.size_bytes,
            note.packed_bytes,
            offset,
            needs_zip64(file.size_bytes),
        )
        sha256 = hashlib.sha256()
        if not is_sound(stream, member, cancel, sha256.update):
            break
        kept.append(Kept(member, sha256.hexdigest()))
        offset += len(local_header(member)) + note.packed_bytes
    return kept
