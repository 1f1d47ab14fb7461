"""A finished ZIP whose download was interrupted: what has arrived is kept, and never believed unread."""

from __future__ import annotations

import base64
import io
import json
import random
import shutil
import zipfile
import zlib

import pytest

from app.core.errors import CancelledError, ConflictError, MissingError, OutageError, SignInError
from app.core.events import Progressed, Stage, WentOn
from app.core.job import Job
from app.services.fetch_archive import fetch_archive, saving_goes_on
from tests import proxy as faults
from tests.fakes import Listener, NoRenewal
from tests.integration.finding import USER, contents_of

MIB = 1024**2
KEY = f"shared/{USER}/20261125T091402Z-0123abcd/zip/Site.zip"
CONTENTS = {f"Site/{number}.mov": random.Random(number).randbytes(13 * MIB) for number in range(3)}


def zip_of(contents):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()


WHOLE = zip_of(CONTENTS)


def starts(proxy):
    return [start // MIB for start in proxy.starts()]


@pytest.fixture
def store(boto, buckets):
    def store(content):
        boto.put_object(Bucket=buckets.staging, Key=KEY, Body=content, ChecksumAlgorithm="CRC32")

    store(WHOLE)
    return store


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder / "Site.zip"


@pytest.fixture
def part(out):
    return out.with_name("Site.zip.part")


@pytest.fixture
def notes(out):
    return out.with_name("Site.zip.part.json")


@pytest.fixture
def lose_storage(proxy, part, monkeypatch):
    """Return what makes the storage hang up, or something else, once so many bytes have arrived, and are written."""
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)

    return lambda size, fault=faults.hang_up: proxy.on(faults.reads_from(size), faults.once_there(part, size, fault))


@pytest.fixture
def interrupted(store, staging_behind, proxy, out, lose_storage):
    """A download that lost the storage for good after 16 of 39 MiB."""
    lose_storage(16 * MIB)
    with pytest.raises(OutageError) as caught:
        fetch_archive(KEY, out, staging_behind, Job())
    proxy.forget()
    return caught.value


@pytest.fixture
def save(staging_behind, out):
    """Return what saves the ZIP, and returns who heard of it."""

    def save():
        listener = Listener()
        fetch_archive(KEY, out, staging_behind, listener.job)
        return listener

    return save


def names(out):
    return sorted(path.name for path in out.parent.iterdir())


def assert_saved(out, boto, buckets):
    assert out.read_bytes() == boto.get_object(Bucket=buckets.staging, Key=KEY)["Body"].read()
    assert contents_of(out) == CONTENTS
    assert names(out) == ["Site.zip"]


def test_an_outage_keeps_what_has_arrived_and_says_so(interrupted, out, part):
    assert str(interrupted).endswith("What has arrived is kept, and the next try goes on.")
    assert names(out) == ["Site.zip.part", "Site.zip.part.json"]
    assert part.read_bytes() == WHOLE[: 16 * MIB]
    assert saving_goes_on(KEY, out)
    assert not saving_goes_on(f"{KEY}.zip", out)


def test_the_next_try_asks_for_the_rest_alone_on_the_condition_that_it_is_the_same(
    interrupted, save, proxy, out, boto, buckets
):
    listener = save()
    assert listener.of(WentOn) == [WentOn(0, 16 * MIB)]
    assert starts(proxy) == [16, 24, 32]
    etag = boto.head_object(Bucket=buckets.staging, Key=KEY)["ETag"]
    assert {asked.header("if-match") for asked in proxy.asked if faults.reads_content(asked)} == {etag}
    assert_saved(out, boto, buckets)


