"""The local index beside a real bucket that others change: never a wrong hit as certain, the truth after a refresh."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from app.aws.connect import Server
from app.aws.credentials import CredentialsHolder
from app.catalog.choice import AutoCatalog
from app.catalog.entries import Entry
from app.catalog.index import IndexCatalog
from app.catalog.live import LiveCatalog
from app.catalog.recording import IndexFeed
from app.catalog.refresh import Rereading, refresh
from app.catalog.store import LEASE, IndexStore
from app.core.capabilities import EVERYTHING
from app.core.errors import CancelledError, OutageError
from app.core.events import Matches, Scanned, Unreadable, UploaderRead, Withdrawn
from app.core.job import CancelToken, Job
from app.core.objects import Put, StoredObject
from app.core.query import query_of
from app.core.tags import TagRules
from app.demo.server import REGION
from tests import proxy as faults
from tests.fakes import Listener, MovedClock, NoRenewal, cancel_when
from tests.integration.finding import find, put_all

RULES = TagRules()
NOTHING_TWICE = Rereading(timedelta(days=30), 0)
EVERYTHING_TWICE = Rereading(timedelta(0), 10**12)


@pytest.fixture
def store(tmp_path):
    store = IndexStore(tmp_path / "index.sqlite", RULES)
    yield store
    store.close()


def bring_up_to_date(store, storage, rereading=NOTHING_TWICE, listener=None, hours_later=0):
    return refresh(store, storage, MovedClock(hours_later), rereading, (listener or Listener()).job)


def ask(store, storage, *values, listener=None, **options):
    """Return the report, the certain matches by key, and the listener."""
    listener = listener or Listener()
    catalog = IndexCatalog(store, storage, RULES, MovedClock())
    report = catalog.search(query_of(values, **options), listener.job)
    certain = (match for news in listener.of(Matches) if news.is_certain for match in news.batch)
    return report, {match.stored.key: match for match in certain}, listener


def told_at_once(listener):
    return {match.stored.key for news in listener.of(Matches) if not news.is_certain for match in news.batch}


def test_a_refreshed_index_knows_every_object(store, storage, boto):
    put_all(boto, storage.bucket, {f"f{n:04}": (b"x", {"Tag1": f"v{n % 3}"}) for n in range(1500)})
    report = bring_up_to_date(store, storage)
    assert (report.objects, report.read, report.removed, report.is_done) == (1500, 1500, 0, True)
    report, matches, listener = ask(store, storage, "V1")
    assert set(matches) == told_at_once(listener) == {f"f{n:04}" for n in range(1500) if n % 3 == 1}
    assert (report.matches, report.looked_at, report.is_complete, report.engine) == (500, 1500, True, "index")
    assert report.fresh_at == store.completed_at


def test_a_second_refresh_reads_only_what_changed(store, storage, boto):
    put_all(boto, storage.bucket, {f"f{n}": (b"x", {"Tag1": "a"}) for n in range(50)})
    bring_up_to_date(store, storage)
    put_all(boto, storage.bucket, {"new": (b"y", {"Tag1": "a"}), "f7": (b"other bytes", {"Tag1": "b"})})
    boto.delete_object(Bucket=storage.bucket, Key="f8")
    report = bring_up_to_date(store, storage)
    assert (report.objects, report.read, report.removed) == (50, 2, 1)
    _, matches, _ = ask(store, storage, "a")
    assert set(matches) == {"new", *(f"f{n}" for n in range(50) if n not in (7, 8))}


def test_the_reserved_prefix_is_nobodys_file(store, storage, boto):
    put_all(boto, storage.bucket, {".tagdrop/catalog": (b"x", {"Tag1": "a"}), "f": (b"x", {"Tag1": "a"})})
    bring_up_to_date(store, storage)
    _, matches, _ = ask(store, storage)
    assert set(matches) == {"f"}


class TestAHit:
    def test_is_told_at_once_and_then_with_certainty(self, store, storage, boto):
        put_all(boto, storage.bucket, {"f": (b"x", {"Tag1": "a"})})
        bring_up_to_date(store, storage)
        _, _, listener = ask(store, storage, "a")
        assert [news.is_certain for news in listener.of(Matches)] == [False, True]

    def test_that_was_retagged_by_another_tool_is_withdrawn(self, store, storage, boto):
        put_all(boto, storage.bucket, {"f": (b"x", {"Tag1": "a"}), "g": (b"x", {"Tag1": "a"})})
        bring_up_to_date(store, storage)
        boto.put_object_tagging(Bucket=storage.bucket, Key="f", Tagging={"TagSet": [{"Key": "Tag1", "Value": "b"}]})
        report, matches, listener = ask(store, storage, "a")
        assert (set(matches), report.matches, told_at_once(listener)) == ({"g"}, 1, {"f", "g"})
        assert listener.of(Withdrawn) == [Withdrawn(("f",))]
        _, matches, _ = ask(store, storage, "b")
        assert set(matches) == {"f"}

    def test_that_was_deleted_is_withdrawn_and_forgotten(self, store, storage, boto):
        put_all(boto, storage.bucket, {"f": (b"x", {"Tag1": "a"})})
        bring_up_to_date(store, storage)
        boto.delete_object(Bucket=storage.bucket, Key="f")
        report, matches, listener = ask(store, storage, "a")
        assert (matches, report.is_complete, listener.of(Withdrawn)) == ({}, True, [Withdrawn(("f",))])
        assert store.count() == (0, 0)

    def test_that_was_overwritten_comes_as_it_is_now(self, store, storage, boto):
        put_all(boto, storage.bucket, {"f": (b"x", {"Tag1": "a"})})
        bring_up_to_date(store, storage)
        boto.put_object(Bucket=storage.bucket, Key="f", Body=b"longer", Tagging="Tag1=A", Metadata={"uploaded-by": "J"})
        _, matches, listener = ask(store, storage, "a")
        etag = boto.head_object(Bucket=storage.bucket, Key="f")["ETag"].strip('"')
        assert (matches["f"].stored.size_bytes, matches["f"].stored.etag, matches["f"].values) == (6, etag, ("A",))
        assert listener.of(UploaderRead) == [UploaderRead("f", "J")]
        assert store.uploaders(["f"]) == {"f": "J"}

    def test_whose_tags_cant_be_read_any_more_is_named_and_no_match(self, store, behind, boto, proxy):
        put_all(boto, behind.bucket, {"f": (b"x", {"Tag1": "a"}), "g": (b"x", {"Tag1": "a"})})
        bring_up_to_date(store, behind)
        proxy.on(faults.of_key("f", faults.reads_tags), faults.answer(403, "AccessDenied"))
        report, matches, listener = ask(store, behind, "a")
        assert (set(matches), report.unreadable, report.is_complete) == ({"g"}, 1, False)
        assert [(event.key, event.error.code) for event in listener.of(Unreadable)] == [("f", "forbidden")]

    def test_that_the_storage_fails_to_tell_of_stays_without_certainty(self, store, behind, boto, proxy):
        put_all(boto, behind.bucket, {"f": (b"x", {"Tag1": "a"})})
        bring_up_to_date(store, behind)
        proxy.on(faults.reads_tags, faults.answer(500, "InternalError"))
        listener = Listener()
        report, matches, _ = ask(store, behind, "a", listener=listener)
        assert (matches, report.is_complete) == ({}, False)
        assert told_at_once(listener) == {"f"}


def test_what_cant_be_read_is_read_again_by_every_search_and_refresh(store, behind, boto, proxy):
    put_all(boto, behind.bucket, {"f": (b"x", {"Tag1": "a"}), "g": (b"x", {"Tag1": "a"})})
    proxy.on(faults.of_key("f", faults.reads_tags), faults.answer(403, "AccessDenied"))
    bring_up_to_date(store, behind)
    report, matches, listener = ask(store, behind, "a")
    assert (set(matches), report.unreadable) == ({"g"}, 1)
    assert [event.key for event in listener.of(Unreadable)] == ["f"]
    proxy.forget()
    report, matches, _ = ask(store, behind, "a")
    assert (set(matches), report.is_complete) == ({"f", "g"}, True)


def test_a_retag_by_another_tool_is_found_when_its_turn_to_be_read_again_comes(store, storage, boto):
    put_all(boto, storage.bucket, {f"f{n}": (b"x", {"Tag1": "a"}) for n in range(10)})
    bring_up_to_date(store, storage)
    boto.put_object_tagging(Bucket=storage.bucket, Key="f3", Tagging={"TagSet": [{"Key": "Tag1", "Value": "b"}]})
    assert ask(store, storage, "b")[1] == {}
    report = bring_up_to_date(store, storage, EVERYTHING_TWICE)
    assert report.read == 10
    assert set(ask(store, storage, "b")[1]) == {"f3"}


def test_reading_again_keeps_to_its_budget_and_takes_the_oldest_first(store, storage, boto):
    put_all(boto, storage.bucket, {f"f{n}": (b"x", {"Tag1": "a"}) for n in range(20)})
    bring_up_to_date(store, storage)
    some = Rereading(timedelta(hours=1), 16)
    assert [bring_up_to_date(store, storage, some, hours_later=hours).read for hours in (12.1, 24.2)] == [8, 8]
    assert len(store.longest_unread(MovedClock(1).now(), 100)) == 4
    assert bring_up_to_date(store, storage, some, hours_later=90).read == 16


class TestARefresh:
    def test_that_is_cancelled_keeps_what_it_learnt_and_the_next_goes_on_from_there(self, store, storage, boto):
        put_all(boto, storage.bucket, {f"f{n:04}": (b"x", {"Tag1": "a"}) for n in range(2500)})
        listener = cancel_when(lambda event: isinstance(event, Scanned) and event.looked_at >= 2000)
        with pytest.raises(CancelledError):
            bring_up_to_date(store, storage, listener=listener)
        kept, _ = store.count()
        assert 0 < kept < 2500
        assert store.completed_at is None
        assert bring_up_to_date(store, storage).read == 2500 - kept

    def test_whose_listing_breaks_off_forgets_nothing(self, store, behind, boto, proxy):
        put_all(boto, behind.bucket, {f"f{n:04}": (b"x", {"Tag1": "a"}) for n in range(1100)})
        bring_up_to_date(store, behind)
        completed_at = store.completed_at
        proxy.on(
            lambda asked: faults.lists(asked) and "continuation-token" in asked.query,
            faults.answer(500, "InternalError"),
        )
        with pytest.raises(OutageError):
            bring_up_to_date(store, behind)
        assert (store.count(), store.completed_at) == ((1100, 0), completed_at)

    def test_leaves_it_to_another_program_that_is_at_it(self, store, storage):
        now = MovedClock().now()
        store.lease(now, now + LEASE)
        assert not bring_up_to_date(store, storage).is_done

    def test_survives_being_killed_at_any_moment(self, store, storage, boto, s3_server, keys, tmp_path):
        put_all(boto, storage.bucket, {f"f{n:04}": (b"x", {"Tag1": f"v{n % 7}"}) for n in range(2000)})
        context = multiprocessing.get_context("spawn")
        chance = random.Random(20)
        for _ in range(4):
            arguments = (tmp_path / "index.sqlite", s3_server.endpoint_url, keys, storage.bucket)
            process = context.Process(target=_refresh_for_ever, args=arguments)
            process.start()
            wait_until(lambda: store.count()[0] > 0, 60)
            time.sleep(chance.uniform(0, 0.5))  # the moment is to be any
            os.kill(process.pid, signal.SIGKILL)
            process.join()
            store.check()
        store.end_lease()
        bring_up_to_date(store, storage)
        for value in range(7):
            _, matches, _ = ask(store, storage, f"v{value}")
            assert set(matches) == {f"f{n:04}" for n in range(2000) if n % 7 == value}


def _refresh_for_ever(path, endpoint_url, keys, bucket):
    storage = Server(REGION, endpoint_url, CredentialsHolder(keys), NoRenewal(), EVERYTHING).bucket(bucket)
    store = IndexStore(path, RULES)
    while True:
        store.end_lease()
        refresh(store, storage, MovedClock(), EVERYTHING_TWICE, Job())


def wait_until(holds, seconds):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


OPERATIONS = 5000
VALUES = ["Invoice", "INVOICE", "Lot 1", "Lot 12", "Größe", ""]


class Others:
    """A second client that changes the bucket at random, and knows what is in it.

    Attributes:
        truth: key -> tag set.
    """

    def __init__(self, client, bucket, seed):
        self._client = client
        self._bucket = bucket
        self._chance = random.Random(seed)
        self.truth = {}

    def change(self, count):
        with ThreadPoolExecutor(16) as pool:
            for _ in range(count // 50):
                # Of each key only one operation at a time, or nobody would know the truth.
                keys = self._chance.sample(range(1500), 50)
                list(pool.map(lambda args: args[0](*args[1:]), [self._plan(f"k/{key:04}") for key in keys]))

    def _plan(self, key):
        tags = {name: value for name in ("Tag1", "Tag4") if (value := self._chance.choice(VALUES))}
        tags["Owner"] = "Invoice"
        kind = self._chance.random()
        if key not in self.truth or kind < 0.3:
            self.truth[key] = tags
            return self._put, key, tags, self._chance.randbytes(3)
        if kind < 0.5:
            del self.truth[key]
            return self._delete, key
        self.truth[key] = tags
        return self._retag, key, tags

    def _put(self, key, tags, body):
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, Tagging=urlencode(tags))

    def _delete(self, key):
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def _retag(self, key, tags):
        tag_set = [{"Key": name, "Value": value} for name, value in tags.items()]
        self._client.put_object_tagging(Bucket=self._bucket, Key=key, Tagging={"TagSet": tag_set})


QUERIES = [
    (["invoice"], {}),
    (["lot*"], {}),
    (["grösse", "lot 1"], {}),
    (["invoice"], {"excluded": ["Lot 12"]}),
    ([], {"excluded": ["invoice"]}),
    ([], {}),
]


@pytest.mark.timeout(300)
def test_beside_a_bucket_that_others_change_it_never_lies_and_after_a_refresh_it_knows_all(store, storage, boto):
    others = Others(boto, storage.bucket, 20261125)
    others.change(1000)
    bring_up_to_date(store, storage)
    for _ in range(4):
        others.change((OPERATIONS - 1000) // 4)
        for values, options in QUERIES:
            query = query_of(values, **options)
            _, matches, _ = ask(store, storage, *values, **options)
            for key, match in matches.items():
                assert match.tags == others.truth[key]
                assert query.matches(match.values)
        bring_up_to_date(store, storage, EVERYTHING_TWICE)
        for values, options in QUERIES:
            query = query_of(values, **options)
            meant = {key for key, tags in others.truth.items() if query.matches(RULES.values(tags))}
            assert set(ask(store, storage, *values, **options)[1]) == meant
            assert set(find(storage, *values, **options)[1]) == meant


@pytest.fixture
def feed(store):
    return IndexFeed(store, MovedClock())


class TestWithoutARefresh:
    def test_a_live_search_fills_the_index(self, store, storage, boto, feed):
        put_all(boto, storage.bucket, {f"f{n:04}": (b"x", {"Tag1": f"v{n % 3}"}) for n in range(1200)})
        store.put([Entry(StoredObject("gone", 1, MovedClock(-1).now(), "e"), {"Tag1": "v1"}, MovedClock(-1).now())])
        catalog = LiveCatalog(storage, RULES, MovedClock(), lambda: feed)
        report = catalog.search(query_of(["v1"]), Job())
        assert store.completed_at == report.fresh_at
        assert store.count() == (1200, 0)
        assert set(ask(store, storage, "v2")[1]) == {f"f{n:04}" for n in range(1200) if n % 3 == 2}

    def test_a_live_search_that_breaks_off_leaves_what_it_read_but_nothing_is_whole(self, store, storage, boto, feed):
        put_all(boto, storage.bucket, {f"f{n:04}": (b"x", {"Tag1": "a"}) for n in range(1200)})
        listener = cancel_when(lambda event: isinstance(event, Scanned) and event.looked_at >= 500)
        with pytest.raises(CancelledError):
            LiveCatalog(storage, RULES, MovedClock(), lambda: feed).search(query_of(["a"]), listener.job)
        assert 500 <= store.count()[0] < 1200
        assert store.completed_at is None

    def test_ones_own_writes_and_deletions_are_known_at_once(self, store, direct, storage, feed):
        bring_up_to_date(store, storage)
        bring_up_to_date(store, storage)
        own = direct.bucket(storage.bucket, observer=feed)
        puts = [Put(f"f{n}", b"xy", zlib.crc32(b"xy"), {"Tag1": "Mine"}) for n in range(3)]
        list(own.put_many(puts, CancelToken()))
        list(own.delete_many(["f1"], CancelToken()))
        _, matches, listener = ask(store, storage, "mine")
        assert set(matches) == told_at_once(listener) == {"f0", "f2"}
        assert matches["f0"].stored.size_bytes == 2

    def test_an_index_that_cant_be_written_fails_no_search(self, store, storage, boto, feed, caplog):
        put_all(boto, storage.bucket, {"f": (b"x", {"Tag1": "a"})})
        store.close()
        report = LiveCatalog(storage, RULES, MovedClock(), lambda: feed).search(query_of(["a"]), Job())
        assert (report.matches, report.is_complete) == (1, True)
        assert "The index can’t be written" in caplog.text


class TestTheChoice:
    @pytest.fixture
    def auto(self, store, storage):
        index = IndexCatalog(store, storage, RULES, MovedClock())
        return AutoCatalog(index, LiveCatalog(storage, RULES, MovedClock()))

    def test_is_live_until_the_index_knows_the_whole_bucket(self, auto, store, storage, boto):
        put_all(boto, storage.bucket, {"f": (b"x", {"Tag1": "a"})})
        assert auto.search(query_of(["a"]), Job()).engine == "live"
        bring_up_to_date(store, storage)
        assert auto.search(query_of(["a"]), Job()).engine == "index"
        assert auto.tag_counts(Job()) == {"a": 1}

    def test_is_live_where_the_index_is_damaged(self, auto, store, storage, boto):
        put_all(boto, storage.bucket, {"f": (b"x", {"Tag1": "a"})})
        bring_up_to_date(store, storage)
        with sqlite3.connect(store.path) as other:
            other.execute("DROP TABLE tag_values")
        other.close()
        report = auto.search(query_of(["a"]), Job())
        assert (report.engine, report.matches) == ("live", 1)
