"""Reading files that are uploaded."""

from __future__ import annotations

import hashlib
import os
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.errors import CancelledError, LocalFileError
from app.core.job import CancelToken, Job
from app.services.uploads.collect import collect
from app.services.uploads.sources import LargeSource, as_it_is_now, crc32_of, read_whole, sha256_of


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * 1000)
    return path


@pytest.fixture
def source(path):
    return collect([path], Job()).files[0]


def test_a_file_comes_in_parts_with_the_checksum_of_all(path, source):
    large = LargeSource(source)
    parts = list(large.parts(100_000))
    assert [len(part.body) for part in parts] == [100_000, 100_000, 56_000]
    assert b"".join(part.body for part in parts) == path.read_bytes()
    assert [part.crc32 for part in parts] == [zlib.crc32(part.body) for part in parts]
    assert large.crc32() == zlib.crc32(path.read_bytes())


def test_read_a_second_time_the_checksum_begins_anew(path, source):
    large = LargeSource(source)
    list(large.parts(100_000))
    list(large.parts(50_000))
    assert large.crc32() == zlib.crc32(path.read_bytes())


def test_a_change_between_two_parts_is_noticed(path, source):
    parts = LargeSource(source).parts(100_000)
    next(parts)
    path.write_bytes(b"\0" * 256_000 + b"more")
    with pytest.raises(LocalFileError) as caught:
        list(parts)
    assert caught.value.code == "file-changed"
    assert caught.value.target == str(path)


def test_a_change_since_it_was_collected_is_noticed(path, source):
    path.write_bytes(b"other")
    with pytest.raises(LocalFileError) as caught:
        read_whole(source)
    assert caught.value.code == "file-changed"


def test_a_file_that_is_gone_is_said_to_be_so(path, source):
    path.unlink()
    with pytest.raises(LocalFileError) as caught:
        read_whole(source)
    assert caught.value.code == "file-gone"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_in_place_of_the_file_is_not_waited_for(path, source):
    path.unlink()
    os.mkfifo(path)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_whole, source)
        try:
            error = reading.exception(timeout=20)
        finally:
            os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))  # lets go of whoever does wait
    assert isinstance(error, LocalFileError)
    assert (error.code, error.title, error.target) == ("not-a-file", "It isn’t a file", str(path))


def test_a_file_that_changed_is_taken_as_it_is_now(path, source):
    path.write_bytes(b"other")
    assert read_whole(as_it_is_now(source)) == b"other"


def test_what_has_taken_the_place_of_a_file_but_is_none_is_not_taken(path, source):
    path.unlink()
    path.mkdir()
    with pytest.raises(LocalFileError) as caught:
        as_it_is_now(source)
    assert caught.value.code == "not-a-file"


def test_a_link_out_of_the_folder_in_place_of_a_file_is_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("not in the folder")
    path = tmp_path / "drop" / "in" / "a.txt"
    path.parent.mkdir(parents=True)
    path.write_text("a")
    source = collect([tmp_path / "drop"], Job()).files[0]
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(LocalFileError) as caught:
        as_it_is_now(source)
    assert str(caught.value) == (
        f"{path}: A link out of the folder has taken its place. Only what lies in the folder is uploaded."
        " Put the file itself there, or upload it by itself."
    )


def test_checksums_are_of_the_whole_file(path, source):
    assert sha256_of(source, CancelToken()) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert crc32_of(source, CancelToken()) == zlib.crc32(path.read_bytes())


@pytest.mark.parametrize("checksum", [sha256_of, crc32_of])
def test_a_checksum_can_be_cancelled(source, checksum):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        checksum(source, cancel)
