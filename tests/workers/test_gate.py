"""The gate before which work waits until a person has signed in again."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from PySide6.QtCore import QCoreApplication

from app.core.errors import SignInError
from app.workers.gate import Gate

ENDED = SignInError("sign-in-ended", "The sign-in has ended")


@pytest.fixture
def gate(qapp):
    return Gate()


@pytest.fixture
def workers():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_work_goes_on_when_it_is_opened(gate, workers, qtbot):
    with qtbot.waitSignal(gate.asked) as asked:
        waiting = workers.submit(gate.wait, ENDED)
    assert asked.args == [ENDED]
    assert not waiting.done()

    gate.open()
    assert waiting.result(5) is None


def test_however_many_wait_the_person_is_asked_once(gate, workers, qtbot, monkeypatch):
    arrived = threading.Semaphore(0)

    class Answer(Future):
        def result(self, timeout=None):
            arrived.release()
            return super().result(timeout)

    monkeypatch.setattr("app.workers.gate.Future", Answer)
    asked = []
    gate.asked.connect(asked.append)
    waiting = [workers.submit(gate.wait, ENDED) for _ in range(4)]
    for _ in waiting:
        assert arrived.acquire(timeout=5)
    QCoreApplication.processEvents()
    assert asked == [ENDED]

    gate.open()
    assert [one.result(5) for one in waiting] == [None] * 4


def test_who_is_refused_gets_the_reason_back_and_the_next_one_asks_again(gate, workers, qtbot):
    with qtbot.waitSignal(gate.asked):
        waiting = workers.submit(gate.wait, ENDED)
    gate.refuse()
    assert waiting.exception(5) is ENDED

    with qtbot.waitSignal(gate.asked):
        waiting = workers.submit(gate.wait, ENDED)
    gate.open()
    assert waiting.result(5) is None


def test_a_closed_gate_lets_nobody_wait(gate, workers, qtbot):
    with qtbot.waitSignal(gate.asked):
        waiting = workers.submit(gate.wait, ENDED)
    gate.close()
    assert waiting.exception(5) is ENDED
    with pytest.raises(SignInError) as error:
        gate.wait(ENDED)
    assert error.value is ENDED
