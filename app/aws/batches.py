"""Grouping what comes one by one, so that it can be asked about many at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_AT_ONCE = 32
_AT_ONCE_BYTES = 16 * 1024**2
_WAIT_SECONDS = 0.2


def batches(items: Iterable[T], weigh: Callable[[T], int] = lambda item: 0) -> Iterator[list[T]]:
    """Yield the items in groups, in order; a group ends when it is large enough or its first item has waited.

    Args:
        items: taken as they are asked for.
        weigh: bytes that an item keeps in memory.
    """
    batch: list[T] = []
    weight = 0
    begun_at = time.monotonic()
    for item in items:
        if not batch:
            begun_at = time.monotonic()
        batch.append(item)
        weight += weigh(item)
        if len(batch) >= _AT_ONCE or weight >= _AT_ONCE_BYTES or time.monotonic() - begun_at >= _WAIT_SECONDS:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch
