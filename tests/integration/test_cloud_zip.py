"""A ZIP that the storage puts together, looked at by boto3, unzip, 7-Zip, bsdtar and Python."""

from __future__ import annotations

import base64
import io
import os
import random
import shutil
import subprocess
import sys
import threading
import zipfile
import zlib
from dataclasses import dataclass, replace

import pytest
from boto3.s3.transfer import TransferConfig

from app.core.capabilities import EVERYTHING
from app.core.errors import CancelledError, NothingFoundError, RefusalError
from app.core.events import FilePacked, Progressed
from app.core.job import Job
from app.core.query import query_of
from app.core.staging import place_of
from app.services.cloud_zip import CloudStores, CloudZip, CloudZipRequest, assemble
from app.services.cloud_zipping.assembly import UnsuitableError
from app.services.stage import delete_staged, list_staged
from app.services.sweep import sweep
from tests import proxy as faults
from tests.fakes import Listener, MovedClock, cancel_when
from tests.integration.finding import USER, find, put_all
from tests.integration.uploading import body, open_uploads
from tests.server import keys_in, make_buckets, plain_client, write_config

MIB = 1024**2
TAGS = {"Tag1": "Lot 4", "Tag2": "Tag-value"}


def noise(size, seed=0):
    return random.Random(seed).randbytes(size)


def mixed_contents():
    """30 objects from nothing to 20 MB, with names that a ZIP must change."""
    sizes = [0, 1, 1000, 70_000, 3 * MIB, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 9 * MIB, 10 * MIB, 20_000_000]
    names = ["a:b?.bin", "CON.txt", "trail. ", "Größe 🎉.bin", "A/x.bin", "a/X.bin"]
    keys = [f"folder/{number:02} {names[number % len(names)]}" for number in range(30)]
    return {key: noise(sizes[number * 7 % len(sizes)], number) for number, key in enumerate(keys)}


@dataclass(frozen=True)
class Mixed:
    """Many files and the ZIP of them."""

    contents: dict[str, bytes]
    zipped: CloudZip
    listener: Listener
    stores: CloudStores


@pytest.fixture
def stores(direct, storage, staging):
    return CloudStores(storage, staging, direct.assembler(staging.bucket, storage.bucket))


@pytest.fixture
def stores_behind(proxy, open_server, buckets):
    server = open_server(proxy.endpoint_url)
    storage, staging = server.bucket(buckets.storage), server.bucket(buckets.staging)
    return CloudStores(storage, staging, server.assembler(buckets.staging, buckets.storage))


@pytest.fixture
def fill(boto, buckets):
    """Return a function that stores contents by plain boto3 under the tag."""

    def put(contents):
        put_all(boto, buckets.storage, {key: (content, TAGS) for key, content in contents.items()})
        return contents

    return put


def found(storage):
    _, matches, _ = find(storage, "lot 4")
    return tuple(matches[key] for key in sorted(matches))


def make(stores, listener=None, *, files=None, is_shared=False):
    request = CloudZipRequest(files or found(stores.storage), "Lot 4", USER, is_shared, query_of(["Lot 4"]))
    return assemble(request, stores, MovedClock(), (listener or Listener()).job)


def members_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def assert_nothing_left(boto, bucket):
    assert keys_in(boto, bucket) == []
    assert open_uploads(boto, bucket) == []


@pytest.fixture(scope="module")
def mixed(s3_server, direct):
    """The files as contents, the ZIP of them, what was told, and where they are."""
    client = plain_client(s3_server)
    buckets = make_buckets(client)
    contents = mixed_contents()
    put_all(client, buckets.storage, {key: (content, TAGS) for key, content in contents.items()})
    client.close()
    stores = CloudStores(
        direct.bucket(buckets.storage),
        direct.bucket(buckets.staging),
        direct.assembler(buckets.staging, buckets.storage),
    )
    listener = Listener()
    return Mixed(contents, make(stores, listener), listener, stores)


