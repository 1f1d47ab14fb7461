"""Which parts of a multipart upload a ZIP is made of, so that the storage copies nearly all of it itself.

A part of an upload must have 5 MiB unless it is the last one (Amazon S3 User Guide, "Amazon S3 multipart upload
limits"), and what stands between two files is only some bytes long. So the end of a large file is copied to an object
of its own, what follows the file is put behind it, and both are brought into the archive as one part (`Glued`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from app.core.errors import InputError
from app.core.zipformat import STORED, Member, central_header, end_records, local_header, needs_zip64

_MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Limits:
    """What the storage demands of parts, and what is sensible.

    Attributes:
        most_parts: of an upload.
        least_bytes: of a part but the last; a file of at least as many is copied by the storage.
        most_bytes: of a part.
        copy_bytes: of a copied part, unless that makes too many; at least twice `least_bytes`. It is copied in seconds.
        send_bytes: so many bytes that wait to be sent make a part.
    """

    most_parts: int = 10_000
    least_bytes: int = 5 * _MIB
    most_bytes: int = 5 * 1024 * _MIB
    copy_bytes: int = 128 * _MIB
    send_bytes: int = 8 * _MIB


S3_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """A file that becomes a member.

    Attributes:
        name: in the ZIP.
        size_bytes: of its content.
        modified_at: aware UTC.
    """

    name: str
    size_bytes: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Header:
    """The record before the content of a member, by its number."""

    member: int


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a member's content, from `start` to before `end`, in bytes."""

    member: int
    start: int
    end: int

    @property
    def size_bytes(self) -> int:
        """How much that is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Directory:
    """A piece of what ends the archive, from `start` to before `end`, in bytes."""

    start: int
    end: int


Piece = Header | Span | Directory


@dataclass(frozen=True, slots=True)
class Sent:
    """A part that is put together here and sent."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """A part that the storage copies from a file."""

    span: Span


@dataclass(frozen=True, slots=True)
class Glued:
    """A part that the storage copies from an object made for it: the end of a file, and what is sent behind it."""

    span: Span
    pieces: tuple[Piece, ...]


Part = Sent | Copied | Glued


@dataclass(frozen=True, slots=True)
class Plan:
    """How an archive is put together.

    Attributes:
        members: with their offsets; the CRC32 isn't known yet and 0.
        parts: in order.
        size_bytes: of the archive.
    """

    members: tuple[Member, ...]
    parts: tuple[Part, ...]
    size_bytes: int

    @property
    def read_bytes(self) -> int:
        """What has to be read, and sent again: small files and the beginning of the first large one."""
        sent = (piece for part in self.parts if not isinstance(part, Copied) for piece in part.pieces)
        return sum(piece.size_bytes for piece in sent if isinstance(piece, Span))

    @property
    def copied_bytes(self) -> int:
        """What the storage copies itself."""
        return sum(part.span.size_bytes for part in self.parts if not isinstance(part, Sent))

    @property
    def is_worthwhile(self) -> bool:
        """Whether most of the archive never leaves the storage."""
        return self.copied_bytes > self.read_bytes


def plan_zip(sources: Sequence[Source], limits: Limits = S3_LIMITS) -> Plan:
    """Plan an archive that holds `sources` in their order, uncompressed; the same for the same sources.

    Raises:
        InputError: `too-many-parts`, it can't be put together from as many parts as an upload may have.
    """
    members = _members(sources)
    directory_bytes = sum(len(record) for record in directory_records(members))
    for copy_bytes in (limits.copy_bytes, 8 * limits.copy_bytes, limits.most_bytes):
        planner = _Planner(limits, copy_bytes)
        for number, member in enumerate(members):
            planner.add(number, member)
        parts = planner.finish(directory_bytes)
        if len(parts) <= limits.most_parts:
            return Plan(members, parts, _content_end(members) + directory_bytes)
    raise InputError(
        "too-many-parts",
        "Too many large files for one ZIP in the cloud",
        "Narrow the search, or download it instead.",
    )


def directory_records(members: Sequence[Member]) -> Iterator[bytes]:
    """Yield what stands behind the last member's content."""
    size_bytes = 0
    for member in members:
        record = central_header(member)
        size_bytes += len(record)
        yield record
    yield end_records(len(members), _content_end(members), size_bytes)


