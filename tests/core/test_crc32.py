"""The CRC32 of contents put together."""

from __future__ import annotations

import zlib

from hypothesis import given, strategies as st

from app.core.crc32 import crc32_combine


@given(st.binary(max_size=3000), st.binary(max_size=3000))
def test_it_is_that_of_both_contents_as_one(first: bytes, second: bytes) -> None:
    assert crc32_combine(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_any_number_of_contents_combine_from_nothing(pieces: list[bytes]) -> None:
    crc32 = 0
    for piece in pieces:
        crc32 = crc32_combine(crc32, zlib.crc32(piece), len(piece))
    assert crc32 == zlib.crc32(b"".join(pieces))


def test_it_holds_beyond_32_bits_of_size() -> None:
    """Making room for 2^33 bytes is making room for 2^32 twice."""
    half = crc32_combine(0x12345678, 0, 2**32)
    assert crc32_combine(half, 0, 2**32) == crc32_combine(0x12345678, 0, 2**33) != 0x12345678