class TestMixedFiles:
    @pytest.fixture
    def content(self, mixed, boto):
        """The ZIP as it is stored."""
        return body(boto, mixed.stores.staging.bucket, mixed.zipped.stored.key)

    def test_become_a_zip_that_holds_each_byte_for_byte(self, mixed, content):
        zipped, contents = mixed.zipped, mixed.contents
        names = {file.key: file.name for file in mixed.listener.of(FilePacked)}
        assert members_of(content) == {names[key]: contents[key] for key in contents}
        assert (zipped.files, zipped.failures, zipped.size_bytes) == (30, (), sum(map(len, contents.values())))
        assert zipped.stored.size_bytes == len(content)
        crc32s = {file.key: file.crc32 for file in mixed.listener.of(FilePacked)}
        assert crc32s == {key: zlib.crc32(content) for key, content in contents.items()}

    def test_become_a_zip_that_other_programs_open(self, content, tmp_path):
        path = tmp_path / "Lot 4.zip"
        path.write_bytes(content)
        env = {**os.environ, "LC_ALL": "C.UTF-8"}
        programs = [words for words in (["unzip", "-tq"], ["7z", "t"], ["bsdtar", "-tf"]) if shutil.which(words[0])]
        assert programs or os.environ.get("CI") != "true"
        for words in programs:
            subprocess.run([*words, path], check=True, capture_output=True, env=env)

    def test_leave_the_zip_and_its_label_alone(self, mixed, content, boto):
        bucket, zipped = mixed.stores.staging.bucket, mixed.zipped
        key = zipped.stored.key
        assert key.endswith("/zip/Lot 4.zip")
        assert keys_in(boto, bucket) == [f"{zipped.place.prefix}request.json", key]
        assert open_uploads(boto, bucket) == []
        head = boto.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        assert head["ContentType"] == "application/zip"
        assert head["ChecksumCRC32"] == base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
        assert head["ETag"].strip('"') == zipped.stored.etag

    def test_are_listed_as_one_request(self, mixed):
        (request,) = list_staged(USER, mixed.stores.staging, Job())
        assert (request.name, request.files, request.size_bytes) == ("Lot 4", 30, mixed.zipped.stored.size_bytes)
        assert request.archive.key == mixed.zipped.stored.key
        assert not request.is_shared

    def test_tell_how_far_it_is_without_falling_back(self, mixed):
        told = mixed.listener.of(Progressed)
        assert [event.size_bytes for event in told] == sorted(event.size_bytes for event in told)
        assert told[-1].size_bytes == sum(map(len, mixed.contents.values())) == told[-1].size_bytes_total

    def test_come_out_the_same_a_second_time(self, mixed, content, boto):
        again = make(mixed.stores)
        assert again.stored.key != mixed.zipped.stored.key
        assert body(boto, mixed.stores.staging.bucket, again.stored.key) == content
        delete_staged(again.place.request_id, USER, mixed.stores.staging, Job())


def test_what_is_shared_is_listed_and_swept_too(fill, stores, staging, boto, buckets):
    fill({"a.bin": noise(12 * MIB), "b.txt": b"b"})
    zipped = make(stores, is_shared=True)
    assert zipped.stored.key.startswith(f"shared/{USER}/")
    (request,) = list_staged(USER, staging, Job())
    assert (request.is_shared, request.archive.key) == (True, zipped.stored.key)
    assert request.query == query_of(["Lot 4"])
    assert delete_staged(request.id, USER, staging, Job()) == 2
    make(stores, is_shared=True)
    assert sweep(staging, MovedClock(25), Job(), USER).removed == 1
    assert keys_in(boto, buckets.staging) == []


def test_of_large_files_only_the_first_5_mib_pass_through_the_client(fill, stores_behind, proxy, buckets):
    fill({f"{number}.bin": noise(12 * MIB, number) for number in range(6)})
    files = found(stores_behind.storage)
    proxy.forget()
    zipped = make(stores_behind, files=files)
    assert zipped.files == 6
    sent = sum(len(asked.body) for asked in proxy.asked)
    assert 5 * MIB <= sent < 5 * MIB + 50_000
    ranges = [asked.header("range") for asked in proxy.asked if faults.reads_content(asked)]
    assert len(ranges) == 1
    assert ranges[0].startswith("bytes=0-52428")


