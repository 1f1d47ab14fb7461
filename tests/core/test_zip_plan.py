"""The plan of a ZIP in the cloud, carried out in memory as the storage would, and opened by Python's zipfile."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from app.core.errors import InputError
from app.core.zip_plan import (
    S3_LIMITS,
    Copied,
    Directory,
    Glued,
    Header,
    Limits,
    Part,
    Piece,
    Plan,
    Sent,
    Source,
    directory_records,
    plan_zip,
)
from app.core.zipformat import local_header

TIME = datetime(2026, 11, 24, 9, 14, 2, tzinfo=UTC)
SMALL = Limits(most_parts=100, least_bytes=64, most_bytes=2000, copy_bytes=200, send_bytes=100)
MIB, GIB = 1024**2, 1024**3


def sources(*sizes: int) -> list[Source]:
    return [Source(f"folder/{number}.bin", size, TIME) for number, size in enumerate(sizes)]


def carry_out(plan: Plan, contents: list[bytes]) -> list[bytes]:
    """Return the bytes of each part."""
    members = [
        replace(member, crc32=zlib.crc32(content)) for member, content in zip(plan.members, contents, strict=True)
    ]
    end = b"".join(directory_records(members))

    def of(piece: Piece) -> bytes:
        match piece:
            case Header(number):
                return local_header(members[number])
            case Directory(start, stop):
                return end[start:stop]
        return contents[piece.member][piece.start : piece.end]

    def part_bytes(part: Part) -> bytes:
        copied = b"" if isinstance(part, Sent) else of(part.span)
        return copied + (b"" if isinstance(part, Copied) else b"".join(of(piece) for piece in part.pieces))

    return [part_bytes(part) for part in plan.parts]


def content_of(number: int, size: int) -> bytes:
    return bytes((number * 7 + place * 31) % 256 for place in range(size))


@given(st.lists(st.one_of(st.integers(0, 80), st.integers(0, 900)), min_size=1, max_size=30))
def test_any_files_become_a_zip_of_parts_that_the_storage_takes(sizes: list[int]) -> None:
    contents = [content_of(number, size) for number, size in enumerate(sizes)]
    plan = plan_zip(sources(*sizes), SMALL)
    parts = carry_out(plan, contents)
    assert len(parts) <= SMALL.most_parts
    assert all(SMALL.least_bytes <= len(part) <= SMALL.most_bytes for part in parts[:-1])
    assert 0 < len(parts[-1]) <= SMALL.most_bytes
    copied = [part.span for part in plan.parts if not isinstance(part, Sent)]
    assert all(SMALL.least_bytes <= span.size_bytes for span in copied)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(parts)))
    assert archive.testzip() is None
    assert [archive.read(name) for name in archive.namelist()] == contents
    assert plan.size_bytes == sum(map(len, parts))
    assert plan.read_bytes + plan.copied_bytes == sum(sizes)
    assert plan == plan_zip(sources(*sizes), SMALL)


def test_of_large_files_only_the_beginning_of_the_first_is_read() -> None:
    plan = plan_zip(sources(*[50 * MIB] * 30))
    assert plan.read_bytes < 5 * MIB
    assert plan.copied_bytes > 1495 * MIB
    assert [type(part) for part in plan.parts] == [Sent, *[Copied, Glued] * 29, Copied, Sent]
    assert plan.is_worthwhile


def test_small_files_between_large_ones_are_glued_behind_them() -> None:
    plan = plan_zip(sources(50 * MIB, 100, 0, 6 * MIB, 50 * MIB))
    glued = [part for part in plan.parts if isinstance(part, Glued)]
    assert [part.span.size_bytes for part in glued] == [5 * MIB, 6 * MIB]
    assert glued[0].pieces[0] == Header(1)
    assert glued[0].pieces[-1] == Header(3)


def test_many_small_files_arent_worth_it() -> None:
    assert not plan_zip(sources(*[20_000] * 2000)).is_worthwhile


def test_50_000_members_are_planned_in_seconds() -> None:
    started = time.perf_counter()
    plan = plan_zip(sources(*[30_000] * 50_000))
    assert time.perf_counter() - started < 20
    assert 150 < len(plan.parts) < 300
    assert isinstance(plan.parts[-1], Sent)


def test_a_member_and_an_archive_from_4_gib_are_told_in_64_bits() -> None:
    plan = plan_zip(sources(4 * GIB + 123, 5 * MIB, 2 * GIB, 40 * GIB))
    assert [member.is_zip64 for member in plan.members] == [True, False, False, True]
    records = list(directory_records(plan.members))
    listed = zipfile.ZipFile(_Sparse(plan.size_bytes, b"".join(records))).infolist()
    assert [info.file_size for info in listed] == [4 * GIB + 123, 5 * MIB, 2 * GIB, 40 * GIB]
    assert [info.header_offset for info in listed] == [member.offset for member in plan.members]
    sizes = [part.span.size_bytes for part in plan.parts if not isinstance(part, Sent)]
    assert min(sizes) >= 5 * MIB
    assert max(sizes) <= S3_LIMITS.copy_bytes


def test_5_tib_come_in_larger_pieces() -> None:
    plan = plan_zip(sources(5 * 1024 * GIB, 100 * MIB))
    assert len(plan.parts) <= 10_000
    assert max(part.span.size_bytes for part in plan.parts if isinstance(part, Copied)) <= 5 * GIB


def test_more_parts_than_an_upload_may_have_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        plan_zip(sources(*[20 * MIB] * 6000))
    assert str(raised.value) == (
        "Too many large files for one ZIP in the cloud. Narrow the search, or download it instead."
    )


class _Sparse(io.RawIOBase):
    """An archive of which only the end is there."""

    def __init__(self, size_bytes: int, end: bytes) -> None:
        self._size, self._end, self._at = size_bytes, end, 0

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + {0: 0, 1: self._at, 2: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        start = self._at - (self._size - len(self._end))
        assert start >= 0
        found = self._end[start:] if size < 0 else self._end[start : start + size]
        self._at += len(found)
        return found
