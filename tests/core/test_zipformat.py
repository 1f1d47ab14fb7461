"""The records of a ZIP, at the edges of 32 bits."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.core.zipformat import STORED, Member, central_header, end_records, local_header, needs_zip64

TIME = datetime(2026, 11, 24, 9, 14, 2, tzinfo=UTC)


def _member(**changes: object) -> Member:
    fields: dict[str, object] = {
        "name": "Grüße/見積書.txt",
        "modified_at": TIME,
        "method": STORED,
        "crc32": 0x3610A686,
        "size_bytes": 5,
        "packed_bytes": 5,
        "offset": 0,
        "is_zip64": False,
    }
    return Member(**{**fields, **changes})  # type: ignore[arg-type]


def _archive(members: int) -> zipfile.ZipFile:
    out, directory = io.BytesIO(), b""
    for number in range(members):
        member = _member(name=f"{number}.txt", offset=out.tell())
        out.write(local_header(member) + b"hello")
        directory += central_header(member)
    offset = out.tell()
    out.write(directory + end_records(members, offset, len(directory)))
    return zipfile.ZipFile(out)


def test_an_archive_of_plain_members_opens_and_needs_no_zip64() -> None:
    archive = _archive(3)
    assert archive.testzip() is None
    assert [info.date_time for info in archive.infolist()] == [(2026, 11, 24, 9, 14, 2)] * 3
    assert all(info.extract_version == 20 for info in archive.infolist())


def test_more_than_65535_members_open() -> None:
    archive = _archive(65_600)
    assert len(archive.infolist()) == 65_600
    assert archive.read("65599.txt") == b"hello"


def test_sizes_and_offsets_from_4_gib_are_told_in_64_bits() -> None:
    large = _member(size_bytes=5 * 2**30, packed_bytes=5 * 2**30, offset=6 * 2**30, is_zip64=True)
    directory = central_header(large)
    archive = io.BytesIO(b"".join([b"\0" * 64, directory, end_records(1, 64, len(directory))]))
    (info,) = zipfile.ZipFile(archive).infolist()
    assert (info.file_size, info.compress_size, info.extract_version) == (5 * 2**30, 5 * 2**30, 45)
    assert info.header_offset == 6 * 2**30


def test_only_a_member_that_may_reach_4_gib_needs_zip64() -> None:
    assert not needs_zip64(4 * 2**30 - 10 * 2**20)
    assert needs_zip64(4 * 2**30 - 1)


@pytest.mark.parametrize("size", [0, 5, 2**32 - 1, 2**32, 5 * 2**40])
def test_the_header_written_last_is_as_long_as_the_draft_whatever_came_of_it(size: int) -> None:
    draft = _member(size_bytes=size, packed_bytes=0, is_zip64=needs_zip64(size))
    last = _member(size_bytes=size, packed_bytes=size, is_zip64=needs_zip64(size), crc32=1)
    assert len(local_header(draft)) == len(local_header(last))


@pytest.mark.parametrize(
    ("members", "offset", "size", "is_wide"),
    [
        (65_534, 100, 100, False),
        (65_535, 100, 100, True),
        (1, 2**32 - 2, 100, False),
        (1, 2**32 - 1, 100, True),
        (1, 100, 2**32 - 2, False),
        (1, 100, 2**32 - 1, True),
    ],
)
def test_the_end_is_told_in_64_bits_only_where_it_must(members: int, offset: int, size: int, is_wide: bool) -> None:
    assert (b"PK\x06\x06" in end_records(members, offset, size)) is is_wide


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        (datetime(2200, 1, 1, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
        (datetime(2026, 11, 24, 23, 30, tzinfo=timezone(timedelta(hours=-5))), (2026, 11, 25, 4, 30, 0)),
    ],
)
def test_a_time_that_a_zip_cant_hold_is_the_nearest_and_every_other_is_in_utc(
    time: datetime, shown: tuple[int, ...]
) -> None:
    directory = central_header(_member(modified_at=time))
    archive = io.BytesIO(directory + end_records(1, 0, len(directory)))
    (info,) = zipfile.ZipFile(archive).infolist()
    assert info.date_time == shown
