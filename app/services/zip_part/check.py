"""Reading what stands in a ZIP that isn't finished, and keeping of it only what is sound."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from app.core.job import CancelToken
from app.core.objects import StoredObject
from app.core.zipformat import Member, local_header, needs_zip64
from app.core.zipnames import MemberNames
from app.services.zip_part.notes import Arrived, Note
from app.services.zipping.check import is_sound

_FORMAT = 1
_PIECE_BYTES = 1024**2


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
class Kept:
    """A member that is there already, and the SHA-256 of its content, 64 hex digits."""

    member: Member
    sha256: str


def verified(
    stream: BinaryIO, notes: Sequence[Note], wanted: Wanted, cancel: CancelToken, checked: Callable[[int], object]
) -> list[Kept]:
    """Return the members at the beginning of `stream` that are those wanted, and sound.

    Args:
        stream: the unfinished ZIP.
        notes: of its members, in order.
        wanted: what is packed.
        cancel: ends it.
        checked: called with the size of each piece of content that was read.

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

        def see(content: bytes, update: Callable[[bytes], object] = sha256.update) -> None:
            update(content)
            checked(len(content))

        if not is_sound(stream, member, cancel, see):
            break
        kept.append(Kept(member, sha256.hexdigest()))
        offset += len(local_header(member)) + note.packed_bytes
    return kept


def verified_bytes(
    stream: BinaryIO, notes: Sequence[Arrived], cancel: CancelToken, checked: Callable[[int], object]
) -> Arrived:
    """Return the longest noted beginning of `stream` that is as it was when it arrived.

    Args:
        stream: the unfinished ZIP.
        notes: of its beginning, each longer than the one before.
        cancel: ends it.
        checked: called with the size of each piece that was read.

    Raises:
        OSError: it can't be read.
        CancelledError: when cancelled.
    """
    stream.seek(0)
    kept = read = Arrived()
    for note in notes:
        while read.size_bytes < note.size_bytes:
            cancel.raise_if_cancelled()
            piece = stream.read(min(_PIECE_BYTES, note.size_bytes - read.size_bytes))
            if not piece:
                return kept
            read = read.and_then(piece)
            checked(len(piece))
        if read != note:
            return kept
        kept = note
    return kept
