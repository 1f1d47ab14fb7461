"""What docs/zip.md says of every archive, looked at in its bytes."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import UTC, datetime

import pytest

from app.core.zipformat import DEFLATED, STORED
from app.services.zipping.writer import ZipWriter, pack

TIME = datetime(2026, 11, 24, 9, 14, 2, tzinfo=UTC)
CONTENTS = {"plain.txt": b"line\n" * 1000, "Fotos/Größe.jpg": bytes(range(256)) * 8, "leer": b""}


@pytest.fixture
def content():
    stream = io.BytesIO()
    writer = ZipWriter(stream)
    for name, body in CONTENTS.items():
        writer.add(name, TIME, pack(name, body))
    writer.accept(writer.add_stream("large.txt", TIME, 50_000, [b"x" * 50_000]))
    writer.finish()
    return stream.getvalue()


@pytest.fixture
def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.infolist()


def test_names_are_utf_8_and_sizes_stand_in_the_local_header(content, members):
    for member in members:
        flags, method, _, crc32, packed, size = struct.unpack_from("<HHIIII", content, member.header_offset + 6)
        assert flags == 0x800  # names in UTF-8; bit 3 would mean a data descriptor
        assert method in (STORED, DEFLATED)
        assert (crc32, packed, size) == (member.CRC, member.compress_size, member.file_size)


def test_there_are_no_entries_for_folders(members):
    assert [member.filename for member in members] == [*CONTENTS, "large.txt"]


def test_members_stand_one_behind_the_other_from_the_first_byte_and_the_directory_behind_them(content, members):
    end = 0
    for member in members:
        assert member.header_offset == end
        name_bytes, extra_bytes = struct.unpack_from("<HH", content, end + 26)
        end += 30 + name_bytes + extra_bytes + member.compress_size
    directory_bytes, directory_offset, comment_bytes = struct.unpack("<IIH", content[-10:])
    assert (directory_offset, directory_offset + directory_bytes + 22, comment_bytes) == (end, len(content), 0)
