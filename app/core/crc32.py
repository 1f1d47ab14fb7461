"""The CRC32 of two contents put together, from theirs alone (as zlib's `crc32_combine`, which Python doesn't offer)."""

from __future__ import annotations

from functools import lru_cache

_POLYNOMIAL = 0xEDB88320  # of CRC-32 (ISO 3309), the lowest power in the highest bit
_ONE = 1 << 31
_X_TO_THE_8 = 1 << 23


def crc32_combine(first: int, second: int, second_bytes: int) -> int:
    """Return the CRC32 of a content and another one behind it.

    Args:
        first: CRC32 of the first content.
        second: CRC32 of the second.
        second_bytes: size of the second.
    """
    return _times(_shift(second_bytes), first) ^ second


@lru_cache(maxsize=256)
def _shift(size_bytes: int) -> int:
    """Return x to the power of as many bits, modulo the polynomial."""
    power, square = _ONE, _X_TO_THE_8
    while size_bytes:
        if size_bytes & 1:
            power = _times(square, power)
        square = _times(square, square)
        size_bytes >>= 1
    return power


def _times(a: int, b: int) -> int:
    """Multiply two polynomials over GF(2), modulo the polynomial."""
    product = 0
    for place in range(31, -1, -1):
        if a >> place & 1:
            product ^= b
        b = b >> 1 ^ (_POLYNOMIAL if b & 1 else 0)
    return product
