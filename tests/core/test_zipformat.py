"""The records of a ZIP, at the edges of 32 bits."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

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


def test_the_header_written_last_is_as_long_as_the_draft() -> None:
    draft = _member(crc32=0, size_bytes=0, packed_bytes=0)
    assert len(local_header(draft)) == len(local_header(_member()))
