"""The published catalogue on a real bucket: what is stored, who starts from it, and what nobody believes."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import threading
from datetime import datetime, timedelta

import pytest

from app.catalog import publishing
from app.catalog.choice import AutoCatalog
from app.catalog.live import LiveCatalog
from app.catalog.local import LocalIndex
from app.catalog.refresh import Rereading
from app.core.errors import CancelledError, ConflictError, InputError, OutageError
from app.core.events import Matches
from app.core.job import CancelToken, Job
from app.core.query import query_of
from app.core.tags import TagRules
from tests import proxy as faults
from tests.fakes import Listener, MovedClock
from tests.integration.finding import find, put_all
from tests.server import keys_in, tags_of

POINTER = ".tagdrop/catalog/latest.json"
EVERYTHING_TWICE = Rereading(timedelta(0), 10**12)
THREE_DAYS = 72
FILES = 300


@pytest.fixture
def computer(tmp_path):
    """Return a function that opens the index of a computer, whose clock may be ahead, with its own settings."""
    opened = []

    def open_index(name, hours=0, rules=None, rereading=EVERYTHING_TWICE):
        opened.append(LocalIndex(tmp_path / f"{name}.sqlite", rules or TagRules(), MovedClock(hours), rereading))
        return opened[-1]

    yield open_index
    for index in opened:
        index.close()


@pytest.fixture
def publish(computer, storage):
    """Return a function that does what IT's computer does."""
    server_room = computer("server room")

    def refresh_and_publish():
        server_room.refresh(storage, Job(), rereads=True)
        return server_room.publish(storage, Job())

    return refresh_and_publish


@pytest.fixture
def filled(storage, boto):
    """A bucket of some files, a fifth of them tagged alike."""
    put_all(boto, storage.bucket, {f"Site/{n:04}.pdf": (b"x", {"Tag1": f"Lot {n % 5}"}) for n in range(FILES)})
    return storage


def ask(index, storage, *values):
    """Return the certain matches of a search in the index."""
    listener = Listener()
    index.catalog(storage).search(query_of(values), listener.job)
    return {match.stored.key: match for news in listener.of(Matches) if news.is_certain for match in news.batch}


