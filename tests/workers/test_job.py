import logging
import os
import sys
import threading
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QThread
from shiboken6 import delete, isValid

from app.core.errors import BugError, CancelledError, OutageError
from app.core.events import Matches, Scanned, TagCounted
from app.workers.job import JobRunner


@pytest.fixture
def runner(qapp):
    runner = JobRunner()
    yield runner
    assert runner.close()


class Heard(QObject):
    """Writes down every signal of a job, and in which thread it came."""

    def __init__(self, job):
        super().__init__()
        self.signals = []
        self.threads = set()
        for name in ("progressed", "events", "succeeded", "failed"):
            getattr(job, name).connect(lambda value, name=name: self._hear(name, value))
        job.cancelled.connect(lambda: self._hear("cancelled", None))
        job.finished.connect(lambda: self._hear("finished", None))

    def _hear(self, name, value):
        self.signals.append((name, value))
        self.threads.add(QThread.currentThread())

    def names(self):
        return [name for name, _ in self.signals]

    def values(self, wanted):
        return [value for name, value in self.signals if name == wanted]


def run(qtbot, runner, function, before=lambda job: None):
    job = runner.start(function)
    heard = Heard(job)
    with qtbot.waitSignal(job.finished):
        before(job)
    return heard


def test_a_result_comes_back_in_the_windows_thread(qtbot, runner):
    main = threading.get_ident()
    heard = run(qtbot, runner, lambda job: threading.get_ident() != main)
    assert heard.signals == [("succeeded", True), ("finished", None)]
    assert heard.threads == {QThread.currentThread()}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ranks single threads")
@pytest.mark.parametrize(("stands_back", "steps"), [(True, 5), (False, 0)])
def test_work_stands_back_behind_the_window_with_all_threads_that_it_starts(qtbot, runner, stands_back, steps):
    told = []

    def work(job):
        thread = threading.Thread(target=lambda: told.append(niceness()))
        thread.start()
        thread.join()

    with qtbot.waitSignal(runner.start(work, stands_back=stands_back).finished):
        pass
    assert told == [min(niceness() + steps, 19)]


def niceness():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_every_event_comes_in_order_and_before_the_end(qtbot, runner):
    def tell(job):
        for number in range(5000):
            job.events(TagCounted("Invoice", number))
        return "done"

    heard = run(qtbot, runner, tell)
    numbers = [event.files for batch in heard.values("events") for event in batch]
    assert numbers == list(range(5000))
    assert heard.names()[-2:] == ["succeeded", "finished"]
    assert isinstance(heard.values("events")[0], tuple)


def test_progress_is_thinned_out_but_its_last_state_is_told(qtbot, runner):
    def count(job):
        for number in range(20000):
            job.events(Scanned(0, number, None))

    heard = run(qtbot, runner, count)
    told = heard.values("progressed")
    assert told[-1] == Scanned(0, 19999, None)
    assert len(told) < 2000
    assert heard.names()[-2:] == ["succeeded", "finished"]


def test_an_error_of_ours_is_handed_on_as_it_is(qtbot, runner):
    error = OutageError("no-connection", "No connection")

    def fail(job):
        raise error

    heard = run(qtbot, runner, fail)
    assert heard.signals == [("failed", error), ("finished", None)]


def test_any_other_exception_is_a_bug_and_its_traceback_goes_to_the_log(qtbot, runner, caplog):
    def fail(job):
        raise ZeroDivisionError("secret detail")

    with caplog.at_level(logging.ERROR):
        heard = run(qtbot, runner, fail)
    (error,) = heard.values("failed")
    assert isinstance(error, BugError)
    assert "secret detail" not in str(error)
    assert "ZeroDivisionError" in str(error)
    assert "ZeroDivisionError" in caplog.text


def test_cancelling_stops_a_use_case_that_waits(qtbot, runner):
    def wait(job):
        job.cancel.wait(60)
        job.cancel.raise_if_cancelled()

    heard = run(qtbot, runner, wait, before=lambda job: job.cancel())
    assert heard.signals == [("cancelled", None), ("finished", None)]


def test_what_was_told_before_a_cancel_still_comes(qtbot, runner):
    def tell(job):
        job.events(Matches(()))
        raise CancelledError

    heard = run(qtbot, runner, tell)
    assert heard.signals == [("events", (Matches(()),)), ("cancelled", None), ("finished", None)]


def test_a_job_goes_on_when_whoever_listened_is_deleted(qtbot, runner):
    class Listener(QObject):
        def hear(self, events):
            raise AssertionError("called after it was deleted")

    told, go_on = threading.Event(), threading.Event()

    def tell(job):
        told.set()
        go_on.wait(30)
        job.events(TagCounted("Invoice", 1))

    job = runner.start(tell)
    listener = Listener()
    job.events.connect(listener.hear)
    told.wait(30)
    delete(listener)
    with qtbot.waitSignal(job.finished):
        go_on.set()


def test_a_job_whose_owner_is_deleted_is_cancelled_and_tells_nothing_more(qtbot, runner):
    told, ended = threading.Event(), threading.Event()

    def tell(job):
        told.wait(30)
        job.events(TagCounted("Invoice", 1))
        job.cancel.wait(30)
        ended.set()

    owner = QObject()
    heard = Heard(runner.start(tell, "test", owner))
    delete(owner)
    told.set()
    qtbot.waitUntil(lambda: runner.running == ())
    assert ended.is_set()
    assert heard.signals == []


def test_a_finished_job_is_forgotten(qtbot, runner):
    run(qtbot, runner, lambda job: None)
    assert runner.running == ()


def test_closing_cancels_everything_and_waits_for_it(qapp):
    runner = JobRunner()
    ended = threading.Event()

    def wait(job):
        job.cancel.wait(60)
        ended.set()

    heard = Heard(runner.start(wait))
    assert runner.close()
    assert ended.is_set()
    QCoreApplication.processEvents()
    assert heard.signals == []


def test_what_listens_to_a_job_is_let_go_before_the_job_is_deleted(qtbot, runner):
    class Held:
        pass

    held, freed = Held(), []
    job = runner.start(lambda job: 1)
    weakref.finalize(held, lambda: freed.append(isValid(job)))
    job.succeeded.connect(lambda result, held=held: None)
    del held
    qtbot.waitUntil(lambda: bool(freed))
    assert freed == [True]
