"""Writing a ZIP: what is compressed, and that a bad member leaves no trace."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from datetime import UTC, datetime

import pytest

from app.core.errors import OutageError
from app.core.zipformat import DEFLATED, STORED
from app.services.zipping.writer import ZipWriter, pack, write_in_slices

TIME = datetime(2026, 11, 24, 9, 14, 2, tzinfo=UTC)
TEXT = b"the same line again\n" * 5000
NOISE = random.Random(1).randbytes(100_000)


@pytest.mark.parametrize(
    ("name", "content", "method"),
    [
        ("a.txt", TEXT, DEFLATED),
        ("a", TEXT, DEFLATED),
        ("a.jpg", TEXT, STORED),
        ("A.DOCX", TEXT, STORED),
        ("a.bin", NOISE, STORED),
        ("noise at the end.bin", TEXT[:20_000] + NOISE, DEFLATED),
        ("empty.txt", b"", STORED),
        ("one.txt", b"1", STORED),
    ],
)
def test_what_shrinks_is_compressed_and_what_is_compressed_already_is_stored(name, content, method):
    packed = pack(name, content)
    assert (packed.method, packed.crc32, packed.size_bytes) == (method, zlib.crc32(content), len(content))
    assert (zlib.decompress(packed.body, -15) if method == DEFLATED else packed.body) == content


@pytest.fixture
def stream():
    return io.BytesIO()


@pytest.fixture
def writer(stream):
    return ZipWriter(stream)


def read(stream):
    with zipfile.ZipFile(stream) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def pieces(content, size=30_000):
    return [content[start : start + size] for start in range(0, len(content), size)]


@pytest.mark.parametrize("content", [b"", TEXT, NOISE])
def test_members_come_out_as_they_went_in(writer, stream, content):
    writer.add("small", TIME, pack("small", content))
    writer.accept(writer.add_stream("large", TIME, len(content), pieces(content)))
    assert writer.finish() == len(stream.getvalue())
    assert read(stream) == {"small": content, "large": content}


def test_a_member_that_isnt_accepted_leaves_no_trace(writer, stream):
    writer.add("before", TIME, pack("before", b"before"))
    writer.add_stream("bad", TIME, len(NOISE), pieces(NOISE))
    writer.add("after", TIME, pack("after", b"after"))
    writer.add_stream("bad at the end", TIME, len(NOISE), pieces(NOISE))
    assert writer.finish() == len(stream.getvalue())
    assert read(stream) == {"before": b"before", "after": b"after"}
    assert b"bad" not in stream.getvalue()


def test_a_member_that_breaks_off_leaves_no_trace(writer, stream):
    def broken():
        yield NOISE
        raise OutageError("no-connection", "No connection")

    with pytest.raises(OutageError):
        writer.add_stream("broken", TIME, 2 * len(NOISE), broken())
    writer.accept(writer.add_stream("whole", TIME, len(TEXT), pieces(TEXT)))
    writer.finish()
    assert read(stream) == {"whole": TEXT}


def test_damage_to_the_archive_is_noticed_by_whoever_reads_it(writer, stream):
    writer.add("a.bin", TIME, pack("a.bin", NOISE))
    writer.finish()
    stream.getbuffer()[len(NOISE) // 2] ^= 1
    with zipfile.ZipFile(stream) as archive:
        assert archive.testzip() == "a.bin"


def test_room_for_64_bits_is_left_only_where_the_size_may_need_it(writer, stream):
    writer.accept(writer.add_stream("told large.bin", TIME, 4 * 2**30, [NOISE]))
    writer.accept(writer.add_stream("told small.bin", TIME, len(NOISE), [NOISE]))
    writer.finish()
    with zipfile.ZipFile(stream) as archive:
        versions = {info.filename: info.extract_version for info in archive.infolist()}
    assert versions == {"told large.bin": 45, "told small.bin": 20}
    assert read(stream) == {"told large.bin": NOISE, "told small.bin": NOISE}


def test_an_archive_without_members_is_an_empty_one(writer, stream):
    writer.finish()
    assert read(stream) == {}


@pytest.mark.parametrize("size", [0, 1, 256 * 1024, 256 * 1024 + 1, 3 * 1024**2])
def test_what_is_large_is_written_in_slices(size):
    slices = []

    class Recorder(io.BytesIO):
        def write(self, content):
            slices.append(bytes(content))
            return super().write(content)

    content = random.Random(size).randbytes(size)
    assert write_in_slices(Recorder(), content) == size
    assert b"".join(slices) == content
    assert all(len(part) <= 256 * 1024 for part in slices)
