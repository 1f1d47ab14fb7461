"""What the many requests of a bulk call do when the network or the storage misbehaves."""

from __future__ import annotations

import socket
import threading

import pytest

from app.core.errors import OutageError
from app.core.job import CancelToken
from tests import proxy as faults


def fill(boto, bucket, count, prefix="f"):
    keys = [f"{prefix}{number:04}" for number in range(count)]
    for key in keys:
        boto.put_object(Bucket=bucket, Key=key, Body=key.encode(), Tagging=f"Tag1={key}")
    return keys


def test_requests_through_the_proxy_keep_their_signature(behind, boto, proxy):
    keys = fill(boto, behind.bucket, 3)
    reads = list(behind.read_tags(keys, CancelToken()))
    assert {read.key: read.tags for read in reads} == {key: {"Tag1": key} for key in keys}
    assert proxy.count(faults.reads_tags) == 3


def test_a_storage_that_asks_to_slow_down_is_asked_less_at_once_and_every_read_succeeds(behind, boto, proxy):
    keys = fill(boto, behind.bucket, 500)
    together = threading.Semaphore(12)
    refused = []

    def busy(asked, forward):
        if not together.acquire(blocking=False):
            refused.append(asked.key)
            return faults.answer(503, "SlowDown")(asked, forward)
        try:
            return forward()
        finally:
            together.release()

    proxy.on(faults.reads_tags, busy)
    reads = list(behind.read_tags(keys, CancelToken()))
    assert sorted(read.key for read in reads) == keys
    assert all(read.tags == {"Tag1": read.key} for read in reads)
    assert refused
    assert proxy.most_at_once > 12
    before = len(refused)
    proxy.most_at_once = 0
    list(behind.read_tags(keys[:100], CancelToken()))
    assert proxy.most_at_once < 64
    assert len(refused) - before < 100


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (503, "SlowDown"), (502, ""), (429, "")])
def test_an_answer_that_says_try_again_is_tried_again(behind, boto, proxy, status, code):
    keys = fill(boto, behind.bucket, 5)
    proxy.on(faults.of_key(keys[2], faults.reads_tags), faults.answer(status, code), times=3)
    reads = {read.key: read for read in behind.read_tags(keys, CancelToken())}
    assert reads[keys[2]].error is None
    assert reads[keys[2]].tags == {"Tag1": keys[2]}


@pytest.mark.parametrize("fault", [faults.hang_up, faults.cut_after(10)])
def test_a_connection_that_is_cut_is_tried_again(behind, boto, proxy, fault):
    keys = fill(boto, behind.bucket, 5)
    proxy.on(faults.of_key(keys[1], faults.reads_tags), fault, times=2)
    reads = {read.key: read.tags for read in behind.read_tags(keys, CancelToken())}
    assert reads == {key: {"Tag1": key} for key in keys}


def test_a_storage_that_cannot_be_reached_is_said_to_be_so(open_server, buckets):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        bucket = open_server(f"http://127.0.0.1:{nobody.getsockname()[1]}").bucket(buckets.storage)
        with pytest.raises(OutageError) as caught:
            list(bucket.read_tags(["a", "b"], CancelToken()))
    assert str(caught.value) == "No connection to the storage. Check the network, then try again."
    assert caught.value.code == "no-connection"
