"""Taking files away: temporary copies and the ZIP, looked at by boto3, unzip, 7-Zip and Python."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import unicodedata
from dataclasses import replace

import pytest

from app.aws import writing
from app.core.errors import CancelledError, InputError, LocalFileError, NothingFoundError, OutageError
from app.core.events import FilePacked, Progressed, Removed, Stage, UnknownObject
from app.core.job import Job
from app.core.staging import Place, new_place
from app.services.fetch import fetch, fetch_staged
from app.services.stage import delete_staged, list_staged
from app.services.sweep import sweep
from app.services.wording import fetch_text
from tests import proxy as faults
from tests.disk import small_disk
from tests.fakes import Listener, MovedClock, cancel_when
from tests.integration.awkward import awkward_files
from tests.integration.finding import USER, contents_of, put_all, request_to_fetch
from tests.integration.uploading import crc32_text, open_uploads, request_for, run, write
from tests.proxy import copies_object
from tests.server import keys_in, tags_of

MIB = 1024**2
TAGS = {"Tag1": "Invoice 2026", "Tag2": "Tag-value"}


def fill(boto, bucket, contents, tags=TAGS):
    put_all(boto, bucket, {key: (content, tags) for key, content in contents.items()})


def take(storage, staging, output, listener=None, *, force=False):
    """Find by the tag and fetch; return the report."""
    request = request_to_fetch(storage, output, "invoice 2026", force=force)
    return fetch(request, storage, staging, MovedClock(), (listener or Listener()).job)


def assert_nothing_left(boto, staging, folder):
    assert keys_in(boto, staging.bucket) == []
    assert open_uploads(boto, staging.bucket) == []
    assert list(folder.iterdir()) == []


def seven_zip():
    program = shutil.which("7zz") or shutil.which("7z")
    if program is None and os.environ.get("CI") != "true":
        pytest.skip("7-Zip isn’t installed (Debian: 7zip)")
    assert program, "7-Zip isn’t installed (Debian: 7zip)"
    return program


@pytest.fixture
def out(tmp_path):
    """A folder for the ZIP alone."""
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", 32 * MIB) as disk:
        yield disk


class TestAZip:
    @pytest.fixture
    def drop(self, files, storage):
        """Uploaded files of many sizes and names; the contents by key."""
        noise = random.Random(1).randbytes
        contents = {
            "Drop/empty": b"",
            "Drop/one": b"1",
            "Drop/text.txt": b"the same line again\n" * 30_000,
            "Drop/photo.jpg": noise(100_000),
            "Drop/eight.bin": noise(8 * MIB),
            "Drop/over.bin": noise(8 * MIB + 1),
            "Drop/large.txt": b"large and compressible " * 900_000,
            "Drop/fotos/Größe 🎉.png": noise(1000),
            "Drop/請求書 第1号.pdf": noise(1000),
            **{f"Drop/many/{number}.txt": str(number).encode() for number in range(120)},
        }
        write(files, contents)
        run(request_for([files / "Drop"]), storage)
        return contents

    @pytest.fixture
    def zip_file(self, drop, storage, staging, out):
        report = take(storage, staging, out / "Invoice 2026.zip")
        assert fetch_text(report) == "129 files saved to Invoice 2026.zip"
        assert (report.files, report.failures, report.size_bytes) == (129, (), sum(map(len, drop.values())))
        assert report.zip_bytes == report.output.stat().st_size
        return report.output

    def test_holds_every_file_byte_for_byte(self, drop, zip_file, out):
        assert contents_of(zip_file) == drop
        assert list(out.iterdir()) == [zip_file]

    def test_passes_unzip(self, zip_file, drop, tmp_path):
        subprocess.run(["unzip", "-tq", zip_file], check=True, capture_output=True)
        subprocess.run(
            ["unzip", "-q", zip_file, "-d", tmp_path / "x"], check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        assert {key: (tmp_path / "x" / key).read_bytes() for key in drop} == drop

    def test_passes_7_zip(self, zip_file, drop, tmp_path):
        env = {**os.environ, "LC_ALL": "C.UTF-8"}
        subprocess.run([seven_zip(), "t", zip_file], check=True, capture_output=True, env=env)
        subprocess.run([seven_zip(), "x", zip_file, f"-o{tmp_path / 'x'}"], check=True, capture_output=True, env=env)
        assert {key: (tmp_path / "x" / key).read_bytes() for key in drop} == drop

    def test_leaves_copies_with_their_tags_for_a_day(self, zip_file, drop, staging, boto):
        (request,) = list_staged(USER, staging, Job())
        assert (request.name, request.files, request.size_bytes) == ("invoice 2026", 129, sum(map(len, drop.values())))
        assert {copy.key.partition("/files/")[2] for copy in request.copies} == set(drop)
        for key in ("Drop/one", "Drop/large.txt", "Drop/請求書 第1号.pdf"):
            assert tags_of(boto, staging.bucket, f"{request.prefix}files/{key}") == TAGS


def test_awkward_files_come_back_as_they_went(files, storage, staging, out, tmp_path):
    contents = awkward_files()
    run(request_for([write(files / "Drop", contents)]), storage)
    listener = Listener()
    report = take(storage, staging, out / "a.zip", listener)
    assert (report.files, report.failures) == (len(contents), ())
    keys = {event.name: event.key for event in listener.of(FilePacked)}
    expected = {unicodedata.normalize("NFC", f"Drop/{name}"): content for name, content in contents.items()}
    members = contents_of(out / "a.zip")
    assert {keys[name]: content for name, content in members.items()} == expected
    utf8 = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(["unzip", "-tq", out / "a.zip"], check=True, capture_output=True, env=utf8)
    subprocess.run([seven_zip(), "t", out / "a.zip"], check=True, capture_output=True, env=utf8)
    subprocess.run([seven_zip(), "x", out / "a.zip", f"-o{tmp_path / 'x'}"], check=True, capture_output=True, env=utf8)
    assert {name: (tmp_path / "x" / name).read_bytes() for name in members} == members


def test_names_that_windows_refuses_and_names_that_are_equal_there_are_all_kept(storage, staging, boto, out):
    odd = ["CON", "a:b?.txt", "trail. ", "Plan.txt", "plan.TXT", "x/../y", "./z", "a\u202efdp.exe", "aux.tar.gz"]
    names = [name for name in odd if not {".", ".."} & set(name.split("/"))]
    fill(boto, storage.bucket, {name: name.encode() for name in names})
    take(storage, staging, out / "a.zip")
    members = contents_of(out / "a.zip")
    assert sorted(members.values()) == sorted(name.encode() for name in names)
    assert len({unicodedata.normalize("NFKC", member).casefold() for member in members}) == len(names)
    assert {"_CON", "a_b_.txt", "trail", "_aux.tar.gz", "a_fdp.exe"} <= set(members)


def test_progress_comes_in_stages_and_ends_at_the_total(storage, staging, boto, out):
    fill(boto, storage.bucket, {"a": b"1" * 1000, "b": random.Random(1).randbytes(20 * MIB)})
    listener = Listener()
    take(storage, staging, out / "a.zip", listener)
    progress = listener.of(Progressed)
    stages = list(dict.fromkeys(news.stage for news in progress))
    assert stages == [Stage.PREPARING, Stage.PACKING, Stage.CHECKING]
    for stage in stages:
        done = [(news.files, news.size_bytes) for news in progress if news.stage is stage]
        assert done == sorted(done)
        assert len(done) > 1 or stage is Stage.PREPARING
        assert done[-1] == (2, 20 * MIB + 1000) or stage is Stage.PREPARING


class TestASourceThat:
    """Between being found and being copied, a file became something else."""

    @pytest.fixture
    def request_(self, storage, boto, out):
        fill(boto, storage.bucket, {"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"})
        return request_to_fetch(storage, out / "a.zip", "invoice 2026")

    @pytest.mark.parametrize("size", [2, 9 * MIB])
    def test_changed_is_named_and_the_rest_goes_on(self, request_, storage, staging, boto, out, size):
        boto.put_object(Bucket=storage.bucket, Key="b.txt", Body=bytes(size))
        report = fetch(request_, storage, staging, MovedClock(), Job())
        assert contents_of(out / "a.zip") == {"a.txt": b"a", "c.txt": b"c"}
        assert [(failure.key, failure.error.code) for failure in report.failures] == [("b.txt", "source-changed")]
        assert fetch_text(report) == "2 of 3 files packed. Missing: “b.txt”"

    def test_vanished_is_named_and_the_rest_goes_on(self, request_, storage, staging, boto, out):
        boto.delete_object(Bucket=storage.bucket, Key="a.txt")
        report = fetch(request_, storage, staging, MovedClock(), Job())
        assert contents_of(out / "a.zip") == {"b.txt": b"b", "c.txt": b"c"}
        (failure,) = report.failures
        assert failure.key == "a.txt"
        assert failure.error.code in ("source-gone", "source-changed")

    def test_all_vanished_makes_no_zip(self, request_, storage, staging, boto, out):
        for key in ("a.txt", "b.txt", "c.txt"):
            boto.delete_object(Bucket=storage.bucket, Key=key)
        with pytest.raises(NothingFoundError) as caught:
            fetch(request_, storage, staging, MovedClock(), Job())
        assert caught.value.code == "nothing-packed"
        assert_nothing_left(boto, staging, out)

    def test_a_scanner_marked_as_a_threat_is_never_copied(self, request_, storage, staging, boto, out):
        fill(boto, storage.bucket, {"d.txt": b"d"}, {**TAGS, "GuardDutyMalwareScanStatus": "THREATS_FOUND"})
        report = take(storage, staging, out / "a.zip")
        assert [failure.error.title for failure in report.failures] == ["Marked as a threat, not downloaded"]
        assert not [key for key in keys_in(boto, staging.bucket) if key.endswith("d.txt")]
        assert "d.txt" not in contents_of(out / "a.zip")


class TestACopyInParts:
    """What is larger than CopyObject takes; the limit is lowered for the test."""

    @pytest.fixture
    def staging_small(self, direct, buckets):
        return direct.bucket(buckets.staging, largest_copy_bytes=6 * MIB)

    def test_keeps_tags_and_checksum(self, storage, staging_small, boto, out):
        content = random.Random(2).randbytes(13 * MIB)
        fill(boto, storage.bucket, {"large.bin": content, "small.txt": b"small"})
        report = take(storage, staging_small, out / "a.zip")
        assert contents_of(out / "a.zip") == {"large.bin": content, "small.txt": b"small"}
        key = f"{report.staged_prefix}files/large.bin"
        head = boto.head_object(Bucket=staging_small.bucket, Key=key, ChecksumMode="ENABLED")
        assert head["ETag"].strip('"').partition("-")[2]
        assert head["ChecksumCRC32"] == crc32_text(content)
        assert tags_of(boto, staging_small.bucket, key) == TAGS

    def test_is_made_of_several_parts_where_it_is_too_large_for_one(
        self, storage, staging_small, boto, out, monkeypatch
    ):
        monkeypatch.setattr(writing, "_COPY_PART_BYTES", 8 * MIB)
        content = random.Random(4).randbytes(22 * MIB + 1)
        fill(boto, storage.bucket, {"large.bin": content})
        report = take(storage, staging_small, out / "a.zip")
        assert contents_of(out / "a.zip") == {"large.bin": content}
        key = f"{report.staged_prefix}files/large.bin"
        assert tags_of(boto, staging_small.bucket, key) == TAGS

    def test_that_is_cancelled_leaves_no_open_upload_and_no_copy(
        self, storage, open_server, proxy, buckets, boto, out, monkeypatch
    ):
        monkeypatch.setattr(writing, "_COPY_PART_BYTES", 8 * MIB)
        fill(boto, storage.bucket, {"large.bin": bytes(40 * MIB), "small.txt": b"small"})
        staging = open_server(proxy.endpoint_url).bucket(buckets.staging, largest_copy_bytes=6 * MIB)
        listener = Listener()

        def cancel_then_copy(asked, forward):
            if "partNumber=3" in asked.target:
                listener.job.cancel.cancel()
            return forward()

        proxy.on(copies_object, cancel_then_copy)
        with pytest.raises(CancelledError):
            take(storage, staging, out / "a.zip", listener)
        assert proxy.count(lambda asked: copies_object(asked) and "partNumber=" in asked.target) > 2
        assert_nothing_left(boto, staging, out)

    @pytest.mark.parametrize("refused_part", [1, 3])
    def test_of_which_a_part_is_refused_is_named_and_leaves_no_open_upload(
        self, storage, open_server, proxy, buckets, boto, out, monkeypatch, refused_part
    ):
        monkeypatch.setattr(writing, "_COPY_PART_BYTES", 8 * MIB)
        fill(boto, storage.bucket, {"large.bin": bytes(20 * MIB), "small.txt": b"small"})
        staging = open_server(proxy.endpoint_url).bucket(buckets.staging, largest_copy_bytes=6 * MIB)
        proxy.on(lambda asked: f"partNumber={refused_part}&" in asked.target, faults.answer(403, "AccessDenied"))
        report = take(storage, staging, out / "a.zip")
        assert [(failure.key, failure.error.code) for failure in report.failures] == [("large.bin", "forbidden")]
        assert contents_of(out / "a.zip") == {"small.txt": b"small"}
        assert open_uploads(boto, buckets.staging) == []

    def test_is_made_only_of_what_was_found(self, storage, staging_small, boto, out):
        fill(boto, storage.bucket, {"large.bin": bytes(7 * MIB), "small.txt": b"small"})
        request = request_to_fetch(storage, out / "a.zip", "invoice 2026")
        boto.put_object(Bucket=storage.bucket, Key="large.bin", Body=bytes(7 * MIB - 1) + b"1")
        report = fetch(request, storage, staging_small, MovedClock(), Job())
        assert [(failure.key, failure.error.code) for failure in report.failures] == [("large.bin", "source-changed")]
        assert open_uploads(boto, staging_small.bucket) == []


def test_a_staged_copy_of_a_multipart_object_keeps_its_tags(files, storage, staging, boto, out):
    large = write(files, {"film.mp4": random.Random(3).randbytes(20 * MIB)}) / "film.mp4"
    run(request_for([large], "Invoice 2026", "Films"), storage)
    report = take(storage, staging, out / "a.zip")
    tags = tags_of(boto, staging.bucket, f"{report.staged_prefix}files/film.mp4")
    assert tags == {"Tag1": "Invoice 2026", "Tag3": "Films", "Tag2": "Tag-value"}
    assert contents_of(out / "a.zip") == {"film.mp4": large.read_bytes()}


class TestDamageOnTheWay:
    @pytest.fixture
    def staged(self, storage, boto):
        contents = {"a.txt": b"a" * 500, "b.txt": b"b" * 500, "large.bin": bytes(9 * MIB)}
        fill(boto, storage.bucket, contents)
        return contents

    @pytest.mark.parametrize("name", ["b.txt", "large.bin"])
    def test_never_ends_in_the_zip(self, storage, staging_behind, proxy, staged, out, name):
        proxy.on(lambda asked: faults.reads_content(asked) and asked.key.endswith(name), faults.flip_byte)
        report = take(storage, staging_behind, out / "a.zip")
        expected = {key: content for key, content in staged.items() if key != name}
        assert contents_of(out / "a.zip") == expected
        assert [(failure.key, failure.error.code) for failure in report.failures] == [(name, "damaged")]

    def test_that_happens_once_is_made_good(self, storage, staging_behind, proxy, staged, out):
        proxy.on(lambda asked: faults.reads_content(asked) and asked.key.endswith("b.txt"), faults.flip_byte, times=1)
        take(storage, staging_behind, out / "a.zip")
        assert contents_of(out / "a.zip") == staged

    @pytest.mark.parametrize("name", ["b.txt", "large.bin"])
    def test_a_cut_connection_goes_on(self, storage, staging_behind, proxy, staged, out, name):
        proxy.on(lambda asked: faults.reads_content(asked) and asked.key.endswith(name), faults.cut_after(100), times=2)
        take(storage, staging_behind, out / "a.zip")
        assert contents_of(out / "a.zip") == staged


class TestAStorageThatFails:
    @pytest.fixture
    def staged(self, storage, boto):
        contents = {"a.txt": b"a" * 500, "b.txt": b"b" * 500, "large.bin": bytes(9 * MIB)}
        fill(boto, storage.bucket, contents)
        return contents

    @pytest.mark.parametrize("name", ["b.txt", "large.bin"])
    @pytest.mark.parametrize("asks", [copies_object, faults.reads_content])
    def test_on_one_file_names_it_and_the_rest_goes_on(
        self, storage, staging_behind, proxy, staged, out, name, asks, monkeypatch
    ):
        monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)
        proxy.on(lambda asked: asks(asked) and asked.key.endswith(name), faults.answer(500, "InternalError"))
        report = take(storage, staging_behind, out / "a.zip")
        (failure,) = report.failures
        assert (failure.key, failure.error.code, failure.error.target) == (name, "storage-failed", name)
        assert contents_of(out / "a.zip") == {key: content for key, content in staged.items() if key != name}

    @pytest.mark.parametrize("name", ["b.txt", "large.bin"])
    def test_that_has_lost_a_copy_meanwhile_says_so_of_the_copy(
        self, storage, staging_behind, proxy, staged, out, name
    ):
        gone = faults.answer(404, "NoSuchKey")
        proxy.on(lambda asked: faults.reads_content(asked) and asked.key.endswith(name), gone)
        (failure,) = take(storage, staging_behind, out / "a.zip").failures
        assert str(failure.error) == f"{name}: Its temporary copy is gone. Download it again."
        assert contents_of(out / "a.zip") == {key: content for key, content in staged.items() if key != name}

    @pytest.mark.parametrize("asks", [copies_object, faults.reads_content])
    def test_by_not_answering_any_more_ends_the_download_and_leaves_nothing(
        self, storage, staging_behind, proxy, staged, boto, out, asks, monkeypatch
    ):
        monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)
        proxy.on(asks, faults.hang_up)
        with pytest.raises(OutageError) as caught:
            take(storage, staging_behind, out / "a.zip")
        assert str(caught.value) == "No connection to the storage. Check the network, then try again."
        assert_nothing_left(boto, staging_behind, out)


class TestAnOutput:
    @pytest.fixture
    def request_(self, storage, boto, out):
        fill(boto, storage.bucket, {"a.txt": b"a" * 1000})
        return request_to_fetch(storage, out / "a.zip", "invoice 2026")

    def test_that_exists_is_left_alone(self, request_, storage, staging, boto, out):
        (out / "a.zip").write_bytes(b"mine")
        with pytest.raises(InputError) as caught:
            fetch(request_, storage, staging, MovedClock(), Job())
        assert caught.value.code == "output-exists"
        assert (out / "a.zip").read_bytes() == b"mine"
        assert keys_in(boto, staging.bucket) == []

    def test_that_exists_is_replaced_by_force(self, request_, storage, staging, out):
        (out / "a.zip").write_bytes(b"mine")
        fetch(replace(request_, force=True), storage, staging, MovedClock(), Job())
        assert contents_of(out / "a.zip") == {"a.txt": b"a" * 1000}

    def test_is_written_beside_what_another_download_writes(self, request_, storage, staging, out):
        (out / "a.zip.part").write_bytes(b"another download")
        (out / "a.zip.2.part").write_bytes(b"one that was killed")
        fetch(request_, storage, staging, MovedClock(), Job())
        assert contents_of(out / "a.zip") == {"a.txt": b"a" * 1000}
        assert (out / "a.zip.part").read_bytes() == b"another download"
        assert {path.name for path in out.iterdir()} == {"a.zip", "a.zip.part", "a.zip.2.part"}

    @pytest.mark.parametrize("is_taken", [False, True])
    def test_on_a_disk_without_links_is_never_overwritten(self, request_, storage, staging, out, monkeypatch, is_taken):
        def no_links(part, output):
            if is_taken:
                (out / "a.zip").write_bytes(b"mine")
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", no_links)
        if is_taken:
            with pytest.raises(InputError):
                fetch(request_, storage, staging, MovedClock(), Job())
            assert (out / "a.zip").read_bytes() == b"mine"
        else:
            fetch(request_, storage, staging, MovedClock(), Job())
            assert contents_of(out / "a.zip") == {"a.txt": b"a" * 1000}
        assert list(out.iterdir()) == [out / "a.zip"]

    def test_that_appears_meanwhile_is_left_alone(self, request_, storage, staging, boto, out):
        listener = Listener(lambda event, job: (out / "a.zip").write_bytes(b"mine"))
        with pytest.raises(InputError):
            fetch(request_, storage, staging, MovedClock(), listener.job)
        assert (out / "a.zip").read_bytes() == b"mine"
        assert list(out.iterdir()) == [out / "a.zip"]
        assert keys_in(boto, staging.bucket) == []

    def test_for_which_the_disk_is_too_full_is_said_before_anything_is_copied(
        self, request_, storage, staging, boto, monkeypatch
    ):
        monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10_000, 9_000, 1_000))
        with pytest.raises(LocalFileError) as caught:
            fetch(request_, storage, staging, MovedClock(), Job())
        assert caught.value.code == "disk-full"
        assert caught.value.title == "Not enough space on this computer: 3 KB needed, 1 KB free"
        assert keys_in(boto, staging.bucket) == []

    @pytest.mark.parametrize("size", [300_000, 9 * MIB])
    def test_whose_disk_fills_up_meanwhile_is_said_and_nothing_stays(self, disk, storage, staging, boto, size):
        contents = {f"{number}.jpg": random.Random(number).randbytes(size) for number in range(3)}
        fill(boto, storage.bucket, contents)
        output = disk / "Tagdrop" / "a.zip"
        output.parent.mkdir()
        fillers = [disk / "somebody elses"]

        def fill_up(event, job):
            while fillers:
                path = fillers.pop()
                path.write_bytes(bytes(shutil.disk_usage(disk).free - size - 50_000))

        with pytest.raises(LocalFileError) as caught:
            take(storage, staging, output, Listener(fill_up))
        assert str(caught.value) == f"{output}: Not enough space on this computer. Free some space and try again."
        assert_nothing_left(boto, staging, output.parent)

    def test_in_a_folder_that_isnt_there_is_refused(self, request_, storage, staging, out):
        with pytest.raises(LocalFileError) as caught:
            fetch(replace(request_, output=out / "no" / "a.zip"), storage, staging, MovedClock(), Job())
        assert caught.value.code == "no-folder"

    def test_of_nothing_is_refused(self, request_, storage, staging, out):
        with pytest.raises(NothingFoundError):
            fetch(replace(request_, files=()), storage, staging, MovedClock(), Job())
        assert list(out.iterdir()) == []


class TestACancel:
    def test_leaves_neither_zip_nor_part_nor_copies(self, storage, staging, boto, out):
        fill(boto, storage.bucket, {f"f{number:03}.txt": b"x" * 2000 for number in range(300)})
        seen = []
        listener = cancel_when(lambda event: isinstance(event, FilePacked) and not seen.append(1) and len(seen) == 40)
        with pytest.raises(CancelledError):
            take(storage, staging, out / "a.zip", listener)
        assert 40 <= len(seen) < 300
        assert_nothing_left(boto, staging, out)

    def test_in_a_large_file_leaves_nothing(self, storage, staging, boto, out):
        fill(boto, storage.bucket, {"large.bin": bytes(40 * MIB)})
        listener = cancel_when(lambda event: isinstance(event, Progressed) and event.size_bytes > 8 * MIB)
        with pytest.raises(CancelledError):
            take(storage, staging, out / "a.zip", listener)
        assert_nothing_left(boto, staging, out)

    def test_keeps_the_zip_that_was_to_be_replaced(self, storage, staging, boto, out):
        fill(boto, storage.bucket, {"a.txt": b"a", "large.bin": bytes(40 * MIB)})
        (out / "a.zip").write_bytes(b"mine")
        listener = cancel_when(lambda event: isinstance(event, FilePacked))
        with pytest.raises(CancelledError):
            take(storage, staging, out / "a.zip", listener, force=True)
        assert (out / "a.zip").read_bytes() == b"mine"


class TestTemporaryCopies:
    @pytest.fixture
    def report(self, storage, staging, boto, out):
        fill(boto, storage.bucket, {"a/x.txt": b"x", "b.txt": b"b"})
        return take(storage, staging, out / "a.zip")

    def test_are_packed_again_without_the_originals(self, report, storage, staging, boto, out):
        for key in keys_in(boto, storage.bucket):
            boto.delete_object(Bucket=storage.bucket, Key=key)
        (request,) = list_staged(USER, staging, Job())
        fetch_staged(request, out / "again.zip", staging, Job())
        assert contents_of(out / "again.zip") == {"a/x.txt": b"x", "b.txt": b"b"}
        assert len(list_staged(USER, staging, Job())) == 1

    def test_of_a_download_that_was_broken_off_are_never_taken_for_all(self, report, staging, boto):
        """A crash between two copies leaves what this leaves."""
        (request,) = list_staged(USER, staging, Job())
        assert (request.files, request.missing) == (2, 0)
        boto.delete_object(Bucket=staging.bucket, Key=f"{report.staged_prefix}files/b.txt")
        (request,) = list_staged(USER, staging, Job())
        assert (request.files, request.missing) == (1, 1)

    def test_of_somebody_else_are_not_listed(self, report, staging):
        assert list_staged("fedcba9876543210", staging, Job()) == ()

    def test_are_deleted_with_their_label_and_nothing_else(self, report, storage, staging, boto, out):
        take(storage, staging, out / "b.zip")
        first, second = list_staged(USER, staging, Job())
        assert delete_staged(first.id, USER, staging, Job()) == 3
        assert list_staged(USER, staging, Job()) == (second,)
        assert keys_in(boto, storage.bucket) == ["a/x.txt", "b.txt"]


class TestASweep:
    def test_of_today_removes_nothing(self, storage, staging, boto, out):
        fill(boto, storage.bucket, {"a.txt": b"a"})
        take(storage, staging, out / "a.zip")
        before = keys_in(boto, staging.bucket)
        report = sweep(staging, MovedClock(23.9), Job())
        assert (report.removed, keys_in(boto, staging.bucket)) == (0, before)

    def test_after_a_day_removes_what_is_ours_and_leaves_what_it_doesnt_know(self, storage, staging, boto, out):
        fill(boto, storage.bucket, {"a.txt": b"a", "b.txt": b"b"})
        take(storage, staging, out / "a.zip")
        strangers = ["notes.txt", f"{USER}/notes.txt", f"{USER}/20260101T000000Z-0123456/files/a", "x/y/files/z"]
        for key in strangers:
            boto.put_object(Bucket=staging.bucket, Key=key, Body=b"?")
        listener = Listener()
        report = sweep(staging, MovedClock(24.1), listener.job)
        assert (report.removed, report.unknown) == (1, 4)
        assert keys_in(boto, staging.bucket) == sorted(strangers)
        assert sorted(event.key for event in listener.of(UnknownObject)) == sorted(strangers)
        assert [event.objects for event in listener.of(Removed)] == [3]

    def test_of_one_person_leaves_the_others(self, staging, boto):
        for user in (USER, "fedcba9876543210"):
            place = new_place(user, MovedClock().now())
            boto.put_object(Bucket=staging.bucket, Key=place.copy_key("a"), Body=b"a")
        assert sweep(staging, MovedClock(25), Job(), USER).removed == 1
        (left,) = keys_in(boto, staging.bucket)
        assert left.startswith("fedcba9876543210/")

    def test_ends_old_open_uploads_in_its_own_places_only(self, staging, boto):
        ours = new_place(USER, MovedClock().now()).copy_key("large.bin")
        for key in (ours, "somebody/elses.bin"):
            boto.create_multipart_upload(Bucket=staging.bucket, Key=key)
        assert sweep(staging, MovedClock(23), Job()).uploads_aborted == 0
        assert sweep(staging, MovedClock(25), Job()).uploads_aborted == 1
        assert [upload["Key"] for upload in open_uploads(boto, staging.bucket)] == ["somebody/elses.bin"]

    def test_goes_on_where_somebody_else_was_quicker(self, staging_behind, proxy, boto):
        key = Place(USER, "20260101T000000Z-01234567").copy_key("large.bin")
        boto.create_multipart_upload(Bucket=staging_behind.bucket, Key=key)
        proxy.on(lambda asked: asked.method == "DELETE", faults.answer(404, "NoSuchUpload"))
        assert sweep(staging_behind, MovedClock(25), Job()).uploads_aborted == 0


@pytest.mark.skipif(not hasattr(os, "getxattr"), reason="the attribute of Linux")
@pytest.mark.parametrize("is_marked", [True, False])
def test_a_saved_zip_is_marked_as_downloaded_unless_the_policy_says_no(storage, staging, boto, out, is_marked):
    fill(boto, storage.bucket, {"a.txt": b"a"})
    try:
        os.setxattr(out, "user.test", b"1")
    except OSError:
        pytest.skip("this file system keeps no attributes")
    request = request_to_fetch(storage, out / "a.zip", "invoice 2026")
    fetch(replace(request, is_marked=is_marked), storage, staging, MovedClock(), Job())
    assert ("user.xdg.origin.url" in os.listxattr(out / "a.zip")) is is_marked
