"""The CRC32 of each member, put together from those of its pieces and held against what the storage keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from app.core.crc32 import crc32_combine
from app.core.zip_plan import Span


class MemberChecksums:
    """Collects the checksums of pieces, in any order.

    Args:
        sizes: of the members' contents, in bytes.
        kept: their CRC32 as the storage keeps it; None where it keeps none.
    """

    def __init__(self, sizes: Sequence[int], kept: Sequence[int | None]) -> None:
        self._sizes = sizes
        self._kept = kept
        self._pieces: defaultdict[int, dict[Span, int | None]] = defaultdict(dict)

    def note(self, span: Span, crc32: int | None) -> None:
        """Note the CRC32 of a piece; None where the storage doesn't tell it."""
        self._pieces[span.member][span] = crc32

    def is_complete(self, member: int) -> bool:
        """Whether every piece of a member was noted."""
        return sum(span.size_bytes for span in self._pieces[member]) == self._sizes[member]

    def of(self, member: int) -> int | None:
        """Return the CRC32 of a member whose pieces were all noted; None where nobody knows it."""
        computed = self._computed(member)
        return self._kept[member] if computed is None else computed

    def agree(self, member: int) -> bool:
        """Whether a member has the checksum that the storage keeps, as far as both are known."""
        computed, kept = self._computed(member), self._kept[member]
        return computed is None or kept is None or computed == kept

    def _computed(self, member: int) -> int | None:
        whole = 0
        for span, crc32 in sorted(self._pieces[member].items(), key=lambda piece: piece[0].start):
            if crc32 is None:
                return None
            whole = crc32_combine(whole, crc32, span.size_bytes)
        return whole
