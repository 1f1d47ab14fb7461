"""ZIPs beyond what 16 and 32 bits hold, as other programs read them, and what the last look at one notices."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime

import pytest

from app.core.job import CancelToken
from app.services.zipping.writer import ZipWriter, pack

TIME = datetime(2026, 11, 24, 9, 14, 2, tzinfo=UTC)
PIECE = bytes(16 * 1024**2)
READERS = (("unzip", "-tqq"), ("7z", "t"), ("bsdtar", "-tf"))


class SparseFile(io.FileIO):
    """A file that leaves a hole where zeros are written."""

    def write(self, data):
        if data is not PIECE:
            return super().write(data)
        self.seek(len(data), os.SEEK_CUR)
        return len(data)


def passes(path, program, *words):
    if shutil.which(program) is None and os.environ.get("CI") != "true":
        pytest.skip(f"{program} isn’t installed")
    subprocess.run([program, *words, path], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """An archive with a member beyond 4 GiB, and another behind it."""
    if os.environ.get("CI") != "true":
        pytest.skip("takes a minute and a half; CI=true runs it")
    path = tmp_path_factory.mktemp("wide") / "wide.zip"
    size = len(PIECE) * 260
    with SparseFile(path, "w+") as stream:
        writer = ZipWriter(stream)
        writer.accept(writer.add_stream("film.mp4", TIME, size, (PIECE for _ in range(260))))
        writer.add("behind.txt", TIME, pack("behind.txt", b"behind"))
        assert writer.finish() > size > 2**32
        assert writer.is_sound(CancelToken())
    yield path
    path.unlink()


@pytest.mark.parametrize(("program", "word"), READERS)
def test_a_member_and_an_archive_beyond_4_gib_pass(wide, program, word):
    passes(wide, program, word)


def test_what_lies_beyond_4_gib_is_found_by_python(wide):
    with zipfile.ZipFile(wide) as archive:
        film, behind = archive.infolist()
        assert film.file_size == film.compress_size == len(PIECE) * 260
        assert behind.header_offset > 2**32
        assert archive.read(behind) == b"behind"


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """An archive of 70,000 members, more than 16 bits count."""
    path = tmp_path_factory.mktemp("many") / "many.zip"
    with path.open("w+b") as stream:
        writer = ZipWriter(stream)
        for number in range(70_000):
            writer.add(f"{number % 100:02}/{number}.txt", TIME, pack("a.txt", str(number).encode()))
        writer.finish()
        assert writer.is_sound(CancelToken())
    return path


@pytest.mark.parametrize(("program", "word"), READERS)
def test_more_members_than_16_bits_count_pass(many, program, word):
    passes(many, program, word)


def test_python_finds_every_one_of_many_members(many):
    with zipfile.ZipFile(many) as archive:
        assert len(archive.infolist()) == 70_000
        assert archive.read("99/69999.txt") == b"69999"


class TestTheLastLook:
    @pytest.fixture
    def archive(self):
        """Return a finished archive and who wrote it."""
        stream = io.BytesIO()
        writer = ZipWriter(stream)
        writer.add("text.txt", TIME, pack("text.txt", b"the same line again\n" * 100))
        writer.add("noise.jpg", TIME, pack("noise.jpg", bytes(range(256)) * 4))
        writer.finish()
        return stream, writer

    def test_finds_nothing_in_what_is_as_written(self, archive):
        assert archive[1].is_sound(CancelToken())

    def test_notices_every_single_byte_that_changed(self, archive):
        stream, writer = archive
        for position in range(len(stream.getvalue())):
            stream.getbuffer()[position] ^= 0x10
            assert not writer.is_sound(CancelToken()), position
            stream.getbuffer()[position] ^= 0x10

    @pytest.mark.parametrize("size", [0, 40, 500, -1])
    def test_notices_an_end_that_is_missing(self, archive, size):
        stream, writer = archive
        stream.truncate(size if size >= 0 else len(stream.getvalue()) - 1)
        assert not writer.is_sound(CancelToken())


def test_the_same_members_make_the_same_bytes():
    def made():
        stream = io.BytesIO()
        writer = ZipWriter(stream)
        for name in ("a.txt", "Größe.txt"):
            writer.add(name, TIME, pack(name, b"x" * 1000))
        writer.finish()
        return stream.getvalue()

    assert made() == made()
