"""Finding by tag in a bucket of some thousand objects, against boto3 with threads.

python -m benchmarks.find [--objects 5000] [--rounds 5] [--threads 32]
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.catalog.live import LiveCatalog
from app.core.events import Event, Matches
from app.core.job import CancelToken, Job
from app.core.objects import Put
from app.core.query import query_of
from app.core.tags import TagRules
from app.services.search import search
from benchmarks.lab import STORAGE, Lab, SystemClock, open_lab
from benchmarks.sides import Side, compare

_WANTED = "Invoice 2026"
_EVERY = 20  # one object in so many carries the wanted tag


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=32)
    options = parser.parse_args()
    with open_lab() as lab:
        _fill(lab, options.objects)
        client = lab.boto3_client(options.threads)
        sides = [
            Side(
                "Tagdrop", "lists, reads every tag set, compares folded values", lambda _: _ours(lab, options.objects)
            ),
            Side(
                f"boto3, {options.threads} threads",
                "lists, reads every tag set, compares text",
                lambda _: _boto3(client, options.threads, options.objects),
            ),
        ]
        compare(f"Find by tag, {options.objects:,} objects", sides, options.rounds, lab.server_pid)


def _fill(lab: Lab, objects: int) -> None:
    body = b"content"
    crc32 = zlib.crc32(body)

    def puts() -> Iterator[Put]:
        for number in range(objects):
            value = _WANTED if number % _EVERY == 0 else f"Customer {number % 37}"
            tags = {"Tag1": value, "Tag2": "Tag-value"}
            yield Put(f"folder {number % 50}/file {number}.txt", body, crc32, tags)

    for result in lab.storage.put_many(puts(), CancelToken()):
        if result.error is not None:
            raise result.error


def _ours(lab: Lab, objects: int) -> None:
    found = 0

    def take(event: Event) -> None:
        nonlocal found
        if isinstance(event, Matches):
            found += len(event.batch)

    report = search(query_of([_WANTED]), LiveCatalog(lab.storage, TagRules(), SystemClock()), Job(events=take))
    if not report.is_complete:
        raise RuntimeError("objects could not be read")
    _check(found, report.looked_at, objects)


def _boto3(client: Any, threads: int, objects: int) -> None:
    def is_wanted(key: str) -> bool:
        tags = client.get_object_tagging(Bucket=STORAGE, Key=key)["TagSet"]
        return {"Key": "Tag1", "Value": _WANTED} in tags

    pages = client.get_paginator("list_objects_v2").paginate(Bucket=STORAGE)
    keys = (item["Key"] for page in pages for item in page.get("Contents", ()))
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(is_wanted, keys))
    _check(sum(answers), len(answers), objects)


def _check(found: int, looked_at: int, objects: int) -> None:
    if (found, looked_at) != (len(range(0, objects, _EVERY)), objects):
        raise RuntimeError(f"found {found} of {looked_at} objects")


if __name__ == "__main__":
    main()
