"""Listings: every object once, whatever it is called, and never something else in their place."""

from __future__ import annotations

import threading
import zlib
from dataclasses import replace

import pytest

from app.core.errors import CancelledError, IntegrityError
from app.core.job import CancelToken
from app.core.objects import Put
from tests.proxy import lists

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


def test_every_object_is_listed_once_page_after_page(storage, boto):
    keys = [f"folder {number % 7}/file {number}.txt" for number in range(2100)] + ODD
    fill(storage, keys)
    found = [(stored.key, stored.size_bytes, stored.last_modified, stored.etag) for stored in listed(storage)]
    assert found == by_boto(boto, storage.bucket)
    assert sorted(key for key, *_ in found) == sorted(keys)


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
