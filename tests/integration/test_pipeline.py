"""The many requests of one call: no result is lost, nothing is left under way, memory stays bounded."""

from __future__ import annotations

import threading
import zlib

import pytest

from app.aws.credentials import CredentialsHolder
from app.core.errors import CancelledError, SignInError
from app.core.identity import Credentials
from app.core.job import CancelToken
from app.core.objects import Condition, Copy, Put, SizedKey
from app.services.session import Session
from tests import proxy as faults
from tests.fakes import CountingSource, MovedClock
from tests.server import keys_in


def small(key, body=b"content"):
    return Put(key, body, zlib.crc32(body), {"Tag1": "a"}, condition=Condition())


def fill(boto, bucket, count):
    keys = [f"f{number:04}" for number in range(count)]
    for key in keys:
        boto.put_object(Bucket=bucket, Key=key, Body=key.encode(), Tagging="Tag1=a")
    return keys


def listed(bucket):
    return [stored for page in bucket.list_objects("", CancelToken()) for stored in page]


def test_when_the_items_fail_the_writes_under_way_are_still_told(storage, boto):
    def puts():
        yield from (small(f"f{number}") for number in range(20))
        raise ValueError("unforeseen")

    told = []
    with pytest.raises(ValueError, match="unforeseen"):
        told.extend(storage.put_many(puts(), CancelToken()))
    assert sorted(result.put.key for result in told) == keys_in(boto, storage.bucket)
    assert all(result.error is None for result in told)


def test_a_cancelled_write_tells_what_became_of_each_request_that_was_sent(behind, boto, proxy):
    cancel = CancelToken()
    results = []
    for result in behind.put_many((small(f"f{number:03}") for number in range(400)), cancel):
        results.append(result)
        if len(results) == 50:
            cancel.cancel()
    stored = [result.put.key for result in results if result.error is None]
    assert 50 <= len(results) < 400
    assert sorted(stored) == keys_in(boto, behind.bucket)


def test_writes_that_wait_for_another_try_dont_hold_up_a_cancel(behind, proxy):
    cancel = CancelToken()
    proxy.on(
        faults.puts_object,
        lambda asked, forward: (cancel.cancel(), faults.answer(500, "InternalError")(asked, forward))[1],
    )
    (result,) = behind.put_many([small("a")], cancel)
    assert result.error is not None


def test_while_no_answer_comes_other_things_are_seen_to(behind, boto, proxy):
    answered = threading.Event()
    proxy.on(faults.puts_object, faults.hold_until(answered))
    (result,) = behind.put_many([small("a")], CancelToken(), meanwhile=answered.set)
    assert answered.is_set()
    assert result.error is None


def test_a_run_that_is_left_early_leaves_no_copy_under_way(direct, proxy, boto, buckets, storage, staging_behind):
    keys = fill(boto, storage.bucket, 30)
    copies = [Copy(stored, f"copy/{stored.key}", {"Tag1": "a"}) for stored in listed(storage)]
    go_on = threading.Event()
    arrived = threading.Semaphore(0)

    def slow(asked, forward):
        arrived.release()
        go_on.wait(20)
        return forward()

    proxy.on(lambda asked: faults.copies_object(asked) and not asked.key.endswith(keys[0]), slow)
    results = staging_behind.copy_many(storage.bucket, copies, CancelToken())
    assert next(results).error is None
    arrived.acquire()
    threading.Timer(0.2, go_on.set).start()
    results.close()
    there = keys_in(boto, buckets.staging)
    assert proxy.at_once == 0
    assert keys_in(boto, buckets.staging) == there
    assert proxy.count(faults.copies_object) == len(there)


def test_contents_come_in_order_though_one_is_late(behind, boto, proxy):
    keys = fill(boto, behind.bucket, 40)
    proxy.on(faults.of_key(keys[3], faults.reads_content), faults.answer(500, "InternalError"), times=2)
    contents = list(behind.read_many([SizedKey(key, 5) for key in keys], CancelToken()))
    assert [content.key for content in contents] == keys
    assert [content.body for content in contents] == [key.encode() for key in keys]


def test_a_file_that_looks_like_an_error_is_only_a_file(storage, boto):
    body = b"<?xml version='1.0'?><Error><Code>SlowDown</Code></Error>"
    boto.put_object(Bucket=storage.bucket, Key="answer.xml", Body=body, ContentType="application/xml")
    (content,) = storage.read_many([SizedKey("answer.xml", len(body))], CancelToken())
    assert content.error is None
    assert content.body == body


def test_tags_that_arrive_damaged_are_an_error_and_not_no_tags(behind, boto, proxy):
    keys = fill(boto, behind.bucket, 3)
    portal = faults.Reply(200, (("Content-Type", "text/html"),), b"<html><p>Please sign in to this network</p></html>")
    proxy.on(faults.of_key(keys[0], faults.reads_tags), lambda asked, forward: portal)
    proxy.on(faults.of_key(keys[1], faults.reads_tags), lambda asked, forward: faults.replace(portal, body=b"<Tag"))
    reads = {read.key: read for read in behind.read_tags(keys, CancelToken())}
    assert [reads[key].error and reads[key].error.code for key in keys] == ["damaged-on-the-way"] * 2 + [None]
    assert reads[keys[0]].tags is None


