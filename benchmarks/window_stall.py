"""How long the window's thread stands still while a search streams into its table: gaps of a 5 ms timer.

Everything is put together as the window does it: connected on a worker, and what a search reads goes into an index.

python -m benchmarks.window_stall [--rows 100000] [--rate 6000] [--live 20000]
"""

from __future__ import annotations

import argparse
import os
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.catalog.live import LiveCatalog
from app.catalog.local import LocalIndex
from app.catalog.refresh import Rereading
from app.core.identity import Identity
from app.core.job import CancelToken
from app.core.objects import Put
from app.core.ports.catalog import TagCatalog
from app.core.ports.storage import ObjectStore
from app.core.query import Query
from app.core.tags import TagRules
from app.ui.find.model import Column
from app.ui.find.page import FindPage
from app.ui.services import WindowServices
from app.ui.smooth import favour_window
from app.ui.theme import apply_theme
from app.workers.job import JobRunner
from benchmarks.lab import Lab, SystemClock, open_lab
from benchmarks.made_up import BATCH, TAGS, MadeUp, Stacked, match

_TICK_MS = 5


def main() -> None:
    """Measure idle, with rows made up at a steady rate, and with live scans of a real server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the made-up search")
    parser.add_argument("--rate", type=int, default=6_000, help="rows a second of the made-up search")
    parser.add_argument("--live", type=int, default=20_000, help="objects of the live scan")
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    apply_theme(app)  # type: ignore[arg-type]
    favour_window()
    print(f"load {_load()}\n{'':40} {'ticks':>7} {'p50':>8} {'p99':>8} {'worst':>8}")
    _report("idle", _gaps(lambda done: QTimer.singleShot(3000, done)))
    rows, made_up = f"{options.rows:,} rows", MadeUp(options.rows, options.rate)
    found = f"live scan, {options.live:,} objects found"
    with ExitStack() as stack:
        lab = _on_worker(lambda: stack.enter_context(open_lab()))
        with _Stage(lab, made_up) as stage:
            stage.measure(f"{rows} at {options.rate:,} a second")
            stage.time_choices()
        _fill(lab.storage, options.live)
        live = _on_worker(lambda: _live_catalog(lab))
        with _Stage(lab, live) as stage:
            stage.measure(found)
        stacked = Stacked(MadeUp(options.rows, 1_000_000), live)
        with _Stage(lab, stacked) as stage:
            stage.measure(f"{found} into {rows}", stacked)
    print(f"load {_load()}")


def _load() -> str:
    return " ".join(f"{part:.1f}" for part in os.getloadavg())


def _on_worker(function: Callable[[], Any]) -> Any:
    """Return what `function` makes; its threads stand back behind the window's, as those that connect do."""
    runner, loop, results = JobRunner(), QEventLoop(), []
    job = runner.start(lambda _job: function())
    job.succeeded.connect(results.append)
    job.finished.connect(loop.quit)
    loop.exec()
    runner.close()
    return results[0]


def _live_catalog(lab: Lab) -> LiveCatalog:
    index = LocalIndex(lab.folder / "index.sqlite", TagRules(), SystemClock(), Rereading(timedelta(days=30), 0))
    return LiveCatalog(lab.storage, TagRules(), SystemClock(), lambda: index.feed)


class _Stage:
    """A page of the window on a catalog; what was drawn once loads no more fonts and icons."""

    def __init__(self, lab: Lab, catalog: TagCatalog) -> None:
        self._runner = JobRunner()
        page = self._page = FindPage(self._runner, TagRules(), lambda: datetime.now().astimezone())
        page.resize(1000, 700)
        page.show()
        identity = Identity("0" * 16, "bench")
        page.connect_to(
            WindowServices(
                lab.storage, lab.storage, catalog, SystemClock(), identity, lambda: None, catalog, None, None, None
            )
        )
        now = datetime.now(UTC)
        page.model.add([match(number, now) for number in range(BATCH)])
        page.table.show()
        page.table.grab()
        page.model.begin(Query())
        _wait(500)

    def __enter__(self) -> _Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self._page.hide()
        self._runner.close()

    def measure(self, title: str, stacked: Stacked | None = None) -> None:
        """Print the gaps while everything is searched for; of what is `stacked`, while the second search runs."""
        if stacked is not None:
            self._page.show_all()
            while self._page.model.rowCount() < stacked.rows:
                _wait(500)

        def work(done: Callable[[], None]) -> None:
            self._page.searching.ended.connect(lambda _ending: done())
            if stacked is not None:
                stacked.may_go_on.set()
            else:
                self._page.show_all()

        _report(title, _gaps(work))
        print(f"{'':40} {self._page.model.rowCount():,} rows in the table")

    def time_choices(self) -> None:
        """Print how long it takes to sort all rows, and to select them."""
        table = self._page.table
        ascending, descending = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        _time("sort by name", lambda: table.sortByColumn(Column.NAME, ascending))
        _time("sort by size", lambda: table.sortByColumn(Column.SIZE, ascending))
        _time("sort by date", lambda: table.sortByColumn(Column.DATE, ascending))
        _time("select all", table.selectAll)
        _time("sort with all selected", lambda: table.sortByColumn(Column.NAME, descending))


def _time(title: str, act: Callable[[], None]) -> None:
    began = time.perf_counter()
    act()
    QApplication.processEvents()
    print(f"{title:>40} {(time.perf_counter() - began) * 1000:7.0f} ms")


def _wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
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
    print(f"{title:40} {len(gaps):7,} {p50:5.1f} ms {p99:5.1f} ms {ordered[-1]:5.1f} ms")


def _fill(storage: ObjectStore, objects: int) -> None:
    crc32 = zlib.crc32(b"content")

    def puts() -> Iterator[Put]:
        for number in range(objects):
            yield Put(f"folder {number % 50}/file {number}.txt", b"content", crc32, TAGS)

    for result in storage.put_many(puts(), CancelToken()):
        if result.error is not None:
            raise result.error


if __name__ == "__main__":
    main()
