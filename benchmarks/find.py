"""Finding by tag without an index, against boto3 with threads, aiobotocore, and the local index.

python -m benchmarks.find [--objects 20000] [--rounds 3] [--threads 32] [--tasks 64]
"""

from __future__ import annotations

import argparse
import asyncio
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session

from app.catalog.index import IndexCatalog
from app.catalog.live import LiveCatalog
from app.catalog.local import LocalIndex
from app.catalog.refresh import Rereading
from app.core.events import Event, Matches
from app.core.job import CancelToken, Job
from app.core.objects import Put
from app.core.ports.storage import ObjectStore
from app.core.query import query_of
from app.core.tags import TagRules
from app.demo.server import REGION
from app.services.search import search
from benchmarks.lab import STORAGE, Lab, SystemClock, boto3_client, open_lab
from benchmarks.sides import Side, compare

_WANTED = "Invoice 2026"
_EVERY = 20  # one object in so many carries the wanted tag


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=32, help="of boto3")
    parser.add_argument("--tasks", type=int, default=64, help="of aiobotocore")
    options = parser.parse_args()
    with open_lab() as lab:
        fill(lab.storage, range(options.objects))
        sides = _sides(lab, options.objects, options.threads, options.tasks)
        compare(f"Find by tag, {options.objects:,} objects", sides, options.rounds, lab.server_pid, options.objects)


def _sides(lab: Lab, objects: int, threads: int, tasks: int) -> list[Side]:
    client = boto3_client(lab.endpoint_url, threads)
    does = "lists, reads every tag set, compares text"
    index = _filled_index(lab)
    return [
        Side("Tagdrop", "lists, reads every tag set, compares folded values", lambda _: find(lab.storage, objects)),
        Side(f"boto3, {threads} threads", does, lambda _: _boto3(client, threads, objects)),
        Side(f"aiobotocore, {tasks} tasks", does, lambda _: asyncio.run(_aiobotocore(lab, tasks, objects))),
        Side("Tagdrop, listing alone", "lists", lambda _: _list(lab.storage, objects)),
        Side("Tagdrop, index: hits shown", "asks its file", lambda _: _show_hits(index, objects)),
        Side("Tagdrop, index: hits certain", "… and reads the tags of each hit", lambda _: _find_in(index, objects)),
    ]


def fill(storage: ObjectStore, numbers: Iterable[int]) -> None:
    """Store objects of these numbers; one in twenty carries the wanted tag."""
    body = b"content"
    crc32 = zlib.crc32(body)

    def puts() -> Iterator[Put]:
        for number in numbers:
            value = _WANTED if number % _EVERY == 0 else f"Customer {number % 37}"
            tags = {"Tag1": value, "Tag2": "Tag-value"}
            yield Put(f"folder {number % 50}/file {number}.txt", body, crc32, tags)

    for result in storage.put_many(puts(), CancelToken()):
        if result.error is not None:
            raise result.error


def find(storage: ObjectStore, objects: int) -> None:
    """Search the bucket of so many objects."""
    found = 0

    def take(event: Event) -> None:
        nonlocal found
        if isinstance(event, Matches):
            found += len(event.batch)

    report = search(query_of([_WANTED]), LiveCatalog(storage, TagRules(), SystemClock()), Job(events=take))
    if not report.is_complete:
        raise RuntimeError("objects could not be read")
    _check(found, report.looked_at, objects)


def _filled_index(lab: Lab) -> IndexCatalog:
    index = LocalIndex(lab.folder / "index.sqlite", TagRules(), SystemClock(), Rereading(timedelta(days=30), 0))
    live = LiveCatalog(lab.storage, TagRules(), SystemClock(), lambda: index.feed)
    search(query_of([_WANTED]), live, Job())
    return index.catalog(lab.storage)


def _show_hits(index: IndexCatalog, objects: int) -> None:
    found = 0

    def take(event: Event) -> None:
        nonlocal found
        if isinstance(event, Matches):
            found += len(event.batch)
        else:
            raise _ShownError

    with suppress(_ShownError):
        search(query_of([_WANTED]), index, Job(events=take))
    _check(found, objects, objects)


def _find_in(index: IndexCatalog, objects: int) -> None:
    report = search(query_of([_WANTED]), index, Job())
    _check(report.matches, report.looked_at, objects)


class _ShownError(Exception):
    """All hits were told; what comes now is a look at each."""


def _boto3(client: Any, threads: int, objects: int) -> None:
    def is_wanted(key: str) -> bool:
        tags = client.get_object_tagging(Bucket=STORAGE, Key=key)["TagSet"]
        return {"Key": "Tag1", "Value": _WANTED} in tags

    pages = client.get_paginator("list_objects_v2").paginate(Bucket=STORAGE)
    keys = (item["Key"] for page in pages for item in page.get("Contents", ()))
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(is_wanted, keys))
    _check(sum(answers), len(answers), objects)


async def _aiobotocore(lab: Lab, tasks: int, objects: int) -> None:
    config = AioConfig(max_pool_connections=tasks)
    async with get_session().create_client(
        "s3", region_name=REGION, endpoint_url=lab.endpoint_url, config=config
    ) as client:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=STORAGE)
        keys = [item["Key"] async for page in pages for item in page.get("Contents", ())]
        todo, found, looked_at = iter(keys), 0, 0

        async def work() -> None:
            nonlocal found, looked_at
            for key in todo:
                answer = await client.get_object_tagging(Bucket=STORAGE, Key=key)
                found += {"Key": "Tag1", "Value": _WANTED} in answer["TagSet"]
                looked_at += 1

        await asyncio.gather(*(work() for _ in range(tasks)))
    _check(found, looked_at, objects)


def _list(storage: ObjectStore, objects: int) -> None:
    if sum(len(page) for page in storage.list_objects("", CancelToken())) != objects:
        raise RuntimeError("objects are missing from the listing")


def _check(found: int, looked_at: int, objects: int) -> None:
    if (found, looked_at) != (len(range(0, objects, _EVERY)), objects):
        raise RuntimeError(f"found {found} of {looked_at} objects")


if __name__ == "__main__":
    main()
