"""How long the window's thread stands still while a search streams into its table: gaps of a 5 ms timer.

python -m benchmarks.window_stall [--rows 100000] [--rate 6000] [--live 20000]
"""

from __future__ import annotations

import argparse
import os
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.catalog.live import LiveCatalog
from app.core.events import Match, Matches, Scanned
from app.core.identity import Identity
from app.core.job import CancelToken, Job
from app.core.objects import Put, StoredObject
from app.core.ports import ObjectStore, SearchReport, TagCatalog
from app.core.query import Query
from app.core.tags import TagRules
from app.ui.find.page import FindPage
from app.ui.services import WindowServices
from app.ui.smooth import favour_window
from app.ui.theme import apply_theme
from app.workers.job import JobRunner
from benchmarks.lab import SystemClock, open_lab

_TICK_MS = 5
_BATCH = 100
_TAGS = {"Tag1": "Invoice 2026", "Tag3": "Harbour Street"}


def main() -> None:
    """Measure idle, with rows made up at a steady rate, and with a live scan of a real server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the made-up search")
    parser.add_argument("--rate", type=int, default=6_000, help="rows a second of the made-up search")
    parser.add_argument("--live", type=int, default=20_000, help="objects of the live scan")
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    apply_theme(app)  # type: ignore[arg-type]
    favour_window()
    print(f"{'':34} {'ticks':>7} {'p50':>8} {'p99':>8} {'worst':>8}")
    _report("idle", _gaps(lambda done: QTimer.singleShot(3000, done)))
    with open_lab() as lab:
        made_up = _MadeUp(options.rows, options.rate)
        _measure(f"{options.rows:,} rows at {options.rate:,} a second", made_up, lab.storage)
        _fill(lab.storage, options.live)
        live = LiveCatalog(lab.storage, TagRules(), SystemClock())
        _measure(f"live scan, {options.live:,} objects found", live, lab.storage)


class _MadeUp:
    """A `TagCatalog` that finds rows as quickly as a live scan does, in an order that the table doesn't have."""

    def __init__(self, rows: int, rate: int) -> None:
        self._rows = rows
        self._rate = rate

    def search(self, query: Query, job: Job) -> SearchReport:
        """See `TagCatalog.search`."""
        began, now = time.monotonic(), datetime.now(UTC)
        for first in range(0, self._rows, _BATCH):
            job.cancel.raise_if_cancelled()
            job.events(Matches(tuple(_match(number, now) for number in range(first, first + _BATCH))))
            job.events(Scanned(first + _BATCH, first + _BATCH, self._rows))
            time.sleep(max(0.0, began + (first + _BATCH) / self._rate - time.monotonic()))
        return SearchReport(self._rows, self._rows, 0, True, "live", now)

    def tag_counts(self, job: Job) -> dict[str, int]:
        """See `TagCatalog.tag_counts`."""
        return {}


def _match(number: int, now: datetime) -> Match:
    changed = now - timedelta(seconds=number * 7919 % 1_000_000)
    name = f"folder {number % 50}/Invoice {number * 31 % 100_000}.pdf"
    return Match(StoredObject(name, number * 97 % 9_000_000, changed, "etag"), _TAGS, tuple(_TAGS.values()))


def _measure(title: str, catalog: TagCatalog, storage: ObjectStore) -> None:
    runner = JobRunner()
    page = FindPage(runner, TagRules(), lambda: datetime.now().astimezone())
    page.resize(1000, 700)
    page.show()
    who = Identity("0" * 16, "bench")
    page.connect_to(WindowServices(storage, storage, catalog, SystemClock(), who, lambda: None, catalog))

    # The first rows that are ever drawn load fonts and icons, whatever is searched.
    _warm_up(page)

    def work(done: Callable[[], None]) -> None:
        page.searching.ended.connect(lambda _ending: done())
        page.show_all()

    _report(title, _gaps(work))
    rows = page.model.rowCount()
    page.hide()
    runner.close()
    print(f"{'':34} {rows:,} rows in the table")


def _warm_up(page: FindPage) -> None:
    now = datetime.now(UTC)
    page.model.add([_match(number, now) for number in range(_BATCH)])
    page.table.show()
    page.table.grab()
    page.model.begin(Query())
    loop = QEventLoop()
    QTimer.singleShot(500, loop.quit)
    loop.exec()


def _gaps(work: Callable[[Callable[[], None]], None]) -> list[float]:
    """Return the gaps of the timer in ms while `work` runs; it calls what it is given at its end."""
    loop, times = QEventLoop(), []
    timer = QTimer(interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: times.append(time.perf_counter()))
    timer.start()
    work(loop.quit)
    loop.exec()
    timer.stop()
    return [(after - before) * 1000 for before, after in pairwise(times)]


def _report(title: str, gaps: list[float]) -> None:
    ordered = sorted(gaps)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    print(f"{title:34} {len(gaps):7,} {p50:5.1f} ms {p99:5.1f} ms {ordered[-1]:5.1f} ms")


def _fill(storage: ObjectStore, objects: int) -> None:
    crc32 = zlib.crc32(b"content")

    def puts() -> Iterator[Put]:
        for number in range(objects):
            yield Put(f"folder {number % 50}/file {number}.txt", b"content", crc32, _TAGS)

    for result in storage.put_many(puts(), CancelToken()):
        if result.error is not None:
            raise result.error


if __name__ == "__main__":
    main()