def test_it_tells_how_far_it_is_while_it_reads_what_is_there_and_then_goes_on_from_it(interrupted, save):
    told = save().of(Progressed)
    checked = [event.size_bytes for event in told if event.stage is Stage.CHECKING]
    moved = [event.size_bytes for event in told if event.stage is Stage.DOWNLOADING]
    assert [size // MIB for size in checked] == [4, 8, 12, 16]
    assert (moved[0], moved[-1]) == (16 * MIB, len(WHOLE))
    assert moved == sorted(moved)


@pytest.mark.parametrize(("position", "asked"), [(0, [0, 8, 16, 24, 32]), (15 * MIB, [8, 16, 24, 32])])
def test_a_byte_that_changed_in_the_part_is_downloaded_again(
    interrupted, save, part, proxy, out, boto, buckets, position, asked
):
    damaged = bytearray(part.read_bytes())
    damaged[position] ^= 1
    part.write_bytes(damaged)
    save()
    assert starts(proxy) == asked
    assert_saved(out, boto, buckets)


@pytest.mark.parametrize(("size", "asked"), [(0, [0, 8, 16, 24, 32]), (15 * MIB, [8, 16, 24, 32])])
def test_a_part_that_lost_its_end_goes_on_from_what_is_there(
    interrupted, save, part, proxy, out, boto, buckets, size, asked
):
    with part.open("r+b") as stream:
        stream.truncate(size)
    save()
    assert starts(proxy) == asked
    assert_saved(out, boto, buckets)


def test_what_stands_behind_the_last_note_isnt_believed(interrupted, save, part, proxy, out, boto, buckets):
    """As a power cut may leave it: longer, with nothing in it."""
    with part.open("ab") as stream:
        stream.write(bytes(9 * MIB))
    save()
    assert starts(proxy) == [16, 24, 32]
    assert_saved(out, boto, buckets)


@pytest.mark.parametrize(
    "line",
    ['{"arrived": [1]}', '{"arrived": ["a", 0]}', '{"arrived": [-5, 0]}', '{"arr', "null", "[" * 100_000],
    ids=lambda line: line[:20],
)
def test_nonsense_in_the_notes_is_believed_by_nobody(interrupted, save, notes, proxy, out, boto, buckets, line):
    header, *_ = notes.read_text().splitlines()
    notes.write_text(f"{header}\n{line}\n")
    assert save().of(WentOn) == []
    assert_saved(out, boto, buckets)


def forget_checksum(asked, forward):
    reply = forward()
    headers = tuple(item for item in reply.headers if not item[0].lower().startswith("x-amz-checksum"))
    return faults.Reply(reply.status, headers, reply.body)


@pytest.fixture(params=["a stored checksum", "none"])
def checksum(request, proxy, interrupted):
    """Servers that keep no checksum answer the HEAD without it."""
    if request.param == "none":
        proxy.on(lambda asked: asked.method == "HEAD", forget_checksum)


@pytest.fixture
def deceived(interrupted, part, notes):
    """A part that isn't what is stored, though its note says so."""
    damaged = bytearray(part.read_bytes())
    damaged[5 * MIB] ^= 1
    part.write_bytes(damaged)
    header, *_ = notes.read_text().splitlines()
    notes.write_text(f"{header}\n{json.dumps({'arrived': [16 * MIB, zlib.crc32(damaged)]})}\n")


def test_a_part_that_turns_out_damaged_at_the_end_is_thrown_away_and_it_begins_once_more(
    deceived, checksum, save, proxy, out, boto, buckets
):
    listener = save()
    assert listener.of(WentOn) == [WentOn(0, 16 * MIB)]
    assert starts(proxy) == [0, 8, 16, 16, 24, 24, 32, 32]
    moved = [event for event in listener.of(Progressed) if event.stage is Stage.DOWNLOADING]
    assert [event.size_bytes for event in moved] == sorted(event.size_bytes for event in moved)
    assert all(event.size_bytes <= event.size_bytes_total for event in moved)
    assert moved[-1].size_bytes == moved[-1].size_bytes_total
    assert_saved(out, boto, buckets)


def test_what_is_damaged_the_second_time_too_is_an_error_and_nothing_stays(deceived, save, proxy, out):
    proxy.on(faults.reads_from(32 * MIB), faults.flip_byte)
    with pytest.raises(Exception, match="The ZIP was damaged on the way"):
        save()
    assert starts(proxy).count(0) == 1
    assert names(out) == []


def test_a_zip_that_was_replaced_begins_again(interrupted, store, save, proxy, out):
    other = {name: content[::-1] for name, content in CONTENTS.items()}
    store(zip_of(other))
    assert save().of(WentOn) == []
    assert starts(proxy) == [0, 8, 16, 24, 32]
    assert contents_of(out) == other
    assert names(out) == ["Site.zip"]


def test_a_zip_that_is_replaced_meanwhile_is_never_mixed_with_the_other(interrupted, store, save, proxy, out):
    def replace_first(asked, forward):
        store(zip_of({"other.txt": b"other"}) * 100)
        return forward()

    proxy.on(faults.reads_from(16 * MIB), replace_first)
    with pytest.raises(ConflictError):
        save()
    assert names(out) == []


def test_a_zip_that_is_deleted_meanwhile_is_said_to_be_gone_and_nothing_stays(store, lose_storage, save, out):
    lose_storage(16 * MIB, faults.answer(404, "NoSuchKey"))
    with pytest.raises(MissingError) as caught:
        save()
    assert str(caught.value) == (
        f"{out.name}: This ZIP isn’t there any more. Shared files are deleted after 24 hours."
        " Search for the files, or ask for a new link."
    )
    assert names(out) == []


def test_the_end_of_the_session_keeps_what_has_arrived_too(
    store, lose_storage, open_server, proxy, save, out, boto, buckets
):
    class SignedOut(NoRenewal):
        def renew(self, refused, cancel):
            raise SignInError("signed-out", "Nobody is signed in", "Sign in first.")

    staging = open_server(proxy.endpoint_url, renewal=SignedOut()).bucket(buckets.staging)
    lose_storage(16 * MIB, faults.answer(400, "ExpiredToken"))
    with pytest.raises(SignInError, match="Nobody is signed in"):
        fetch_archive(KEY, out, staging, Job())
    proxy.forget()
    assert save().of(WentOn) == [WentOn(0, 16 * MIB)]
    assert_saved(out, boto, buckets)


@pytest.mark.parametrize("is_for_later", [True, False])
def test_a_stop_while_what_is_there_is_read_keeps_it_only_when_it_goes_on_later(
    interrupted, staging_behind, save, part, out, boto, buckets, is_for_later
):
    def stop(event, job):
        if isinstance(event, Progressed) and event.stage is Stage.CHECKING:
            job.cancel.cancel(is_for_later=is_for_later)

    with pytest.raises(CancelledError):
        fetch_archive(KEY, out, staging_behind, Listener(stop).job)
    assert part.exists() == is_for_later
    assert save().of(WentOn) == [WentOn(0, 16 * MIB)] * is_for_later
    assert_saved(out, boto, buckets)


def test_it_needs_room_for_the_rest_alone(interrupted, save, out, boto, buckets, monkeypatch):
    free = len(WHOLE) - 16 * MIB
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100 * MIB, 100 * MIB - free, free))
    assert save().of(WentOn) == [WentOn(0, 16 * MIB)]
    assert_saved(out, boto, buckets)


def test_it_can_be_interrupted_again_and_again(interrupted, lose_storage, save, proxy, out, boto, buckets):
    lose_storage(24 * MIB)
    with pytest.raises(OutageError):
        save()
    proxy.forget()
    assert save().of(WentOn) == [WentOn(0, 24 * MIB)]
    assert starts(proxy) == [24, 32]
    assert_saved(out, boto, buckets)
    crc32 = boto.head_object(Bucket=buckets.staging, Key=KEY, ChecksumMode="ENABLED")["ChecksumCRC32"]
    assert base64.b64decode(crc32) == zlib.crc32(out.read_bytes()).to_bytes(4, "big")
