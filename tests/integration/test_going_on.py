"""Downloads that were interrupted and go on: what is kept, what is fetched again, what is never believed."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from app.core.errors import CancelledError, OutageError
from app.core.events import FilePacked, Progressed, Stage, WentOn
from app.core.job import Job
from app.services.fetch import fetch, fetch_staged
from app.services.stage import list_staged
from tests import proxy as faults
from tests.fakes import Listener, MovedClock, cancel_when
from tests.integration.finding import USER, contents_of, put_all, request_to_fetch
from tests.server import keys_in

MIB = 1024**2
TAGS = {"Tag1": "Invoice 2026"}
CONTENTS = {
    "a.txt": b"the same line again\n" * 5000,
    "b.jpg": random.Random(1).randbytes(300_000),
    "c.bin": random.Random(2).randbytes(9 * MIB),
    "d.txt": b"d" * 1000,
    "e.bin": random.Random(3).randbytes(9 * MIB),
    "f.txt": b"f",
}


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def request_(storage, boto, out):
    put_all(boto, storage.bucket, {key: (content, TAGS) for key, content in CONTENTS.items()})
    return request_to_fetch(storage, out / "a.zip", "invoice 2026")


@pytest.fixture
def whole(request_, storage, staging, out):
    """The bytes of the ZIP as they are without any interruption."""
    fetch(replace(request_, output=out / "whole.zip"), storage, staging, MovedClock(), Job())
    whole = (out / "whole.zip").read_bytes()
    (out / "whole.zip").unlink()
    return whole


@pytest.fixture
def interrupted(whole, request_, storage, staging_behind, proxy, out, monkeypatch):
    """A download that lost the storage for good at `e.bin`."""
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)
    proxy.on(lambda asked: asked.key.endswith("e.bin") and asked.method == "GET", faults.hang_up)
    with pytest.raises(OutageError) as caught:
        fetch(request_, storage, staging_behind, MovedClock(), Job())
    proxy.forget()
    return caught.value


def go_on(request, storage, staging, clock=None):
    listener = Listener()
    report = fetch(request, storage, staging, clock or MovedClock(), listener.job)
    return report, listener


def names(out):
    return sorted(path.name for path in out.iterdir())


def test_an_outage_keeps_what_was_compared_and_says_so(interrupted, out):
    assert str(interrupted).endswith("What has arrived is kept, and the next try goes on.")
    assert names(out) == ["a.zip.part", "a.zip.part.json"]


def test_the_next_try_fetches_the_rest_alone_and_makes_the_same_zip(
    interrupted, whole, request_, storage, staging_behind, proxy, out
):
    report, listener = go_on(request_, storage, staging_behind)
    assert (report.files, report.failures) == (6, ())
    assert [event.files for event in listener.of(WentOn)] == [4]
    packing = [event for event in listener.of(Progressed) if event.stage is Stage.PACKING]
    kept = [(event.files_unmoved, event.size_bytes_unmoved) for event in packing if event.files >= 4]
    assert set(kept) == {(4, listener.of(WentOn)[0].size_bytes)}
    assert [event.key for event in listener.of(FilePacked)] == sorted(CONTENTS)
    read = {asked.key.rpartition("/")[2] for asked in proxy.asked if faults.reads_content(asked)}
    assert read == {"e.bin", "f.txt"}
    copied = {asked.key.rpartition("/")[2] for asked in proxy.asked if faults.copies_object(asked)}
    assert copied == {"e.bin", "f.txt"}
    assert names(out) == ["a.zip"]
    assert (out / "a.zip").read_bytes() == whole


def test_it_tells_how_far_it_is_while_it_reads_what_is_there(interrupted, request_, storage, staging):
    _, listener = go_on(request_, storage, staging)
    stages = [event.stage for event in listener.of(Progressed)]
    read = listener.of(Progressed)[: stages.index(Stage.PREPARING)]
    assert {(event.stage, event.files, event.files_total) for event in read} == {(Stage.CHECKING, 0, 6)}
    sizes = [event.size_bytes for event in read]
    assert sizes == sorted(sizes)
    assert len(sizes) > 2
    total = sum(len(CONTENTS[key]) for key in ("a.txt", "b.jpg", "c.bin", "d.txt"))
    assert (sizes[-1], {event.size_bytes_total for event in read}) == (total, {total})


def test_its_copies_stay_together_with_the_time_of_the_first(interrupted, request_, storage, staging):
    before = {request.id for request in list_staged(USER, staging, Job())}
    report, _ = go_on(request_, storage, staging)
    requests = list_staged(USER, staging, Job())
    assert {request.id for request in requests} == before
    (mine,) = [request for request in requests if request.prefix == report.staged_prefix]
    assert (mine.files, mine.size_bytes) == (6, sum(map(len, CONTENTS.values())))
    assert abs((mine.expires_at - report.expires_at).total_seconds()) < 5


def test_copies_whose_day_is_nearly_over_are_made_anew(interrupted, request_, storage, staging):
    before = {request.id for request in list_staged(USER, staging, Job())}
    report, listener = go_on(request_, storage, staging, MovedClock(23.5))
    assert [event.files for event in listener.of(WentOn)] == [4]
    (new,) = [request for request in list_staged(USER, staging, Job()) if request.id not in before]
    assert (new.prefix, new.files) == (report.staged_prefix, 6)


@pytest.mark.parametrize(("position", "kept"), [(0, 0), (20, 0), (400, 1), (2 * MIB, 2)])
def test_a_byte_that_changed_in_the_part_is_fetched_again(
    interrupted, whole, request_, storage, staging, out, position, kept
):
    part = out / "a.zip.part"
    damaged = bytearray(part.read_bytes())
    damaged[position] ^= 1
    part.write_bytes(damaged)
    _, listener = go_on(request_, storage, staging)
    assert [event.files for event in listener.of(WentOn)] == [kept] * bool(kept)
    assert (out / "a.zip").read_bytes() == whole


@pytest.mark.parametrize("size", [0, 10, 100_000, 5 * MIB])
def test_a_part_that_lost_its_end_goes_on_from_what_is_whole(interrupted, whole, request_, storage, staging, out, size):
    with (out / "a.zip.part").open("r+b") as part:
        part.truncate(size)
    go_on(request_, storage, staging)
    assert (out / "a.zip").read_bytes() == whole


def test_a_member_that_wasnt_noted_is_fetched_again(interrupted, whole, request_, storage, staging, out):
    journal = out / "a.zip.part.json"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:5])
    _, listener = go_on(request_, storage, staging)
    assert [event.files for event in listener.of(WentOn)] == [3]
    assert (out / "a.zip").read_bytes() == whole


@pytest.mark.parametrize(
    "line", ["[8, 1, 2]", '["a", 1, 2, 3]', "[99, 0, 0, 0]", "[0, -1, 0, 0]", "[0, 0, 0, 99999999999999]", "null", "3"]
)
def test_nonsense_in_the_notes_is_believed_by_nobody(interrupted, whole, request_, storage, staging, out, line):
    journal = out / "a.zip.part.json"
    header, copies, *_ = journal.read_text().splitlines()
    journal.write_text("\n".join([header, copies, line, ""]))
    _, listener = go_on(request_, storage, staging)
    assert listener.of(WentOn) == []
    assert (out / "a.zip").read_bytes() == whole


def test_a_source_that_changed_starts_again(interrupted, storage, staging, boto, out):
    boto.put_object(Bucket=storage.bucket, Key="a.txt", Body=b"new", Tagging="Tag1=Invoice 2026")
    _, listener = go_on(request_to_fetch(storage, out / "a.zip", "invoice 2026"), storage, staging)
    assert listener.of(WentOn) == []
    assert contents_of(out / "a.zip") == {**CONTENTS, "a.txt": b"new"}
    assert names(out) == ["a.zip"]


def test_another_search_leaves_the_part_alone(interrupted, request_, storage, staging, out):
    part = (out / "a.zip.part").read_bytes()
    other = replace(request_, name="something else", files=request_.files[:1])
    fetch(other, storage, staging, MovedClock(), Job())
    assert contents_of(out / "a.zip") == {"a.txt": CONTENTS["a.txt"]}
    assert names(out) == ["a.zip", "a.zip.part", "a.zip.part.json"]
    assert (out / "a.zip.part").read_bytes() == part


def test_the_same_download_at_the_same_time_is_written_beside_it(whole, request_, storage, staging, out):
    reports = []

    def other_meanwhile(event, job):
        if isinstance(event, FilePacked) and not reports:
            reports.append(fetch(request_, storage, staging, MovedClock(), Job()))

    with pytest.raises(Exception, match="A file has this name already"):
        fetch(request_, storage, staging, MovedClock(), Listener(other_meanwhile).job)
    assert (out / "a.zip").read_bytes() == whole
    assert names(out) == ["a.zip"]


def test_a_cancel_of_what_goes_on_leaves_neither_part_nor_copies(interrupted, request_, storage, staging, boto, out):
    before = keys_in(boto, staging.bucket)
    place = json.loads((out / "a.zip.part.json").read_text().splitlines()[1])["copies"]
    assert any(place in key for key in before)
    listener = cancel_when(lambda event: isinstance(event, FilePacked))
    with pytest.raises(CancelledError):
        fetch(request_, storage, staging, MovedClock(), listener.job)
    assert names(out) == []
    assert keys_in(boto, staging.bucket) == [key for key in before if place not in key]


def test_saving_temporary_copies_goes_on_too(whole, staging_behind, proxy, out, monkeypatch):
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)
    (staged,) = list_staged(USER, staging_behind, Job())
    proxy.on(lambda asked: asked.key.endswith("e.bin") and asked.method == "GET", faults.hang_up)
    with pytest.raises(OutageError):
        fetch_staged(staged, out / "s.zip", staging_behind, Job())
    proxy.forget()
    listener = Listener()
    fetch_staged(staged, out / "s.zip", staging_behind, listener.job)
    assert [event.files for event in listener.of(WentOn)] == [4]
    assert contents_of(out / "s.zip") == CONTENTS
    assert names(out) == ["s.zip"]