def test_a_file_with_a_composite_checksum_gets_its_own_from_the_copied_parts(fill, stores, boto, buckets):
    content = noise(23 * MIB)
    fill({"a.bin": noise(11 * MIB, 1)})
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    boto.upload_fileobj(
        io.BytesIO(content),
        buckets.storage,
        "composite.bin",
        Config=config,
        ExtraArgs={"Tagging": "Tag1=Lot+4", "ChecksumAlgorithm": "CRC32"},
    )
    head = boto.head_object(Bucket=buckets.storage, Key="composite.bin", ChecksumMode="ENABLED")
    assert "-" in head.get("ChecksumCRC32", "-")
    zipped = make(stores)
    assert members_of(body(boto, buckets.staging, zipped.stored.key))["composite.bin"] == content


class TestASourceThatChanged:
    @pytest.fixture
    def contents(self, fill):
        return fill({"a.bin": noise(11 * MIB, 1), "b.bin": noise(12 * MIB, 2), "c.txt": b"c"})

    @pytest.fixture
    def before(self, contents, storage):
        return found(storage)

    def left_out(self, zipped):
        return {file.key: str(file.error) for file in zipped.failures}

    @pytest.mark.parametrize("key", ["a.bin", "b.bin", "c.txt"])
    def test_before_it_began_is_named_and_left_out(self, before, contents, stores, boto, buckets, key):
        boto.put_object(Bucket=buckets.storage, Key=key, Body=b"other" * 3 * MIB)
        zipped = make(stores, files=before)
        assert self.left_out(zipped) == {
            key: f"{key}: It changed since it was found. Search again to get it as it is now."
        }
        members = members_of(body(boto, buckets.staging, zipped.stored.key))
        assert members == {name: content for name, content in contents.items() if name != key}

    @pytest.mark.parametrize("key", ["a.bin", "b.bin", "c.txt"])
    def test_while_it_was_copied_is_named_and_left_out(
        self, before, contents, stores_behind, proxy, boto, buckets, key
    ):
        def change(asked, forward):
            boto.put_object(Bucket=buckets.storage, Key=key, Body=b"other" * 3 * MIB)
            return forward()

        def touches(asked):
            return asked.header("x-amz-copy-source").endswith(f"/{key}") or (
                asked.key == key and faults.reads_content(asked)
            )

        proxy.on(touches, change, times=1)
        zipped = make(stores_behind, files=before)
        assert list(self.left_out(zipped)) == [key]
        members = members_of(body(boto, buckets.staging, zipped.stored.key))
        assert members == {name: content for name, content in contents.items() if name != key}
        assert keys_in(boto, buckets.staging) == [f"{zipped.place.prefix}request.json", zipped.stored.key]
        assert open_uploads(boto, buckets.staging) == []

    def test_and_others_that_are_gone_or_marked_leave_nothing_to_pack(self, before, stores, boto, buckets):
        boto.delete_object(Bucket=buckets.storage, Key="a.bin")
        for key in ("b.bin", "c.txt"):
            boto.put_object(Bucket=buckets.storage, Key=key, Body=b"other")
        with pytest.raises(NothingFoundError) as raised:
            make(stores, files=before)
        assert str(raised.value) == "No file could be packed. a.bin: It was deleted since it was found."
        assert_nothing_left(boto, buckets.staging)


def test_a_file_that_a_scanner_marked_as_a_threat_is_left_out(fill, stores, boto, buckets):
    fill({"a.bin": noise(11 * MIB, 1)})
    marked = {**TAGS, "GuardDutyMalwareScanStatus": "THREATS_FOUND"}
    put_all(boto, buckets.storage, {"b.bin": (noise(11 * MIB, 2), marked)})
    zipped = make(stores)
    assert [file.error.code for file in zipped.failures] == ["threat"]
    assert list(members_of(body(boto, buckets.staging, zipped.stored.key))) == ["a.bin"]


