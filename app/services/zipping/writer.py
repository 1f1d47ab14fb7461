"""Writing a ZIP to a file, member by member; a member that turns out bad leaves no trace."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO

from app.core.job import CancelToken
from app.core.zipformat import DEFLATED, STORED, Member, central_header, end_records, local_header, needs_zip64
from app.services.zipping.check import is_sound

# Types whose content is compressed already: deflate would cost time and gain nothing.
_COMPRESSED = frozenset(
    """
    .7z .aac .apk .avif .br .bz2 .cab .docm .docx .dotx .epub .flac .gif .gz .heic .heif .jar .jpeg .jpg
    .jxl .kmz .lz4 .lzma .m4a .m4v .mkv .mov .mp3 .mp4 .mpeg .mpg .odg .odp .ods .odt .ogg .opus .png .potx
    .pptm .pptx .rar .tgz .vsdx .webm .webp .wma .wmv .woff .woff2 .xlsm .xlsx .xltx .xz .zip .zst
    """.split()  # noqa: SIM905 -- a list of 50 quoted words reads worse
)
_LEVEL = 6
_SAMPLE_BYTES = 16 * 1024
_WORTHWHILE = 0.97
_SLICE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Packed:
    """The content of a small member, ready to be written.

    Attributes:
        method: `STORED` or `DEFLATED`.
        crc32: of the content.
        size_bytes: of the content.
        body: as it stands in the archive.
    """

    method: int
    crc32: int
    size_bytes: int
    body: bytes


def pack(name: str, content: bytes) -> Packed:
    """Compress a small member where that is worthwhile; runs without the GIL for most of its time."""
    crc32 = zlib.crc32(content)
    if _method_for(name, content) == DEFLATED:
        body = zlib.compress(content, _LEVEL, wbits=-15)
        if len(body) < len(content):
            return Packed(DEFLATED, crc32, len(content), body)
    return Packed(STORED, crc32, len(content), content)


def write_in_slices(stream: BinaryIO, content: bytes) -> int:
    """Write it all and return its size.

    Linux looks for contiguous memory to cache as much as one call writes. For 8 MiB at a time that took up to 3 s of
    processor time for 1 GiB, for slices it takes 0.5 (`benchmarks/large.py`).
    """
    view = memoryview(content)
    for start in range(0, len(view), _SLICE_BYTES):
        stream.write(view[start : start + _SLICE_BYTES])
    return len(view)


class ZipWriter:
    """Writes an archive from the beginning of `stream`, which can seek.

    Every method raises `OSError` when the file can't be written.

    Args:
        stream: the file.
        kept: members that stand there already, one after the other from the beginning.
        accepted: is told each further one that counts.
    """

    def __init__(
        self,
        stream: BinaryIO,
        kept: Sequence[Member] = (),
        accepted: Callable[[Member], None] = lambda member: None,
    ) -> None:
        self._stream = stream
        self._accepted = accepted
        self._members = list(kept)
        self._end = sum(len(local_header(member)) + member.packed_bytes for member in kept)

    def add(self, name: str, modified_at: datetime, packed: Packed) -> None:
        """Write a small member."""
        member = Member(
            name,
            modified_at,
            packed.method,
            packed.crc32,
            packed.size_bytes,
            len(packed.body),
            self._end,
            needs_zip64(packed.size_bytes),
        )
        self._stream.seek(self._end)
        self._stream.write(local_header(member))
        write_in_slices(self._stream, packed.body)
        self.accept(member)

    def add_stream(self, name: str, modified_at: datetime, size_bytes: int, content: Iterable[bytes]) -> Member:
        """Write a large member piece by piece; it counts only once `accept` was called with what is returned.

        Raises:
            AppError: from `content`; the next member is written over what there is of this one.
        """
        pieces = iter(content)
        first = next(pieces, b"")
        method = _method_for(name, first)
        draft = Member(name, modified_at, method, 0, size_bytes, 0, self._end, needs_zip64(size_bytes))
        self._stream.seek(self._end)
        header_bytes = self._stream.write(local_header(draft))
        deflate = zlib.compressobj(_LEVEL, wbits=-15) if method == DEFLATED else None
        crc32 = read_bytes = packed_bytes = 0
        for piece in itertools.chain([first], pieces):
            crc32 = zlib.crc32(piece, crc32)
            read_bytes += len(piece)
            packed_bytes += write_in_slices(self._stream, deflate.compress(piece) if deflate else piece)
        if deflate:
            packed_bytes += self._stream.write(deflate.flush())
        member = replace(draft, crc32=crc32, size_bytes=read_bytes, packed_bytes=packed_bytes)
        self._stream.seek(self._end)
        self._stream.write(local_header(member))
        self._stream.seek(self._end + header_bytes + packed_bytes)
        return member

    def accept(self, member: Member) -> None:
        """Count a member in, directly after it was written."""
        self._members.append(member)
        self._end = self._stream.tell()
        self._accepted(member)

    def finish(self) -> int:
        """Write the central directory and return the size of the archive."""
        self._stream.seek(self._end)
        self._stream.write(self._directory())
        self._stream.truncate()
        return self._stream.tell()

    def is_sound(self, cancel: CancelToken, checked: Callable[[int], object] = lambda size_bytes: None) -> bool:
        """Read the finished archive back and tell whether it is what was written.

        Args:
            cancel: ends it.
            checked: called with the size of each piece of content that was read.

        Raises:
            CancelledError: when cancelled.
        """
        if not all(
            is_sound(self._stream, member, cancel, lambda piece: checked(len(piece))) for member in self._members
        ):
            return False
        self._stream.seek(self._end)
        return self._stream.read() == self._directory()

    @property
    def content_bytes(self) -> int:
        """Content of the members, unpacked."""
        return sum(member.size_bytes for member in self._members)

    def _directory(self) -> bytes:
        """Return what stands behind the members."""
        headers = b"".join(map(central_header, self._members))
        return headers + end_records(len(self._members), self._end, len(headers))


def _method_for(name: str, content: bytes) -> int:
    """Return how a member is packed: by its type, and by whether the beginning of its content shrinks at all."""
    if PurePosixPath(name).suffix.casefold() in _COMPRESSED:
        return STORED
    sample = content[:_SAMPLE_BYTES]
    return DEFLATED if len(zlib.compress(sample, 1)) < _WORTHWHILE * len(sample) else STORED