def _members(sources: Sequence[Source]) -> tuple[Member, ...]:
    members = []
    offset = 0
    for source in sources:
        size = source.size_bytes
        member = Member(source.name, source.modified_at, STORED, 0, size, size, offset, needs_zip64(size))
        members.append(member)
        offset += len(local_header(member)) + size
    return tuple(members)


def _content_end(members: Sequence[Member]) -> int:
    last = members[-1] if members else None
    return last.offset + len(local_header(last)) + last.size_bytes if last else 0


class _Planner:
    """Takes members in order; `_waiting` is what comes next and isn't a part yet, `_run` a copy right before it."""

    def __init__(self, limits: Limits, copy_bytes: int) -> None:
        self._limits = limits
        self._copy_bytes = copy_bytes
        self._parts: list[Part] = []
        self._run: Span | None = None
        self._waiting: list[Piece] = []
        self._waiting_bytes = 0

    def add(self, number: int, member: Member) -> None:
        self._wait(Header(number), len(local_header(member)))
        copied_from = self._make_way(number, member.size_bytes)
        if copied_from < member.size_bytes:
            self._run = Span(number, copied_from, member.size_bytes)

    def finish(self, directory_bytes: int) -> tuple[Part, ...]:
        written = 0
        while written < directory_bytes:
            size = min(directory_bytes - written, self._limits.send_bytes - self._waiting_bytes)
            self._wait(Directory(written, written + size), size)
            written += size
            self._send()
        return tuple(self._parts)

    def _make_way(self, number: int, size_bytes: int) -> int:
        """Make parts of what waits before a content; return from where on the content is copied."""
        needed = self._limits.least_bytes - self._waiting_bytes
        if size_bytes < self._limits.least_bytes:
            return self._take(number, size_bytes)
        if needed <= 0:
            self._send()
            return 0
        if self._run is not None:
            self._glue(self._run)
            return 0
        if size_bytes - needed < self._limits.least_bytes:
            return self._take(number, size_bytes)
        self._wait(Span(number, 0, needed), needed)
        self._send()
        return needed

    def _take(self, number: int, size_bytes: int) -> int:
        """Let a whole content wait; return its size, as nothing of it is copied."""
        if size_bytes:
            self._wait(Span(number, 0, size_bytes), size_bytes)
        if self._waiting_bytes >= self._limits.send_bytes:
            self._send()
        return size_bytes

    def _wait(self, piece: Piece, size_bytes: int) -> None:
        self._waiting.append(piece)
        self._waiting_bytes += size_bytes

    def _send(self) -> None:
        if self._run is not None:
            self._copy(self._run)
        self._parts.append(Sent(tuple(self._waiting)))
        self._forget()

    def _glue(self, run: Span) -> None:
        """Copy a run but for its end, which takes with it what waits behind it."""
        least = self._limits.least_bytes
        cut = run.start if run.size_bytes < 2 * least else run.end - least
        self._copy(Span(run.member, run.start, cut))
        self._parts.append(Glued(Span(run.member, cut, run.end), tuple(self._waiting)))
        self._forget()

    def _copy(self, run: Span) -> None:
        """Copy a run in pieces of the same size, more or less."""
        count = -(-run.size_bytes // self._copy_bytes)
        edges = [run.start + run.size_bytes * edge // count for edge in range(count + 1)] if count else []
        self._parts += [Copied(Span(run.member, start, end)) for start, end in pairwise(edges)]

    def _forget(self) -> None:
        self._run = None
        self._waiting, self._waiting_bytes = [], 0