class TestWhatEndsIt:
    @pytest.fixture
    def contents(self, fill):
        return fill({f"{number}.bin": noise(11 * MIB, number) for number in range(4)})

    def test_a_cancel_in_the_middle_leaves_nothing(self, contents, stores, boto, buckets):
        with pytest.raises(CancelledError):
            make(stores, cancel_when(lambda event: isinstance(event, Progressed)))
        assert_nothing_left(boto, buckets.staging)

    def test_a_refusal_leaves_nothing(self, contents, stores_behind, proxy, boto, buckets):
        proxy.on(faults.completes, faults.answer(403, "AccessDenied"))
        with pytest.raises(RefusalError):
            make(stores_behind)
        assert_nothing_left(boto, buckets.staging)

    def test_a_lost_answer_to_the_end_is_no_failure(self, contents, stores_behind, proxy, boto, buckets):
        proxy.on(faults.completes, faults.lose_reply, times=2)
        zipped = make(stores_behind)
        assert members_of(body(boto, buckets.staging, zipped.stored.key)) == contents
        assert open_uploads(boto, buckets.staging) == []

    def test_what_was_damaged_on_its_way_is_read_once_more(self, contents, stores_behind, proxy, boto, buckets):
        proxy.on(faults.reads_content, faults.flip_byte, times=1)
        assert members_of(body(boto, buckets.staging, make(stores_behind).stored.key)) == contents

    def test_what_stays_damaged_is_never_taken_for_whole(self, contents, stores_behind, proxy, boto, buckets):
        proxy.on(faults.of_key("0.bin", faults.reads_content), faults.flip_byte)
        zipped = make(stores_behind)
        assert [str(file.error) for file in zipped.failures] == [
            "0.bin: It doesn’t have the stored checksum. Try again; if it stays, tell IT."
        ]
        assert list(members_of(body(boto, buckets.staging, zipped.stored.key))) == ["1.bin", "2.bin", "3.bin"]

    def test_a_storage_that_cant_copy_parts_is_said_to_be_unsuitable(
        self, contents, stores_behind, proxy, boto, buckets
    ):
        proxy.on(faults.copies_object, faults.answer(501, "NotImplemented"))
        with pytest.raises(UnsuitableError) as raised:
            make(stores_behind)
        assert raised.value.reason == "The storage can’t put a ZIP together itself."
        assert_nothing_left(boto, buckets.staging)


def test_a_program_that_was_killed_leaves_only_what_is_listed_and_swept(
    fill, staging, proxy, s3_server, boto, buckets, aws_environment, tmp_path
):
    fill({f"{number}.bin": noise(11 * MIB, number) for number in range(3)})
    config = write_config(tmp_path, s3_server, buckets)
    config.write_text(config.read_text().replace(s3_server.endpoint_url, proxy.endpoint_url))
    arrived, release = threading.Event(), threading.Event()

    def hold(asked, forward):
        arrived.set()
        release.wait(60)
        return faults.HANG_UP

    proxy.on(lambda asked: faults.copies_object(asked) and "/zip/" in asked.key, hold)
    command = [sys.executable, "-m", "app", "share", "Lot 4", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        assert arrived.wait(60)
        program.kill()
    release.set()
    assert len(open_uploads(boto, buckets.staging)) > 1
    (label,) = [key for key in keys_in(boto, buckets.staging) if "request.json" in key]
    (request,) = list_staged(place_of(label).user_id, staging, Job())
    assert (request.name, request.archive, request.is_shared) == ("Lot 4", None, True)
    report = sweep(staging, MovedClock(25), Job())
    assert (report.removed, report.unknown) == (1, 0)
    assert report.uploads_aborted > 1
    assert_nothing_left(boto, buckets.staging)


@pytest.mark.parametrize("missing", ["conditional_copy", "multipart_checksums"])
def test_a_server_whose_copies_or_checksums_cant_be_relied_on_is_unsuitable(
    fill, storage, staging, open_server, boto, buckets, missing
):
    fill({"a.bin": noise(11 * MIB)})
    weak = open_server(capabilities=replace(EVERYTHING, **{missing: False}))
    with pytest.raises(UnsuitableError) as raised:
        make(CloudStores(storage, staging, weak.assembler(buckets.staging, buckets.storage)))
    assert raised.value.reason == "The storage can’t put a ZIP together itself."
    assert_nothing_left(boto, buckets.staging)


def test_small_files_arent_worth_it_and_nothing_is_asked(fill, stores_behind, proxy):
    fill({f"{number}.txt": b"x" * 1000 for number in range(30)})
    files = found(stores_behind.storage)
    proxy.forget()
    with pytest.raises(UnsuitableError) as raised:
        make(stores_behind, files=files)
    assert "small files" in raised.value.reason
    assert proxy.asked == []
