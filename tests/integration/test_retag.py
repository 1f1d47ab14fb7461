"""Changing tags on the real server, while others change them too; looked at through plain boto3."""

from __future__ import annotations

import base64
import hashlib
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.catalog.entries import Entry
from app.catalog.live import LiveCatalog
from app.catalog.recording import IndexFeed
from app.catalog.store import IndexStore
from app.core.errors import OutageError
from app.core.events import FileRetagged, Progressed
from app.core.job import CancelToken, Job
from app.core.objects import StoredObject, TagPut
from app.core.query import query_of
from app.core.tag_edits import RetagRequest, TagEdit
from app.core.tags import TagRules
from app.journal.file import JournalFile
from app.journal.retags import Retags
from app.services.retag import carriers_of, retag
from app.services.undo_retag import last_run, undo_retag
from tests import proxy as faults
from tests.fakes import Listener, MovedClock, cancel_when
from tests.integration.finding import put_all
from tests.server import tags_of

RULES = TagRules()


@pytest.fixture
def journal(tmp_path):
    file = JournalFile(tmp_path / "journal.sqlite")
    yield Retags(file, "files", MovedClock())
    file.close()


def put(boto, bucket, **tags):
    put_all(boto, bucket, {key: (key.encode(), found) for key, found in tags.items()})


def tag(boto, bucket, key, **tags):
    """Give a file this tag set, as another program does."""
    items = [{"Key": name, "Value": value} for name, value in tags.items()]
    boto.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": items})


def request_for(storage, old, new):
    """Return the request to rename `old` on all files that carry it now."""
    found = carriers_of(old, LiveCatalog(storage, RULES, MovedClock()), Job())
    return RetagRequest(found.files, (TagEdit(old, new),), RULES)


def run(request, storage, journal, listener=None):
    """Retag and return the report and what was told of each file, by key."""
    listener = listener or Listener()
    report = retag(request, storage, journal, listener.job)
    return report, {event.key: event for event in listener.of(FileRetagged)}


def undo(storage, journal):
    listener = Listener()
    report = undo_retag(last_run(journal), storage, journal, listener.job)
    return report, {event.key: event for event in listener.of(FileRetagged)}


def writes_tags(asked):
    return asked.method == "PUT" and "tagging" in asked.query


def all_tags(boto, bucket, keys):
    with ThreadPoolExecutor(16) as pool:
        return dict(zip(keys, pool.map(lambda key: tags_of(boto, bucket, key), keys), strict=True))