def test_a_cancelled_read_ends_at_once(behind, boto, proxy):
    keys = fill(boto, behind.bucket, 10)
    never = threading.Event()
    proxy.on(faults.reads_tags, faults.hold_until(never))
    cancel = CancelToken()
    proxy.on(faults.reads_tags, faults.hang_up)
    threading.Timer(0.2, cancel.cancel).start()
    with pytest.raises(CancelledError):
        list(behind.read_tags(keys, cancel))
    assert not never.is_set()
    never.set()


def test_writing_keeps_only_some_requests_in_memory(behind, proxy):
    held = threading.Event()
    proxy.on(faults.puts_object, faults.hold_until(held))
    taken = []

    def puts():
        for number in range(40):
            taken.append(number)
            yield small(f"f{number}", bytes(8 * 1024**2))

    def let_go_once_it_waits():
        seen = -1
        while len(taken) != seen:
            seen = len(taken)
            threading.Event().wait(0.5)
        taken_at_most.append(seen)
        held.set()

    taken_at_most = []
    watcher = threading.Thread(target=let_go_once_it_waits)
    watcher.start()
    assert all(result.error is None for result in behind.put_many(puts(), CancelToken()))
    watcher.join()
    assert 64 / 8 <= taken_at_most[0] <= 64 / 8 + 1


def test_reading_keeps_only_some_contents_in_memory(storage, boto):
    size = 4 * 1024**2
    for number in range(40):
        boto.put_object(Bucket=storage.bucket, Key=f"f{number:02}", Body=bytes(size))
    asked = 0

    def objects():
        nonlocal asked
        for number in range(40):
            asked += 1
            yield SizedKey(f"f{number:02}", size)

    for given, content in enumerate(storage.read_many(objects(), CancelToken())):
        assert content.body is not None
        assert asked - given <= 64 / 4 + 1
    assert asked == 40


class TestASessionThatEnded:
    """The storage says so once; then there are new credentials."""

    @pytest.fixture
    def ended(self, keys):
        return Credentials("ENDEDSESSION", "of no use any more", "token")

    @pytest.fixture
    def source(self, ended, keys):
        return CountingSource(ended, keys)

    @pytest.fixture
    def server(self, open_server, ended, source):
        holder = CredentialsHolder(ended)
        return open_server(renewal=Session(source, MovedClock(), holder.replace), holder=holder)

    def test_is_renewed_once_for_all_reads(self, server, buckets, boto, source):
        keys = fill(boto, buckets.storage, 100)
        reads = list(server.bucket(buckets.storage).read_tags(keys, CancelToken()))
        assert all(read.tags == {"Tag1": "a"} for read in reads)
        assert source.asked["credentials"] == 2

    def test_is_renewed_for_a_listing(self, server, buckets, boto, source):
        keys = fill(boto, buckets.storage, 3)
        assert [stored.key for stored in listed(server.bucket(buckets.storage))] == keys
        assert source.asked["credentials"] == 2

    def test_is_renewed_once_for_readers_in_several_threads(self, server, buckets, boto, source):
        keys = fill(boto, buckets.storage, 20)
        bucket = server.bucket(buckets.storage)
        found = []
        threads = [
            threading.Thread(target=lambda: found.extend(bucket.read_tags(keys, CancelToken()))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len([read for read in found if read.tags]) == 80
        assert source.asked["credentials"] == 2

    def test_that_cant_be_renewed_ends_a_read(self, open_server, buckets, boto, ended):
        keys = fill(boto, buckets.storage, 20)
        holder = CredentialsHolder(ended)
        session = Session(CountingSource(ended), MovedClock(), holder.replace)
        with pytest.raises(SignInError) as caught:
            list(open_server(renewal=session, holder=holder).bucket(buckets.storage).read_tags(keys, CancelToken()))
        assert str(caught.value) == "The session has ended. Sign in again."

    def test_that_cant_be_renewed_ends_a_write_after_telling_what_was_stored(
        self, proxy, open_server, buckets, boto, keys
    ):
        class Gone(CountingSource):
            def credentials(self):
                if self.asked["credentials"]:
                    raise SignInError("no-credentials", "There are no AWS credentials")
                return super().credentials()

        holder = CredentialsHolder(keys)
        bucket = open_server(proxy.endpoint_url, Session(Gone(keys), MovedClock(), holder.replace), holder)
        bucket = bucket.bucket(buckets.storage)
        proxy.on(faults.of_key("f10"), faults.answer(403, "InvalidAccessKeyId"))
        told = []
        with pytest.raises(SignInError):
            told.extend(bucket.put_many((small(f"f{number}") for number in range(200)), CancelToken()))
        stored = {result.put.key for result in told if result.error is None}
        assert stored == set(keys_in(boto, buckets.storage))
        assert [result.error.code for result in told if result.put.key == "f10"] == ["session-ended"]
