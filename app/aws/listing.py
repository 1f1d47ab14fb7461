"""Listing a bucket ahead of whoever reads the listing."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.aws.errors import boto_error
from app.core.job import CancelToken
from app.core.objects import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

_PAGES_AHEAD = 50  # 50,000 objects, some 20 MB


def list_ahead(client: S3Client, bucket: str, prefix: str, cancel: CancelToken) -> Iterator[tuple[StoredObject, ...]]:
    """Yield the pages of a listing, fetched by a thread of its own so that nobody waits for the next one.

    Raises:
        AppError: a page can't be had, after retries.
        CancelledError: when cancelled.
    """
    pages: queue.Queue[tuple[StoredObject, ...] | Exception | None] = queue.Queue(_PAGES_AHEAD)
    ended = threading.Event()
    thread = threading.Thread(target=_fetch, args=(client, bucket, prefix, pages, ended), daemon=True)
    take_back = cancel.on_cancel(ended.set)
    thread.start()
    try:
        while (page := _next(pages, cancel)) is not None:
            if isinstance(page, Exception):
                raise boto_error(page, bucket) from page
            yield page
    finally:
        ended.set()
        take_back()


def _next(
    pages: queue.Queue[tuple[StoredObject, ...] | Exception | None], cancel: CancelToken
) -> tuple[StoredObject, ...] | Exception | None:
    cancel.raise_if_cancelled()
    take_back = cancel.on_cancel(lambda: _wake(pages))
    try:
        page = pages.get()
    finally:
        take_back()
    cancel.raise_if_cancelled()
    return page


def _wake(pages: queue.Queue[tuple[StoredObject, ...] | Exception | None]) -> None:
    with contextlib.suppress(queue.Full):  # when it is full, nobody waits
        pages.put_nowait(None)


def _fetch(
    client: S3Client,
    bucket: str,
    prefix: str,
    pages: queue.Queue[tuple[StoredObject, ...] | Exception | None],
    ended: threading.Event,
) -> None:
    try:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            if not _offer(pages, _objects(page), ended):
                return
        _offer(pages, None, ended)
    except Exception as error:  # whatever it is, the reader raises it
        _offer(pages, error, ended)


def _offer(
    pages: queue.Queue[tuple[StoredObject, ...] | Exception | None],
    page: tuple[StoredObject, ...] | Exception | None,
    ended: threading.Event,
) -> bool:
    while not ended.is_set():
        try:
            pages.put(page, timeout=0.5)
        except queue.Full:
            continue
        return True
    return False


def _objects(page: ListObjectsV2OutputTypeDef) -> tuple[StoredObject, ...]:
    return tuple(
        StoredObject(item["Key"], item["Size"], item["LastModified"], item["ETag"].strip('"'))
        for item in page.get("Contents", ())
    )