def said(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def retag(boto, bucket, key, value):
    boto.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": [{"Key": "Tag1", "Value": value}]})


def pointer_in(boto, bucket):
    return json.loads(boto.get_object(Bucket=bucket, Key=POINTER)["Body"].read())


def point_elsewhere(client, bucket_name, **fields):
    body = json.dumps({**pointer_in(client, bucket_name), **fields}).encode()
    client.put_object(Bucket=bucket_name, Key=POINTER, Body=body)


def test_what_is_stored_can_be_read_with_nothing_of_ours(publish, filled, boto):
    publication = publish()
    assert keys_in(boto, filled.bucket)[:2] == sorted([publication.key, POINTER])
    pointer = pointer_in(boto, filled.bucket)
    content = boto.get_object(Bucket=filled.bucket, Key=pointer["snapshot"])["Body"].read()
    assert (pointer["format"], pointer["bucket"], pointer["objects"]) == (1, filled.bucket, FILES)
    assert (pointer["size_bytes"], pointer["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    first, *blocks = map(json.loads, gzip.decompress(content).splitlines())
    assert first.items() <= pointer.items()
    stored = {}
    for block in blocks:
        columns = (block[name] for name in ("keys", "sizes", "modified", "etags", "tags", "read"))
        for key, size, modified, etag, tags, read in zip(*columns, strict=True):
            stored[key] = (size, modified, etag, block["tag_sets"][tags])
            assert read <= datetime.fromisoformat(pointer["completed_at"]).timestamp() * 1e6 + 60e6
    heads = {key: boto.head_object(Bucket=filled.bucket, Key=key) for key in ("Site/0000.pdf", "Site/0299.pdf")}
    for key, head in heads.items():
        size, modified, etag, tags = stored[key]
        assert (size, etag, tags) == (1, head["ETag"].strip('"'), tags_of(boto, filled.bucket, key))
        assert int(modified / 1e6) == int(head["LastModified"].timestamp())
    assert len(stored) == FILES


class TestANewComputer:
    def test_starts_from_it_and_reads_no_tags_again(self, publish, computer, filled, behind, proxy):
        publish()
        desktop = computer("desktop")
        report = desktop.refresh(behind, Job())
        assert (report.objects, report.read, report.removed, report.started_from_published) == (FILES, 0, 0, True)
        assert proxy.count(faults.reads_tags) == 0
        for value in range(5):
            assert set(ask(desktop, filled, f"lot {value}")) == {f"Site/{n:04}.pdf" for n in range(value, FILES, 5)}
        assert desktop.store.counts() == {f"Lot {n}": FILES // 5 for n in range(5)}
        assert not desktop.refresh(behind, Job()).started_from_published

    def test_knows_what_others_changed_after_it_was_published(self, publish, computer, filled, boto):
        publish()
        put_all(
            boto, filled.bucket, {"new.pdf": (b"n", {"Tag1": "Lot 1"}), "Site/0001.pdf": (b"other", {"Tag1": "Mine"})}
        )
        boto.delete_object(Bucket=filled.bucket, Key="Site/0006.pdf")
        retag(boto, filled.bucket, "Site/0011.pdf", "Lot 9")
        desktop = computer("desktop")
        report = desktop.refresh(filled, Job())
        assert (report.read, report.removed, report.started_from_published) == (2, 1, True)
        _, truth, _ = find(filled, "Lot 1")
        assert ask(desktop, filled, "Lot 1") == truth
        assert {"Site/0001.pdf", "Site/0006.pdf", "Site/0011.pdf"}.isdisjoint(truth)

    def test_makes_the_values_by_its_own_settings(self, publish, computer, filled):
        publish()
        desktop = computer("desktop", rules=TagRules(key="Tag2", more_keys=(), fixed={}))
        assert desktop.refresh(filled, Job()).started_from_published
        assert ask(desktop, filled, "Lot 1") == {}

    def test_answers_at_once_as_of_when_it_was_published(self, publish, computer, filled, boto):
        publish()
        boto.delete_object(Bucket=filled.bucket, Key="Site/0006.pdf")
        desktop = computer("desktop")
        report = desktop.catalog(filled).search(query_of(["lot 1"]), Job())
        assert (report.engine, report.matches) == ("index", FILES // 5 - 1)
        assert report.fresh_at == datetime.fromisoformat(pointer_in(boto, filled.bucket)["completed_at"])

    def test_has_an_index_that_answers_instead_of_a_live_search(self, publish, computer, filled, behind, proxy):
        publish()
        desktop = computer("desktop")
        live = LiveCatalog(behind, TagRules(), MovedClock())
        report = AutoCatalog(desktop.catalog(filled), live).search(query_of(["lot 1"]), Job())
        assert (report.engine, report.matches, proxy.asked) == ("index", FILES // 5, [])

    def test_downloads_it_once_however_many_searches_wait_for_it(self, publish, computer, filled, behind, proxy):
        publication = publish()
        desktop = computer("desktop")
        threads = [threading.Thread(target=desktop.start, args=(behind, Job())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert desktop.state().objects == FILES
        assert proxy.count(faults.of_key(publication.key, faults.reads_content)) == 1

    def test_knows_nothing_of_it_when_it_was_cancelled_halfway(self, publish, computer, filled):
        publish()
        desktop = computer("desktop")
        cancel = CancelToken()
        cancel.cancel()
        with pytest.raises(CancelledError):
            desktop.start(filled, Job(cancel))
        assert (desktop.state().completed_at, desktop.state().objects) == (None, 0)
        assert desktop.start(filled, Job())

    def test_can_be_cancelled_while_the_storage_keeps_silent(self, publish, computer, filled, behind, proxy):
        publish()
        asked, goes_on = threading.Event(), threading.Event()
        proxy.on(faults.of_key(POINTER), lambda *args: [asked.set(), faults.hold_until(goes_on)(*args)][1])
        desktop, cancel = computer("desktop"), CancelToken()
        threading.Thread(target=lambda: [asked.wait(20), cancel.cancel()]).start()
        with pytest.raises(CancelledError):
            desktop.start(behind, Job(cancel))
        assert proxy.at_once == 1
        goes_on.set()

    def test_that_reads_everything_anew_starts_from_nothing(self, publish, computer, filled):
        publish()
        report = computer("desktop").refresh(filled, Job(), starts=False)
        assert (report.read, report.started_from_published) == (FILES, False)

    def test_keeps_what_it_learnt_before_it_started(self, publish, computer, filled, direct, boto):
        publish()
        desktop = computer("desktop")
        retag(boto, filled.bucket, "Site/0000.pdf", "Mine")
        (page,) = (page for page in direct.bucket(filled.bucket).list_objects("Site/0000", CancelToken()))
        desktop.feed.wrote(page[0], {"Tag1": "Mine"})
        assert desktop.refresh(filled, Job()).read == 0
        assert set(ask(desktop, filled, "mine")) == {"Site/0000.pdf"}
        assert desktop.store.counts()["Lot 0"] == FILES // 5 - 1


def test_files_whose_tags_nobody_could_read_are_read_by_who_starts_from_it(computer, storage, boto, behind, proxy):
    put_all(boto, storage.bucket, {"f": (b"x", {"Tag1": "a"}), "g": (b"x", {"Tag1": "a"})})
    proxy.on(faults.of_key("f", faults.reads_tags), faults.answer(403, "AccessDenied"))
    server_room = computer("server room")
    server_room.refresh(behind, Job())
    server_room.publish(storage, Job())
    desktop = computer("desktop")
    desktop.start(storage, Job())
    assert desktop.store.count() == (2, 1)
    assert set(ask(desktop, storage, "a")) == {"f", "g"}


class TestPublishing:
    def test_again_keeps_the_one_before_and_removes_the_older_ones(self, publish, filled, boto):
        keys = [publish().key for _ in range(4)]
        assert keys_in(boto, filled.bucket)[:3] == sorted([*keys[2:], POINTER])
        assert pointer_in(boto, filled.bucket)["snapshot"] == keys[3]

    def test_a_large_one_goes_up_in_parts(self, publish, filled, boto, monkeypatch, computer):
        monkeypatch.setattr(publishing, "_LARGE_BYTES", 1000)
        head = boto.head_object(Bucket=filled.bucket, Key=publish().key)
        assert head["ETag"].strip('"').endswith("-1")
        assert computer("desktop").start(filled, Job())

    def test_makes_no_file_of_anybodys(self, publish, computer, direct, filled, boto):
        server_room = computer("observed")
        own = direct.bucket(filled.bucket, observer=server_room.feed)
        for _ in range(2):
            server_room.refresh(own, Job())
            server_room.publish(own, Job())
        server_room.feed.flush()
        assert not [key for key in ask(server_room, filled) if key.startswith(".tagdrop/")]
        assert server_room.store.count() == (FILES, 0)
        report, matches, _ = find(filled)
        assert (report.looked_at, len(matches)) == (FILES, FILES)

    def test_needs_an_index_that_knows_the_whole_bucket(self, computer, filled, boto):
        with pytest.raises(InputError) as caught:
            computer("server room").publish(filled, Job())
        assert str(caught.value) == "There is no list of all files on this computer yet. Run tagdrop index first."
        assert POINTER not in keys_in(boto, filled.bucket)

    def test_by_two_computers_at_once_leaves_the_first_ones(self, publish, filled, boto, behind, proxy, computer):
        published = []
        proxy.on(
            faults.of_key(POINTER, faults.puts_object),
            lambda asked, forward: [published.append(publish()), forward()][1],
            times=1,
        )
        other = computer("other")
        other.refresh(filled, Job())
        with pytest.raises(ConflictError) as caught:
            other.publish(behind, Job())
        assert str(caught.value) == (
            "Another computer published its list meanwhile. Theirs stays. One computer that publishes is enough."
        )
        assert keys_in(boto, filled.bucket)[:2] == sorted([published[0].key, POINTER])
        assert pointer_in(boto, filled.bucket)["snapshot"] == published[0].key

    def test_succeeded_where_only_the_answer_was_lost(self, filled, boto, behind, proxy, computer):
        proxy.on(faults.of_key(POINTER, faults.puts_object), faults.lose_reply, times=1)
        server_room = computer("server room")
        server_room.refresh(filled, Job())
        publication = server_room.publish(behind, Job())
        assert pointer_in(boto, filled.bucket)["snapshot"] == publication.key
        assert computer("desktop").start(filled, Job())

    def test_that_breaks_off_leaves_what_was_there(self, publish, filled, boto, behind, proxy, computer):
        before = publish()
        proxy.on(
            lambda asked: faults.puts_object(asked) and asked.key.endswith(".gz"), faults.answer(500, "InternalError")
        )
        other = computer("other")
        other.refresh(filled, Job())
        with pytest.raises(OutageError):
            other.publish(behind, Job())
        assert keys_in(boto, filled.bucket)[:2] == sorted([before.key, POINTER])

    def test_that_is_cancelled_when_all_is_stored_is_done(self, publish, filled, boto, behind, proxy, computer):
        job = Job()
        proxy.on(faults.of_key(POINTER, faults.puts_object), lambda asked, forward: [job.cancel.cancel(), forward()][1])
        server_room = computer("server room")
        server_room.refresh(filled, Job())
        publication = server_room.publish(behind, job)
        assert pointer_in(boto, filled.bucket)["snapshot"] == publication.key

    def test_that_is_cancelled_leaves_what_was_there(self, publish, filled, boto, behind, proxy, computer):
        before = publish()
        job = Job()
        proxy.on(
            lambda asked: faults.puts_object(asked) and asked.key.endswith(".gz"),
            lambda asked, forward: [job.cancel.cancel(), forward()][1],
        )
        other = computer("other")
        other.refresh(filled, Job())
        with pytest.raises(CancelledError):
            other.publish(behind, job)
        assert keys_in(boto, filled.bucket)[:2] == sorted([before.key, POINTER])


def flip(boto, bucket):
    key = pointer_in(boto, bucket)["snapshot"]
    content = bytearray(boto.get_object(Bucket=bucket, Key=key)["Body"].read())
    content[len(content) // 2] ^= 1
    boto.put_object(Bucket=bucket, Key=key, Body=bytes(content))


def cut(boto, bucket):
    key = pointer_in(boto, bucket)["snapshot"]
    content = boto.get_object(Bucket=bucket, Key=key)["Body"].read()
    boto.put_object(Bucket=bucket, Key=key, Body=content[:-100])


def lie(boto, bucket):
    """Store another content with the right checksum, in which a file has a key that none can have."""
    pointer = pointer_in(boto, bucket)
    content = boto.get_object(Bucket=bucket, Key=pointer["snapshot"])["Body"].read()
    text = gzip.decompress(content).replace(b"Site/0299.pdf", b".tagdrop/9.xy")
    content = gzip.compress(text)
    boto.put_object(Bucket=bucket, Key=pointer["snapshot"], Body=content)
    point_elsewhere(boto, bucket, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


NOT_BELIEVED = {
    "a bit is flipped": (flip, "damaged. It isn’t used (it has another checksum)"),
    "it is cut off": (cut, "damaged. It isn’t used (it has another size)"),
    "it lies": (lie, "damaged. It isn’t used (keys expected, something else found)"),
    "it is gone": (
        lambda boto, bucket: boto.delete_object(Bucket=bucket, Key=pointer_in(boto, bucket)["snapshot"]),
        "gone. It was replaced meanwhile.",
    ),
    "it is another bucket's": (
        lambda boto, bucket: point_elsewhere(boto, bucket, bucket="other-files"),
        "another bucket’s. It isn’t used: it is about other-files. tagdrop index --publish replaces it.",
    ),
    "it is newer": (
        lambda boto, bucket: point_elsewhere(boto, bucket, format=2, snapshot=["a", "b"]),
        "from a newer Tagdrop. It has format 2, this one knows 1. Update this one.",
    ),
    "it says that it is huge": (
        lambda boto, bucket: point_elsewhere(boto, bucket, size_bytes=10**12),
        "damaged. It isn’t used (its size can’t be)",
    ),
    "it names somebody's file": (
        lambda boto, bucket: point_elsewhere(boto, bucket, snapshot="Site/0001.pdf"),
        "damaged. It isn’t used (what names it names none)",
    ),
    "what names it is no JSON": (
        lambda boto, bucket: boto.put_object(Bucket=bucket, Key=POINTER, Body=b"{" * 5000),
        "damaged. It isn’t used",
    ),
    "what names it is empty": (
        lambda boto, bucket: boto.put_object(Bucket=bucket, Key=POINTER, Body=b""),
        "damaged. It isn’t used",
    ),
    "what names it is too long": (
        lambda boto, bucket: boto.put_object(Bucket=bucket, Key=POINTER, Body=b" " * 100_000),
        "damaged. It isn’t used (what names it is too long)",
    ),
}


class TestOneThatCantBeUsed:
    @pytest.mark.parametrize("how", NOT_BELIEVED)
    def test_is_passed_over_and_said_and_replaced_by_the_next(self, how, publish, computer, filled, boto, caplog):
        spoil, sentence = NOT_BELIEVED[how]
        publish()
        spoil(boto, filled.bucket)
        desktop = computer("desktop")
        assert not desktop.start(filled, Job())
        assert desktop.state().objects == 0
        (message,) = said(caplog)
        assert message.startswith("The published catalogue isn’t used: ")
        assert sentence in message
        report = desktop.refresh(filled, Job())
        assert (report.read, report.started_from_published) == (FILES, False)
        assert len(ask(desktop, filled, "lot 1")) == FILES // 5
        publish()
        assert computer("another").refresh(filled, Job()).started_from_published

    @pytest.mark.parametrize(("status", "code"), [(403, "AccessDenied"), (500, "InternalError")])
    def test_because_it_cant_be_read_is_passed_over(
        self, status, code, publish, computer, filled, behind, proxy, caplog
    ):
        publish()
        proxy.on(lambda asked: asked.key.startswith(".tagdrop/"), faults.answer(status, code))
        report = computer("desktop").refresh(behind, Job())
        assert (report.read, report.started_from_published) == (FILES, False)
        assert said(caplog)[0].startswith("The published catalogue isn’t used: ")

    def test_is_not_downloaded_again_and_again(self, publish, computer, filled, boto, behind, proxy):
        publication = publish()
        flip(boto, filled.bucket)
        desktop = computer("desktop")
        for _ in range(3):
            assert not desktop.start(behind, Job())
        assert proxy.count(faults.of_key(publication.key, faults.reads_content)) == 1

    def test_because_the_storage_failed_is_downloaded_again(self, publish, computer, filled, behind, proxy):
        publication = publish()
        proxy.on(faults.of_key(publication.key, faults.reads_content), faults.answer(500, "InternalError"))
        desktop = computer("desktop")
        assert not desktop.start(behind, Job())
        proxy.forget()
        assert desktop.start(behind, Job())


class TestARefreshBesideAFreshOne:
    """The publisher reads everything again, so that nobody else has to."""

    @pytest.fixture
    def desktop(self, computer, filled):
        desktop = computer("desktop")
        desktop.refresh(filled, Job())
        return desktop

    def test_finds_a_retag_by_another_tool_without_reading_again(self, desktop, publish, filled, behind, boto, proxy):
        retag(boto, filled.bucket, "Site/0003.pdf", "Mine")
        publish()
        report = desktop.refresh(behind, Job())
        assert (report.read, report.started_from_published, proxy.count(faults.reads_tags)) == (0, True, 0)
        assert set(ask(desktop, filled, "mine")) == {"Site/0003.pdf"}

    def test_takes_each_in_once_a_week(self, desktop, publish, filled, behind, proxy):
        keys = []
        for _ in range(2):
            keys.append(publish().key)
            desktop.refresh(behind, Job())
        counted = [proxy.count(faults.of_key(key, faults.reads_content)) for key in keys]
        assert counted == [1, 0]

    def test_keeps_what_it_has_read_later(self, desktop, publish, filled, boto):
        publish()
        retag(boto, filled.bucket, "Site/0003.pdf", "Mine")
        desktop.refresh(filled, Job(), rereads=True)
        desktop.refresh(filled, Job())
        assert set(ask(desktop, filled, "mine")) == {"Site/0003.pdf"}

    def test_doesnt_bring_back_what_is_gone(self, desktop, publish, filled, boto):
        publish()
        boto.delete_object(Bucket=filled.bucket, Key="Site/0003.pdf")
        report = desktop.refresh(filled, Job())
        assert (report.started_from_published, report.removed) == (True, 1)
        assert len(ask(desktop, filled, "lot 3")) == FILES // 5 - 1

    def test_reads_again_itself_where_it_is_too_old(self, publish, computer, filled):
        publish()
        later = computer("desktop", hours=THREE_DAYS)
        later.refresh(filled, Job(), starts=False)
        assert later.refresh(filled, Job(), rereads=False).read == FILES

    def test_publishes_what_it_has_read_again_itself(self, publish, computer, filled, boto):
        publish()
        retag(boto, filled.bucket, "Site/0003.pdf", "Mine")
        publish()
        desktop = computer("another")
        desktop.start(filled, Job())
        assert set(ask(desktop, filled, "mine")) == {"Site/0003.pdf"}


def test_a_publishers_clock_that_is_fast_makes_nothing_last_for_ever(computer, filled, boto):
    tomorrow = computer("server room", hours=24)
    tomorrow.refresh(filled, Job())
    tomorrow.publish(filled, Job())
    desktop = computer("desktop")
    assert desktop.start(filled, Job())
    assert desktop.state().completed_at <= MovedClock().now()
    retag(boto, filled.bucket, "Site/0003.pdf", "Mine")
    assert desktop.refresh(filled, Job(), rereads=True).read == FILES
    assert set(ask(desktop, filled, "mine")) == {"Site/0003.pdf"}
