"""The local index and the published catalogue by the number of files, up to a million; no server.

Times are by the clock and, in brackets, of the processor in this process.

python -m benchmarks.catalogue [--files 10000 100000 1000000] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from app.catalog.bulk import BLOCK_OBJECTS, Block
from app.catalog.refresh import Rereading, refresh
from app.catalog.snapshot import Header, read_snapshot, write_snapshot
from app.catalog.store import IndexStore
from app.core.job import Job
from app.core.objects import HeadRead, StoredObject
from app.core.query import query_of
from app.core.tags import TagRules
from benchmarks.lab import SystemClock

_RULES = TagRules()
_KINDS = ("Contract", "Invoice", "Minutes", "Offer", "Permit", "Photo", "Plan", "Report")
_FILES_OF_A_CUSTOMER = 200
_LOADED_AT = datetime(2026, 11, 25, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ROUNDS = 5


def main() -> None:
    """Measure every size in processes of its own and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="on the disk that is to be measured")
    options = parser.parse_args()
    print(f"Load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    columns = []
    for files in options.files:
        with tempfile.TemporaryDirectory(prefix="tagdrop-bench-", dir=options.folder) as name:
            columns.append(_measured(files, Path(name)))
    print(f"| | {' | '.join(f'{files:,} files' for files in options.files)} |")
    print(f"| --- |{' ---: |' * len(columns)}")
    for what in columns[0]:
        print(f"| {what} | {' | '.join(column[what] for column in columns)} |")


def _measured(files: int, folder: Path) -> dict[str, str]:
    paths = _Paths(folder / "source.sqlite", folder / "snapshot", folder / "desktop.sqlite")
    column: dict[str, str] = {}
    for step in (_fill_source, _write, _start, _ask, _apply_listing):
        column |= _in_own_process(step, files, paths)
    return column


@dataclass(frozen=True)
class _Paths:
    source: Path
    snapshot: Path
    desktop: Path


Step = Callable[[int, _Paths], dict[str, str]]


def _in_own_process(step: Step, files: int, paths: _Paths) -> dict[str, str]:
    """Run a step where nothing of the others is left in memory."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(step, (files, paths))


def _fill_source(files: int, paths: _Paths) -> dict[str, str]:
    store = IndexStore(paths.source, _RULES)
    store.fill(_blocks(files), _LOADED_AT, _LOADED_AT)
    store.close()
    return {}


def _write(files: int, paths: _Paths) -> dict[str, str]:
    store = IndexStore(paths.source, _RULES)
    before = _peak_mib()
    watch = _Stopwatch()
    with paths.snapshot.open("wb") as file, store.dump() as (objects, blocks):
        header = Header("bench-files", _RULES.keys, _LOADED_AT, objects)
        written = write_snapshot(file, header, blocks)
    took = watch.read()
    paths.snapshot.with_suffix(".json").write_text(json.dumps(written.text_bytes))
    return {
        "snapshot, bytes a file": f"{written.size_bytes / files:.0f}",
        "writing it": took,
        "… memory added": f"{_peak_mib() - before:.0f} MiB",
    }


def _start(files: int, paths: _Paths) -> dict[str, str]:
    header = Header("bench-files", _RULES.keys, _LOADED_AT, files)
    text_bytes = json.loads(paths.snapshot.with_suffix(".json").read_text())
    store = IndexStore(paths.desktop, _RULES)
    before = _peak_mib()
    watch = _Stopwatch()
    with paths.snapshot.open("rb") as file:
        store.fill(read_snapshot(file, header, text_bytes), _LOADED_AT, _LOADED_AT)
    took = watch.read()
    memory = _peak_mib() - before
    store.close()
    return {
        "starting from it": took,
        "… memory added ": f"{memory:.0f} MiB",
        "index file, bytes a file": f"{paths.desktop.stat().st_size / files:.0f}",
    }


def _ask(files: int, paths: _Paths) -> dict[str, str]:
    watch = _Stopwatch()
    store = IndexStore(paths.desktop, _RULES)
    assert store.completed_at is not None
    opening = watch.read()
    customer, kind = f"Customer {files // _FILES_OF_A_CUSTOMER // 2}", "Invoice"
    asked = {
        f"a tag of {_FILES_OF_A_CUSTOMER} files": lambda: _found(store, customer),
        "two tags, both wanted": lambda: _found(store, customer, kind),
        "a tag that begins like 11 others": lambda: _found(store, f"{customer[:-1]}*"),
        "a tag of every eighth file, the first 500": lambda: len(next(store.find(query_of([kind])))),
        "… all of them": lambda: _found(store, kind),
        "all tags with their counts": lambda: len(store.counts()),
        "number of files": lambda: store.count()[0],
    }
    return {"opening it": opening, **{what: _median(ask) for what, ask in asked.items()}}


def _apply_listing(files: int, paths: _Paths) -> dict[str, str]:
    """Refresh from a listing that is at hand, in which one file in a thousand is gone."""
    store = IndexStore(paths.desktop, _RULES)
    listing = _Listing(files)
    before = _peak_mib()
    watch = _Stopwatch()
    report = refresh(store, listing, SystemClock(), Rereading(timedelta(days=30), 0), Job())
    took = watch.read()
    if (report.read, report.removed) != (0, files // 1000):
        raise RuntimeError(f"unexpected {report}")
    return {"taking in a listing": took, "… memory added  ": f"{_peak_mib() - before:.0f} MiB"}


class _Listing:
    """An `ObjectReader` of which only the listing is asked."""

    bucket = "bench-files"

    def __init__(self, files: int) -> None:
        self._pages = [
            [StoredObject(*row) for row in zip(b.keys, b.sizes, map(_moment, b.modified), b.etags, strict=True)][1:]
            for b in _blocks(files)
        ]

    def list_objects(self, prefix: str, cancel: object) -> Iterator[tuple[StoredObject, ...]]:
        yield from map(tuple, self._pages)

    def read_tags(self, keys: Iterator[str], cancel: object) -> Iterator[Any]:
        for key in keys:
            raise RuntimeError(f"{key} was not to be read")
        yield from ()

    def head_many(self, keys: list[str], cancel: object) -> Iterator[HeadRead]:
        """Nothing is published."""
        yield from (HeadRead(key, None) for key in keys)


def _blocks(files: int) -> Iterator[Block]:
    """Yield files in the order of their keys: 200 of each customer, of eight kinds."""
    chance = random.Random(20261125)
    for start in range(0, files, BLOCK_OBJECTS):
        numbers = range(start, min(start + BLOCK_OBJECTS, files))
        customers = [number // _FILES_OF_A_CUSTOMER for number in numbers]
        kinds = [chance.choice(_KINDS) for _ in numbers]
        sets = list(zip(customers, kinds, strict=True))
        distinct = list(dict.fromkeys(sets))
        yield Block(
            [
                f"Customers/{c:05}/{kind}s/{n:07} {kind}.pdf"
                for n, c, kind in zip(numbers, customers, kinds, strict=True)
            ],
            [int(chance.lognormvariate(12, 2)) for _ in numbers],
            [(1_500_000_000 + chance.randrange(10**8)) * 10**6 for _ in numbers],
            [chance.randbytes(16).hex() for _ in numbers],
            [{"Tag1": f"Customer {c}", "Tag2": "Tag-value", "Tag3": kind} for c, kind in distinct],
            [distinct.index(item) for item in sets],
            [1_764_000_000_000_000 + number * 180 for number in numbers],
        )


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _found(store: IndexStore, *values: str) -> int:
    return sum(map(len, store.find(query_of(list(values)))))


class _Stopwatch:
    """Tells how long it took, and how much of that this process worked: the rest it waited for others."""

    def __init__(self) -> None:
        self._began, self._worked = perf_counter(), process_time()

    def read(self) -> str:
        return f"{_time(perf_counter() - self._began)} ({_time(process_time() - self._worked)})"


def _median(ask: Callable[[], int]) -> str:
    times = []
    for _ in range(_ROUNDS):
        began, worked = perf_counter(), process_time()
        if not ask():
            raise RuntimeError("nothing found")
        times.append((perf_counter() - began, process_time() - worked))
    return "{} ({})".format(*map(_time, sorted(times)[_ROUNDS // 2]))


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
