"""The background refresh of the local index: when it runs, and what it makes way for."""

import threading
from datetime import UTC, datetime

import pytest

from app.core.errors import CancelledError, OutageError
from app.core.identity import Identity
from app.core.ports.catalog import IndexState, RefreshReport
from app.core.search_report import SearchReport
from app.ui.refreshing import IndexRefresh
from app.ui.services import WindowServices

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Index:
    """An `IndexKeeper` whose refreshes end when the test says."""

    def __init__(self, completed_at=None):
        self.was_rebuilt = False
        self.is_good = True
        self.completed_at = completed_at
        self.calls = []
        self.may_end = threading.Event()
        self.may_end.set()
        self.fails = False

    def check(self):
        self.calls.append("check")
        return self.is_good

    def state(self):
        return IndexState(self.completed_at, 5)

    def refresh(self, storage, job):
        self.calls.append("refresh")
        with_cancel = job.cancel.on_cancel(self.may_end.set)
        self.may_end.wait(20)
        with_cancel()
        if job.cancel.is_cancelled:
            self.calls.append("cancelled")
            raise CancelledError
        if self.fails:
            raise OutageError("no-connection", "No connection")
        self.completed_at = NOON
        return RefreshReport()


@pytest.fixture
def index():
    return Index()


@pytest.fixture
def connected(qtbot, runner, index):
    """Makes a refresh of this many minutes and connects it."""

    def connect(minutes):
        made = IndexRefresh(runner, minutes)
        made.told = []
        made.refreshed.connect(made.told.append)
        services = WindowServices(
            None, None, None, None, Identity("1", "maria@example.com"), None, None, None, None, None, index
        )
        made.connect_to(services)
        made.wait = lambda *calls: qtbot.waitUntil(lambda: index.calls == list(calls), timeout=20_000)
        return made

    return connect


def settled(qtbot, refresh):
    qtbot.waitUntil(lambda: refresh._job is None, timeout=20_000)


def live(engine="live"):
    return SearchReport(1, 5, 0, True, engine, NOON)


def test_it_is_checked_once_and_refreshed_then_and_again_after_some_minutes(qtbot, connected):
    refresh = connected(15)
    refresh.wait("check", "refresh")
    settled(qtbot, refresh)
    assert refresh.told == [NOON]
    assert refresh._timer.isActive()
    assert refresh._timer.interval() == 15 * 60_000
    refresh._timer.timeout.emit()
    refresh.wait("check", "refresh", "refresh")


def test_zero_minutes_mean_never_unless_it_is_asked_for(qtbot, connected):
    refresh = connected(0)
    refresh.wait("check")
    settled(qtbot, refresh)
    assert not refresh._timer.isActive()
    refresh.refresh()
    refresh.wait("check", "refresh")
    settled(qtbot, refresh)
    assert not refresh._timer.isActive()


def test_there_is_one_refresh_at_a_time(qtbot, connected, index):
    index.may_end.clear()
    refresh = connected(15)
    refresh.wait("check", "refresh")
    refresh.refresh()
    assert index.calls == ["check", "refresh"]
    index.may_end.set()
    refresh.wait("check", "refresh", "refresh")


def test_a_live_search_sends_it_away_and_does_its_work(qtbot, connected, index):
    index.may_end.clear()
    refresh = connected(15)
    refresh.wait("check", "refresh")
    refresh.stand_back(True)
    refresh.wait("check", "refresh", "cancelled")
    settled(qtbot, refresh)
    refresh.go_on(live())
    assert index.calls == ["check", "refresh", "cancelled"]
    assert refresh._timer.isActive()


def test_it_goes_on_after_a_live_search_that_was_stopped(qtbot, connected, index):
    index.may_end.clear()
    refresh = connected(15)
    refresh.wait("check", "refresh")
    refresh.stand_back(False)  # the index isn't complete, so the search is a live one all the same
    refresh.wait("check", "refresh", "cancelled")
    refresh.go_on(None)
    refresh.wait("check", "refresh", "cancelled", "refresh")


def test_a_search_that_the_index_answers_is_not_in_its_way(qtbot, connected, index):
    index.completed_at = NOON
    refresh = connected(15)
    refresh.wait("check", "refresh")
    settled(qtbot, refresh)
    index.may_end.clear()
    refresh.refresh()
    refresh.wait("check", "refresh", "refresh")
    refresh.stand_back(False)
    refresh.go_on(live("index"))
    index.may_end.set()
    settled(qtbot, refresh)
    assert "cancelled" not in index.calls


def test_a_failure_is_quiet_and_tried_again_later(qtbot, connected, index):
    index.fails = True
    refresh = connected(15)
    refresh.wait("check", "refresh")
    settled(qtbot, refresh)
    assert refresh.told == []
    assert refresh._timer.isActive()


def test_signing_out_cancels_it_for_good(qtbot, connected, index):
    index.may_end.clear()
    refresh = connected(15)
    refresh.wait("check", "refresh")
    refresh.forget()
    refresh.wait("check", "refresh", "cancelled")
    refresh.refresh()
    assert not refresh._timer.isActive()
    assert refresh.told == []


def test_an_index_that_was_rebuilt_is_told(qtbot, connected, index, runner):
    index.was_rebuilt = True
    refresh = IndexRefresh(runner, 15)
    services = WindowServices(
        None, None, None, None, Identity("1", "maria@example.com"), None, None, None, None, None, index
    )
    with qtbot.waitSignal(refresh.rebuilt):
        refresh.connect_to(services)
    settled(qtbot, refresh)
