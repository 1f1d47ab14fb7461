"""`tagdrop fetch` that was killed: nothing unlisted stays, and the same command goes on."""

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
from tests.integration.finding import put_all
from tests.server import keys_in
from tests.waiting import eventually

KEYS = [f"f{number:03}.bin" for number in range(60)]
CONTENTS = {key: random.Random(key).randbytes(480_000) for key in KEYS}


@pytest.fixture
def many(boto, buckets):
    put_all(boto, buckets.storage, {key: (content, {"Tag1": "A"}) for key, content in CONTENTS.items()})


@pytest.fixture
def output(tmp_path):
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder / "a.zip"


@pytest.fixture
def killed(many, tagdrop, proxy, output):
    """Return what kills a fetch when so many requests of a kind were answered, and `also` holds; no more are."""

    def kill(matches, number, also=lambda: True):
        reached, is_dead = threading.Event(), threading.Event()
        answered = []

        def hold(asked, forward):
            if len(answered) >= number:
                reached.set()
                is_dead.wait(30)
                return faults.HANG_UP
            answered.append(asked.key)
            return forward()

        proxy.on(matches, hold)
        command = [sys.executable, "-m", "app", "fetch", "A", "--output", str(output)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            assert reached.wait(30)
            assert eventually(also)
            process.kill()
        is_dead.set()
        proxy.forget()

    return kill


def writes_label(asked):
    return asked.method == "PUT" and asked.key.endswith("request.json")


def copies_file(asked):
    return faults.copies_object(asked) and asked.key.endswith(".bin")


def reads_last_file(asked):
    return faults.reads_content(asked) and asked.key.endswith("f059.bin")


MOMENTS = [
    (writes_label, 0),
    (copies_file, 0),
    (copies_file, 45),
    (faults.reads_content, 5),
    (faults.reads_content, 50),
]


@pytest.mark.parametrize(("matches", "number"), MOMENTS)
def test_a_kill_leaves_no_zip_and_no_copy_that_isnt_listed(
    killed, tagdrop, boto, buckets, output, direct_staging, matches, number
):
    killed(matches, number)
    assert not output.exists()
    places = {key.split("/")[1] for key in keys_in(boto, buckets.staging)}
    assert {line["id"] for line in tagdrop("staged", "--json").of("staged")} == places
    assert sweep(direct_staging, MovedClock(25), Job()).removed == len(places)
    assert keys_in(boto, buckets.staging) == []


@pytest.mark.parametrize(("matches", "number"), MOMENTS)
def test_the_same_command_goes_on_and_the_zip_is_whole(killed, tagdrop, boto, buckets, output, matches, number):
    killed(matches, number)
    ended = tagdrop("fetch", "A", "--output", output, "--json")
    assert (ended.code, ended.lines[-1]["files"]) == (0, 60)
    with zipfile.ZipFile(output) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS
    assert [path.name for path in output.parent.iterdir()] == ["a.zip"]
    (staged,) = tagdrop("staged", "--json").of("staged")
    assert (staged["files"], ended.lines[-1]["staged"].split("/")[1]) == (60, staged["id"])


def test_what_goes_on_says_so(killed, tagdrop, output, proxy):
    journal = output.with_name("a.zip.part.json")
    killed(reads_last_file, 0, lambda: journal.read_bytes().count(b"\n") > 20)
    ended = tagdrop("fetch", "A", "--output", output)
    assert "Going on with an interrupted download: " in ended.stderr
    assert proxy.count(faults.reads_content) < 60
