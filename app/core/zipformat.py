"""The records of a ZIP archive as bytes (PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

STORED = 0
DEFLATED = 8

_MAX_16 = 0xFFFF
_MAX_32 = 0xFFFFFFFF
_PLAIN, _ZIP64 = 20, 45  # versions needed to extract (4.4.3)
_UTF8 = 0x800  # general purpose bit 11 (4.4.4)
_MADE_ON_UNIX = 3 << 8
_REGULAR_FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive.

    Attributes:
        name: with slashes.
        modified_at: aware UTC.
        method: `STORED` or `DEFLATED`.
        crc32: of the content.
        size_bytes: of the content.
        packed_bytes: as it stands in the archive.
        offset: of its local header.
        is_zip64: whether its local header leaves room for sizes from 4 GiB.
    """

    name: str
    modified_at: datetime
    method: int
    crc32: int
    size_bytes: int
    packed_bytes: int
    offset: int
    is_zip64: bool


def needs_zip64(size_bytes: int) -> bool:
    """Tell whether a member of this size may not fit 32 bits; deflate grows what it can't shrink by a little."""
    return size_bytes + size_bytes // 1000 + 1024 >= _MAX_32


def local_header(member: Member) -> bytes:
    """Return the record before a member's content (4.3.7); its length doesn't depend on CRC and sizes."""
    name = member.name.encode()
    extra = _timestamp(member)
    sizes = member.packed_bytes, member.size_bytes
    if member.is_zip64:
        extra = struct.pack("<HHQQ", 1, 16, member.size_bytes, member.packed_bytes) + extra
        sizes = _MAX_32, _MAX_32
    version = _ZIP64 if member.is_zip64 else _PLAIN
    return (
        struct.pack(
            "<4sHHHIIIIHH",
            b"PK\x03\x04",
            version,
            _UTF8,
            member.method,
            _dos_time(member.modified_at),
            member.crc32,
            *sizes,
            len(name),
            len(extra),
        )
        + name
        + extra
    )


def central_header(member: Member) -> bytes:
    """Return a member's record in the central directory (4.3.12)."""
    name = member.name.encode()
    values = {"size": member.size_bytes, "packed": member.packed_bytes, "offset": member.offset}
    wide = [value for value in values.values() if value >= _MAX_32]
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    extra += _timestamp(member)
    version = _ZIP64 if wide or member.is_zip64 else _PLAIN
    return (
        struct.pack(
            "<4sHHHHIIIIHHHHHII",
            b"PK\x01\x02",
            _MADE_ON_UNIX | version,
            version,
            _UTF8,
            member.method,
            _dos_time(member.modified_at),
            member.crc32,
            min(values["packed"], _MAX_32),
            min(values["size"], _MAX_32),
            len(name),
            len(extra),
            0,
            0,
            0,
            _REGULAR_FILE,
            min(values["offset"], _MAX_32),
        )
        + name
        + extra
    )


def end_records(members: int, directory_offset: int, directory_bytes: int) -> bytes:
    """Return what ends the archive, with the zip64 records only where they are needed (4.3.14 to 4.3.16)."""
    end = struct.pack(
        "<4sHHHHIIH",
        b"PK\x05\x06",
        0,
        0,
        min(members, _MAX_16),
        min(members, _MAX_16),
        min(directory_bytes, _MAX_32),
        min(directory_offset, _MAX_32),
        0,
    )
    if members < _MAX_16 and directory_bytes < _MAX_32 and directory_offset < _MAX_32:
        return end
    wide = struct.pack(
        "<4sQHHIIQQQQ",
        b"PK\x06\x06",
        44,
        _MADE_ON_UNIX | _ZIP64,
        _ZIP64,
        0,
        0,
        members,
        members,
        directory_bytes,
        directory_offset,
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, directory_offset + directory_bytes, 1)
    return wide + locator + end


def _timestamp(member: Member) -> bytes:
    """Return the extended timestamp (Info-ZIP, "extra field 0x5455"): UTC, where DOS time has no zone."""
    seconds = int(member.modified_at.timestamp())
    return struct.pack("<HHBi", 0x5455, 5, 1, seconds) if -(2**31) <= seconds < 2**31 else b""


def _dos_time(modified_at: datetime) -> int:
    """Return date and time as in 4.4.6, in UTC so that the same files make the same archive everywhere."""
    time = modified_at.astimezone(UTC)
    if time.year < 1980:
        time = datetime(1980, 1, 1, tzinfo=UTC)
    if time.year > 2107:
        time = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)
    date = (time.year - 1980) << 9 | time.month << 5 | time.day
    return date << 16 | time.hour << 11 | time.minute << 5 | time.second // 2
