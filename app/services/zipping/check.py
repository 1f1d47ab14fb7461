"""Reading a ZIP back from the disk, to be sure that it holds what was written."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import BinaryIO

from app.core.job import CancelToken
from app.core.zipformat import DEFLATED, Member, local_header

_PIECE_BYTES = 64 * 1024  # deflate can stand for a thousand times as much


def is_sound(
    stream: BinaryIO, member: Member, cancel: CancelToken, see: Callable[[bytes], object] = lambda content: None
) -> bool:
    """Tell whether a member stands in the archive as it should, by its header, its size and its CRC32.

    Args:
        stream: the archive.
        member: as it was written.
        cancel: ends it.
        see: is given the content, piece by piece.

    Raises:
        OSError: it can't be read.
        CancelledError: when cancelled.
    """
    header = local_header(member)
    stream.seek(member.offset)
    if stream.read(len(header)) != header:
        return False
    inflate = zlib.decompressobj(wbits=-15) if member.method == DEFLATED else None
    crc32 = size_bytes = 0
    left = member.packed_bytes
    while left:
        cancel.raise_if_cancelled()
        packed = stream.read(min(left, _PIECE_BYTES))
        try:
            content = inflate.decompress(packed) if inflate else packed
        except zlib.error:
            return False
        if not packed:
            return False
        left -= len(packed)
        size_bytes += len(content)
        crc32 = zlib.crc32(content, crc32)
        see(content)
    is_at_end = inflate is None or (inflate.eof and not inflate.unused_data)
    return is_at_end and (size_bytes, crc32) == (member.size_bytes, member.crc32)
