"""Listings: every object once, whatever it is called, and never something else in their place."""

from __future__ import annotations

import threading
import zlib
from dataclasses import replace

import pytest

from app.core.errors import CancelledError, IntegrityError, RefusalError
from app.core.job import CancelToken
from app.core.objects import Put
from tests.proxy import answer, hold_until, lists

ODD = ["a+b c.pdf", "100% & more.txt", "größe/日本.txt", "new\tline.txt", "a=b?c#d.txt", "<tag>'\".txt", "~x-y_z.(1)!*"]


def listed(bucket, prefix=""):
    return [stored for page in bucket.list_objects(prefix, CancelToken()) for stored in page]


def fill(bucket, keys):
    body = b"content"
    results = list(bucket.put_many([Put(key, body, zlib.crc32(body)) for key in keys], CancelToken()))
    assert all(result.error is None for result in results)


def by_boto(boto, bucket, prefix=""):
    pages = boto.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    entries = [entry for page in pages for entry in page.get("Contents", ())]
    return [(entry["Key"], entry["Size"], entry["LastModified"], entry["ETag"].strip('"')) for entry in entries]


BUCKETS = {
    "a flat one": [f"file {number}.txt" for number in range(1500)],
    "large folders": [f"folder {number % 3}/file {number}.txt" for number in range(4000)],
    "many small folders": [f"folder {number % 300}/file {number}.txt" for number in range(1500)],
    "folders in folders": [f"2026/{number % 3:02}/{number % 2}/file {number}.txt" for number in range(5000)],
    "files beside folders": [
        ("a/b/{0}", "a/b.{0}", "a/{0}", "b{0}", "a/b/c/{0}")[n % 5].format(n) for n in range(4000)
    ],
    "folders of odd names": [
        f"{odd}/{number}" for number in range(400) for odd in ("a+b c", "100% &", "größe", "~x=?")
    ],
}


@pytest.mark.parametrize("names", BUCKETS.values(), ids=BUCKETS)
def test_every_object_is_listed_once(storage, boto, names):
    fill(storage, [*names, *ODD])
    found = [(stored.key, stored.size_bytes, stored.last_modified, stored.etag) for stored in listed(storage)]
    assert sorted(key for key, *_ in found) == sorted([*names, *ODD])
    assert sorted(found) == sorted(by_boto(boto, storage.bucket))


def below(prefix):
    return lambda asked: lists(asked) and asked.query["prefix"] == [prefix]


def test_large_folders_are_listed_side_by_side(behind, proxy):
    fill(behind, BUCKETS["large folders"])
    all_at_once = threading.Barrier(3, timeout=20)

    def meet(asked, forward):
        all_at_once.wait()
        return forward()

    for number in range(3):
        proxy.on(below(f"folder {number}/"), meet, times=1)
    assert len(listed(behind)) == 4000


def test_small_folders_cost_no_request_of_their_own(behind, proxy):
    fill(behind, BUCKETS["many small folders"])
    assert len(listed(behind)) == 1500
    assert proxy.count(lists) == 2


def test_a_folder_that_cant_be_listed_ends_the_listing(behind, proxy):
    fill(behind, BUCKETS["large folders"])
    proxy.on(below("folder 1/"), answer(403, "AccessDenied"))
    with pytest.raises(RefusalError):
        listed(behind)


def test_who_leaves_a_listing_leaves_nothing_under_way(behind, proxy):
    fill(behind, BUCKETS["large folders"])
    go_on = threading.Event()
    proxy.on(below("folder 2/"), hold_until(go_on))
    pages = behind.list_objects("", CancelToken())
    for _ in range(4):
        next(pages)
    threads = [thread for thread in threading.enumerate() if thread.name == "listing"]
    pages.close()
    for thread in threads:
        thread.join(10)
    assert threads
    assert not any(thread.is_alive() for thread in threads)
    go_on.set()


def test_a_cancelled_listing_of_folders_ends(behind, proxy):
    fill(behind, BUCKETS["large folders"])
    go_on, cancel = threading.Event(), CancelToken()

    def hold(asked, forward):
        cancel.cancel()
        return hold_until(go_on)(asked, forward)

    proxy.on(below("folder 2/"), hold)
    with pytest.raises(CancelledError):
        list(behind.list_objects("", cancel))
    go_on.set()


@pytest.mark.parametrize("prefix", ["größe/", "a+b", "100% &"])
def test_a_prefix_is_taken_as_it_is_written(storage, boto, prefix):
    fill(storage, ODD)
    assert [stored.key for stored in listed(storage, prefix)] == [
        key for key, *_ in by_boto(boto, storage.bucket, prefix)
    ]
    assert len(listed(storage, prefix)) == 1


def test_a_page_of_the_network_is_never_taken_for_an_empty_bucket(behind, boto, proxy):
    boto.put_object(Bucket=behind.bucket, Key="a.pdf", Body=b"content")
    page = b"<html><body>Sign in to the guest network</body></html>"
    proxy.on(lists, lambda asked, forward: replace(forward(), body=page))
    with pytest.raises(IntegrityError) as raised:
        listed(behind)
    assert (raised.value.title, raised.value.target) == ("The list of files was damaged on the way", behind.bucket)


def test_a_listing_that_nobody_answers_is_cancelled_at_once(behind, proxy):
    may_answer, has_answered, cancel = threading.Event(), threading.Event(), CancelToken()

    def hold(asked, forward):
        cancel.cancel()
        may_answer.wait(20)
        has_answered.set()
        return forward()

    proxy.on(lists, hold)
    with pytest.raises(CancelledError):
        list(behind.list_objects("", cancel))
    assert not has_answered.is_set()
    may_answer.set()
