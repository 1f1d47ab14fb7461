"""Whether a ZIP says the same wherever it is read: from its end, by the directory, or from its beginning, as a stream.

The format says most things twice (PKWARE APPNOTE 6.3.10, 4.3), and each program believes another copy. Tagdrop's own
archives are what docs/zip.md says of them, so that nothing needs to be let pass that is read in two ways.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from app.core.zipformat import DEFLATED, STORED, end_records

MAX_MEMBERS = 1_000_000
MAX_DIRECTORY_BYTES = 512 * 1024**2
"""Of the directory: it is read as a whole, and somebody else has written it."""

_MAX_16 = 0xFFFF
_MAX_32 = 0xFFFFFFFF
_UTF8 = 0x800  # general purpose bit 11 (4.4.4); all the others change how a member is read
_ZIP64 = 0x0001
_TIMESTAMP = 0x5455
_END = struct.Struct("<4sHHHHIIH")  # 4.3.16
_WIDE_END = struct.Struct("<4sQHHIIQQQQ")  # 4.3.14
_WIDE_END_AND_ALL = _WIDE_END.size + 20 + _END.size
_CENTRAL_BYTES = 46  # 4.3.12, without name, extra field and comment
_CENTRAL_LENGTHS = range(28, 34)  # of these three
_LOCAL = struct.Struct("<4sHHHIIIIHH")  # 4.3.7


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the end of a ZIP says that its directory is.

    Attributes:
        members: that it lists.
        offset: of the directory.
        size_bytes: of the directory.
        is_last: whether nothing is behind it but the end records, and these as Tagdrop writes them.
    """

    members: int
    offset: int
    size_bytes: int
    is_last: bool


def directory_of(stream: BinaryIO) -> Directory | None:
    """Return what the end of a ZIP says; None where it isn't the end of one.

    Raises:
        OSError: it can't be read.
    """
    size_bytes = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size_bytes - _WIDE_END_AND_ALL))
    tail = stream.read(_WIDE_END_AND_ALL)
    if len(tail) < _END.size or tail[-_END.size :][:4] != b"PK\x05\x06":
        return None
    _, _, _, _, members, directory_bytes, offset, _ = _END.unpack(tail[-_END.size :])
    if members == _MAX_16 or _MAX_32 in (directory_bytes, offset):
        if len(tail) < _WIDE_END_AND_ALL or tail[:4] != b"PK\x06\x06":
            return None
        members, directory_bytes, offset = _WIDE_END.unpack_from(tail)[-3:]
    if offset + directory_bytes > size_bytes:
        return None
    records = end_records(members, offset, directory_bytes)
    is_last = offset + directory_bytes + len(records) == size_bytes and tail.endswith(records)
    return Directory(members, offset, directory_bytes, is_last)


def is_consistent(stream: BinaryIO, directory: Directory, members: Sequence[zipfile.ZipInfo]) -> bool:
    """Tell whether every member is one that Tagdrop writes, and stands where and as the directory says.

    They must lie one behind the other, from the first byte to the directory, with nothing between.

    Args:
        stream: the ZIP.
        directory: as its end says.
        members: as the directory lists them.

    Raises:
        OSError: it can't be read.
    """
    if not directory.is_last or len(members) != directory.members:
        return False
    if not _is_listed(stream, directory, members):
        return False
    offset = 0
    for member in members:
        if member.header_offset != offset or not _is_plain(member):
            return False
        local_bytes = _local_bytes(stream, member)
        if local_bytes is None:
            return False
        offset += local_bytes + member.compress_size
    return offset == directory.offset


def _is_listed(stream: BinaryIO, directory: Directory, members: Sequence[zipfile.ZipInfo]) -> bool:
    """Tell whether the records of these members fill the directory; `zipfile` passes over one that is cut."""
    position = directory.offset
    for member in members:
        stream.seek(position + _CENTRAL_LENGTHS.start)
        lengths = struct.unpack("<HHH", stream.read(len(_CENTRAL_LENGTHS)))
        if lengths != (len(_name(member)), len(member.extra), len(member.comment)):
            return False
        position += _CENTRAL_BYTES + sum(lengths)
    return position == directory.offset + directory.size_bytes


def _name(member: zipfile.ZipInfo) -> bytes:
    """Return the name as it stands in the directory (APPENDIX D: without bit 11 it is in code page 437)."""
    return member.orig_filename.encode("utf-8" if member.flag_bits & _UTF8 else "cp437")


def _is_plain(member: zipfile.ZipInfo) -> bool:
    """Tell whether the directory describes a file as Tagdrop writes them: no link, no device, no second name."""
    mode = member.external_attr >> 16
    wide = sum(value >= _MAX_32 for value in (member.file_size, member.compress_size, member.header_offset))
    extra = _extra_fields(member.extra)
    return (
        member.flag_bits in (0, _UTF8)
        and (member.flag_bits == _UTF8 or member.orig_filename.isascii())
        and member.compress_type in (STORED, DEFLATED)
        and (member.compress_type == DEFLATED or member.compress_size == member.file_size)
        and stat.S_IFMT(mode) in (0, stat.S_IFREG)
        and not mode & (stat.S_ISUID | stat.S_ISGID)
        and not member.comment
        and member.volume == 0
        and extra is not None
        and len(extra.get(_ZIP64, b"")) == 8 * wide
    )


def _local_bytes(stream: BinaryIO, member: zipfile.ZipInfo) -> int | None:
    """Return the length of a member's local header; None where it says anything else than the directory."""
    stream.seek(member.header_offset)
    record = stream.read(_LOCAL.size)
    if len(record) != _LOCAL.size:
        return None
    signature, _, flags, method, _, crc32, packed, size, name_bytes, extra_bytes = _LOCAL.unpack(record)
    name, extra = stream.read(name_bytes), _extra_fields(stream.read(extra_bytes))
    if extra is None:
        return None
    if _ZIP64 in extra:  # both sizes are there then (4.5.3), and nowhere else
        wide = extra[_ZIP64]
        if (packed, size) != (_MAX_32, _MAX_32) or len(wide) != 16:
            return None
        size, packed = struct.unpack("<QQ", wide)
    said = signature, flags, method, crc32, packed, size, name
    listed = b"PK\x03\x04", member.flag_bits, member.compress_type, member.CRC, member.compress_size, member.file_size
    return _LOCAL.size + name_bytes + extra_bytes if said == (*listed, _name(member)) else None


def _extra_fields(extra: bytes) -> dict[int, bytes] | None:
    """Return the extra fields by their number; None where there is one that Tagdrop doesn't write, or one twice.

    Some of them hold another name (4.6.9), which some programs prefer.
    """
    fields: dict[int, bytes] = {}
    while extra:
        if len(extra) < 4:
            return None
        number, size = struct.unpack_from("<HH", extra)
        if number not in (_ZIP64, _TIMESTAMP) or number in fields or len(extra) < 4 + size:
            return None
        fields[number] = extra[4 : 4 + size]
        extra = extra[4 + size :]
    return fields