def test_a_tag_is_renamed_on_every_file_and_all_others_stay(storage, boto, journal):
    one = {"Tag1": "Lot 1", "Tag2": "Tag-value", "Tag3": "Größe 見", "GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}
    put(boto, storage.bucket, one=one, two={"Tag1": "x", "Tag4": "LOT 1"}, three={"Tag1": "Lot 12"})
    report, told = run(request_for(storage, "lot 1", "Los 1"), storage, journal)
    assert tags_of(boto, storage.bucket, "one") == {**one, "Tag1": "Los 1"}
    assert tags_of(boto, storage.bucket, "two") == {"Tag1": "x", "Tag3": "Los 1"}
    assert tags_of(boto, storage.bucket, "three") == {"Tag1": "Lot 12"}
    assert (report.retagged, set(told)) == (2, {"one", "two"})


def test_a_tag_is_merged_into_one_that_is_in_use(storage, boto, journal):
    put(boto, storage.bucket, one={"Tag1": "invoices", "Tag3": "A", "Tag4": "invoice"}, two={"Tag1": "Invoices"})
    run(request_for(storage, "Invoices", "Invoice"), storage, journal)
    assert tags_of(boto, storage.bucket, "one") == {"Tag1": "Invoice", "Tag3": "A"}
    assert tags_of(boto, storage.bucket, "two") == {"Tag1": "Invoice"}


def test_any_tag_set_that_the_storage_takes_is_kept_as_it_is(storage, boto):
    odd = {"Owner:id/+=@._-": "a  b", "Empty": "", "Größe": "Ä 見 ١"}
    put(boto, storage.bucket, f={"Tag1": "A"})
    (result,) = storage.put_tags_many([TagPut("f", odd)], CancelToken())
    assert result.error is None
    assert tags_of(boto, storage.bucket, "f") == odd


def test_the_document_is_sent_with_its_checksum(behind, boto, proxy):
    put(boto, behind.bucket, f={"Tag1": "A"})
    list(behind.put_tags_many([TagPut("f", {"Tag1": "B"})], CancelToken()))
    (asked,) = [asked for asked in proxy.asked if writes_tags(asked)]
    assert asked.header("content-md5") == base64.b64encode(hashlib.md5(asked.body).digest()).decode()


def test_a_file_with_ten_tags_is_named_and_left_as_it_is(storage, boto, journal):
    full = {"Tag1": "A", **{f"Other{number}": "x" for number in range(9)}}
    put(boto, storage.bucket, full=full, room={"Tag1": "A"})
    request = request_for(storage, "A", "A")
    added = RetagRequest(request.files, (TagEdit(None, "B"),), RULES)
    report, _ = run(added, storage, journal)
    assert [(failure.key, failure.error.code) for failure in report.failures] == [("full", "tags-full")]
    assert tags_of(boto, storage.bucket, "full") == full
    assert tags_of(boto, storage.bucket, "room") == {"Tag1": "A", "Tag3": "B"}


class TestASecondClient:
    def test_that_changed_a_file_since_it_was_counted_loses_nothing(self, behind, boto, proxy, journal):
        put(boto, behind.bucket, one={"Tag1": "A"}, two={"Tag1": "A"}, three={"Tag1": "A"})
        request = request_for(behind, "A", "B")

        changed = threading.Event()

        def change_first(asked, forward):
            tag(boto, behind.bucket, "one", Tag1="A", Tag3="Theirs", Scanner="clean")
            tag(boto, behind.bucket, "two", Tag1="Theirs")
            changed.set()
            return forward()

        proxy.on(faults.of_key("one", faults.reads_tags), change_first, times=1)
        proxy.on(faults.of_key("two", faults.reads_tags), faults.hold_until(changed), times=1)
        _, told = run(request, behind, journal)
        assert tags_of(boto, behind.bucket, "one") == {"Tag1": "B", "Tag3": "Theirs", "Scanner": "clean"}
        assert tags_of(boto, behind.bucket, "two") == {"Tag1": "Theirs"}
        assert {key: event.status.value for key, event in told.items()} == {
            "one": "retagged", "two": "unchanged", "three": "retagged",
        }  # fmt: skip

    def test_that_writes_over_ours_what_it_read_before_is_merged_with(self, behind, boto, proxy, journal):
        put(boto, behind.bucket, one={"Tag1": "A"}, two={"Tag1": "A"})

        def write_over(asked, forward):
            theirs = tags_of(boto, behind.bucket, "one")
            reply = forward()
            tag(boto, behind.bucket, "one", **theirs, Tag3="Theirs", Scanner="clean")
            return reply

        proxy.on(faults.of_key("one", writes_tags), write_over, times=1)
        report, told = run(request_for(behind, "A", "B"), behind, journal)
        assert tags_of(boto, behind.bucket, "one") == {"Tag1": "B", "Tag3": "Theirs", "Scanner": "clean"}
        assert told["one"].tags == tags_of(boto, behind.bucket, "one")
        assert (report.retagged, report.failures) == (2, ())
        undo(behind, journal)
        assert tags_of(boto, behind.bucket, "one") == {"Tag1": "A", "Tag3": "Theirs", "Scanner": "clean"}

    def test_of_ours_that_adds_another_tag_in_the_same_moment_keeps_both(self, behind, boto, proxy, tmp_path):
        put(boto, behind.bucket, one={"Tag1": "A"})
        files = request_for(behind, "A", "B").files
        proxy.on(writes_tags, crossed_over(), times=2)
        with ThreadPoolExecutor(2) as pool:
            reports = list(pool.map(lambda value: _add(value, files, behind, tmp_path / value), ("B", "C")))
        assert [report.failures for report in reports] == [(), ()]
        assert set(tags_of(boto, behind.bucket, "one").values()) == {"A", "B", "C"}


def crossed_over():
    """Let two writers of one file both read it first, then write it, the second one before the first one."""
    numbers = itertools.count()
    first, second = threading.Event(), threading.Event()

    def fault(asked, forward):
        is_first = next(numbers) == 0
        own, other = (first, second) if is_first else (second, first)
        if is_first:
            assert other.wait(30)
        reply = forward()
        own.set()
        assert other.wait(30)
        return reply

    return fault


def _add(value, files, storage, path):
    file = JournalFile(path)
    request = RetagRequest(files, (TagEdit(None, value),), RULES)
    report = retag(request, storage, Retags(file, "files", MovedClock()), Job())
    file.close()
    return report


def test_a_cancel_keeps_what_was_done_and_says_how_many(storage, boto, journal):
    keys = [f"f{number:04}" for number in range(1200)]
    put(boto, storage.bucket, **{key: {"Tag1": "A", "Scanner": "clean"} for key in keys})
    listener = cancel_when(lambda event: isinstance(event, Progressed) and event.files == 600)
    report, told = run(request_for(storage, "A", "B"), storage, journal, listener)
    tags = all_tags(boto, storage.bucket, keys)
    changed = {key for key in keys if tags[key]["Tag1"] == "B"}
    assert report.is_cancelled
    assert set(told) == changed
    assert report.retagged == len(changed) >= 600
    assert len(changed) < 1200
    assert last_run(journal).files == len(changed)
    undo(storage, journal)
    assert all(tags == {"Tag1": "A", "Scanner": "clean"} for tags in all_tags(boto, storage.bucket, keys).values())


def test_files_that_are_forbidden_are_named_and_the_rest_goes_on(behind, boto, proxy, journal):
    put(boto, behind.bucket, one={"Tag1": "A"}, two={"Tag1": "A"}, three={"Tag1": "A"})
    request = request_for(behind, "A", "B")
    proxy.on(faults.of_key("two", writes_tags), faults.answer(403, "AccessDenied"))
    proxy.on(faults.of_key("three", faults.reads_tags), faults.answer(403, "AccessDenied"))
    report, _ = run(request, behind, journal)
    assert {failure.key: str(failure.error) for failure in report.failures} == {
        key: f"{key}: You don’t have access. Your IT team decides who may do this with which files."
        for key in ("two", "three")
    }
    assert [tags_of(boto, behind.bucket, key)["Tag1"] for key in ("one", "two", "three")] == ["B", "A", "A"]
    assert last_run(journal).files == 1


@pytest.mark.parametrize("fault", [faults.answer(503, "SlowDown"), faults.hang_up, faults.lose_reply])
def test_a_write_that_the_storage_or_the_network_fails_is_tried_again(behind, boto, proxy, journal, fault):
    put(boto, behind.bucket, one={"Tag1": "A"}, two={"Tag1": "A"})
    proxy.on(faults.of_key("one", writes_tags), fault, times=2)
    report, _ = run(request_for(behind, "A", "B"), behind, journal)
    assert report.retagged == 2
    assert tags_of(boto, behind.bucket, "one") == {"Tag1": "B"}
    assert proxy.count(faults.of_key("one", writes_tags)) == 3


def test_a_file_that_somebody_changed_since_is_left_alone_by_an_undo(storage, boto, journal):
    put(boto, storage.bucket, one={"Tag1": "A", "Tag2": "Tag-value"}, two={"Tag1": "A"}, three={"Tag1": "A"})
    run(request_for(storage, "A", "B"), storage, journal)
    tag(boto, storage.bucket, "one", Tag1="B", Tag2="Tag-value", Scanner="clean")
    tag(boto, storage.bucket, "two", Tag1="B", Tag3="Theirs")
    boto.delete_object(Bucket=storage.bucket, Key="three")
    report, _ = undo(storage, journal)
    assert tags_of(boto, storage.bucket, "one") == {"Tag1": "A", "Tag2": "Tag-value", "Scanner": "clean"}
    assert tags_of(boto, storage.bucket, "two") == {"Tag1": "B", "Tag3": "Theirs"}
    assert {failure.key: failure.error.code for failure in report.failures} == {
        "two": "retagged-since",
        "three": "gone",
    }
    assert journal.runs() == ()


def test_the_index_knows_the_new_tags_at_once(direct, buckets, boto, journal, tmp_path):
    store = IndexStore(tmp_path / "index.sqlite", RULES)
    feed = IndexFeed(store, MovedClock())
    storage = direct.bucket(buckets.storage, observer=feed)
    put(boto, storage.bucket, one={"Tag1": "A"}, two={"Tag1": "A"}, unknown={"Tag1": "A"})
    head = boto.head_object(Bucket=storage.bucket, Key="one")
    entries = [
        Entry(StoredObject(key, 3, head["LastModified"], head["ETag"]), {"Tag1": "A"}, MovedClock().now())
        for key in ("one", "two")
    ]
    store.put(entries)
    run(request_for(storage, "A", "B"), storage, journal)
    feed.flush()
    assert {match.stored.key for batch in store.find(query_of(["B"])) for match in batch} == {"one", "two"}
    assert (store.counts(), store.count()) == ({"B": 2}, (2, 0))
    undo(storage, journal)
    feed.flush()
    assert store.counts() == {"A": 2}
    feed.close()
    store.close()


def test_a_storage_that_cannot_be_reached_any_more_changes_nothing(behind, boto, proxy, journal):
    put(boto, behind.bucket, one={"Tag1": "A"})
    request = request_for(behind, "A", "B")
    proxy.on(lambda asked: "tagging" in asked.query, faults.hang_up)
    with pytest.raises(OutageError, match="No connection to the storage"):
        run(request, behind, journal)
    assert tags_of(boto, behind.bucket, "one") == {"Tag1": "A"}
    assert journal.runs() == ()
