"""`tagdrop fetch --in-cloud` that was interrupted or killed: the same command goes on with the same ZIP."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import zipfile

import pytest

from app.core.job import Job
from app.services.sweep import sweep
from tests import proxy as faults
from tests.fakes import MovedClock
from tests.server import keys_in
from tests.waiting import eventually

MIB = 1024**2
CONTENTS = {f"Film/{number}.mov": random.Random(number).randbytes(12 * MIB) for number in range(3)}


@pytest.fixture
def large(boto, buckets):
    for key, content in CONTENTS.items():
        boto.put_object(Bucket=buckets.storage, Key=key, Body=content, Tagging="Tag1=Film", ChecksumAlgorithm="CRC32")


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder / "film.zip"


@pytest.fixture
def part(out):
    return out.with_name("film.zip.part")


def reads_zip(asked):
    return faults.reads_content(asked) and "/zip/" in asked.key


def makes_zip(asked):
    return asked.method == "POST" and "uploads" in asked.query and "/zip/" in asked.key


def reads_rest(asked):
    return reads_zip(asked) and faults.reads_from(16 * MIB)(asked)


def starts(proxy):
    return [start // MIB for start in proxy.starts(reads_zip)]


def zips_in(boto, buckets):
    return [key for key in keys_in(boto, buckets.staging) if "/zip/" in key]


@pytest.fixture
def fetch(tagdrop, out):
    return lambda *words: tagdrop("fetch", "Film", "--output", out, "--in-cloud", *words)


@pytest.fixture
def lose(large, fetch, proxy, part, monkeypatch):
    """Return what downloads, and loses the storage for good after 16 of 36 MiB."""
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)

    def lose():
        proxy.on(reads_rest, faults.once_there(part, 16 * MIB))
        ended = fetch("--json")
        proxy.forget()
        return ended

    return lose


@pytest.fixture
def lost(lose):
    """How a download ended that lost the storage for good after 16 of 36 MiB."""
    return lose()


@pytest.fixture
def killed(large, tagdrop, proxy, out, part):
    """A download that was killed after 16 of 36 MiB, when that was noted."""
    notes = part.with_name("film.zip.part.json")
    reached, is_dead = threading.Event(), threading.Event()

    def hold(asked, forward):
        reached.set()
        is_dead.wait(60)
        return faults.HANG_UP

    proxy.on(reads_rest, hold)
    command = [sys.executable, "-m", "app", "fetch", "Film", "--output", str(out), "--in-cloud"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        assert reached.wait(60)
        assert eventually(lambda: f'"arrived": [{16 * MIB},' in notes.read_text())
        process.kill()
    is_dead.set()
    proxy.forget()


def assert_whole(out, boto, buckets):
    (key,) = zips_in(boto, buckets)
    assert out.read_bytes() == boto.get_object(Bucket=buckets.staging, Key=key)["Body"].read()
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS
    assert [path.name for path in out.parent.iterdir()] == ["film.zip"]


def test_an_outage_keeps_the_zip_and_what_has_arrived(lost, boto, buckets, out):
    assert (lost.code, lost.lines[-1]["event"]) == (5, "error")
    assert lost.lines[-1]["detail"].endswith("What has arrived is kept, and the next try goes on.")
    assert len(zips_in(boto, buckets)) == 1
    assert sorted(path.name for path in out.parent.iterdir()) == ["film.zip.part", "film.zip.part.json"]


def test_the_same_command_makes_no_other_zip_and_downloads_the_rest(lost, fetch, proxy, boto, buckets, out):
    ended = fetch("--json")
    assert ended.code == 0, ended.stderr
    assert (starts(proxy), proxy.count(makes_zip)) == ([16, 24, 32], 0)
    assert ended.of("went-on") == [{"event": "went-on", "files": 0, "bytes": 16 * MIB}]
    told = [(line["key"], line["status"], line["crc32"]) for line in ended.of("file")]
    assert told == [(line["key"], line["status"], line["crc32"]) for line in lost.of("file")]
    assert (ended.lines[-1]["files"], ended.lines[-1]["bytes"]) == (3, 36 * MIB)
    assert_whole(out, boto, buckets)


def test_a_kill_in_the_middle_costs_nothing_that_has_arrived(killed, fetch, proxy, boto, buckets, out):
    assert not out.exists()
    ended = fetch()
    assert ended.code == 0, ended.stderr
    assert "Going on with an interrupted download: 16.8 MB here already" in ended.stderr
    assert (starts(proxy), proxy.count(makes_zip)) == ([16, 24, 32], 0)
    assert_whole(out, boto, buckets)


def test_what_a_kill_leaves_in_the_cloud_is_listed_and_swept(killed, tagdrop, direct_staging, boto, buckets):
    places = {key.split("/")[1] for key in keys_in(boto, buckets.staging)}
    assert {line["id"] for line in tagdrop("staged", "--json").of("staged")} == places
    assert sweep(direct_staging, MovedClock(25), Job()).removed == 1
    assert keys_in(boto, buckets.staging) == []


def test_a_zip_that_was_deleted_meanwhile_is_made_anew(lost, fetch, proxy, boto, buckets, out):
    for key in keys_in(boto, buckets.staging):
        boto.delete_object(Bucket=buckets.staging, Key=key)
    ended = fetch("--json")
    assert (ended.code, ended.of("went-on")) == (0, [])
    assert (starts(proxy), proxy.count(makes_zip)) == ([0, 8, 16, 24, 32], 1)
    assert_whole(out, boto, buckets)


def test_files_that_arent_in_it_are_named_again_with_the_reason(boto, buckets, lose, fetch, out):
    tags = "Tag1=Film&GuardDutyMalwareScanStatus=THREATS_FOUND"
    boto.put_object(Bucket=buckets.storage, Key="Film/x.mov", Body=b"x", Tagging=tags)
    before, again = lose(), fetch("--json")
    failed = [line for line in before.of("file") if line["status"] == "failed"]
    assert [line["key"] for line in failed] == ["Film/x.mov"]
    assert [line for line in again.of("file") if line["status"] == "failed"] == failed
    assert (again.code, again.lines[-1]["files"], again.lines[-1]["failed"]) == (1, 3, 1)
    assert again.of("went-on")
    assert_whole(out, boto, buckets)
