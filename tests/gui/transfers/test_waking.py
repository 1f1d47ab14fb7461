"""The computer is kept awake while a transfer runs, and only then."""

import pytest

from app.ui.transfers.waking import StayAwake
from tests.gui.transfers.test_panel import download, upload


class Waking:
    def __init__(self):
        self.is_held = False

    def hold(self):
        self.is_held = True

    def release(self):
        self.is_held = False


@pytest.fixture
def waking(queue):
    made = Waking()
    StayAwake(queue, made, queue)
    return made


def test_it_is_held_from_the_first_transfer_to_the_end_of_the_last(queue, waking, qtbot):
    assert not waking.is_held
    queue.add(upload())
    queue.add(download())
    assert waking.is_held
    first, second = queue.transfers
    first.cancel()
    qtbot.waitUntil(lambda: first.has_ended)
    assert waking.is_held
    second.cancel()
    qtbot.waitUntil(lambda: second.has_ended)
    assert not waking.is_held


def test_it_may_sleep_during_a_pause(queue, waking):
    queue.add(upload())
    (transfer,) = queue.transfers
    transfer.pause()
    assert not waking.is_held
    transfer.go_on()
    assert waking.is_held
