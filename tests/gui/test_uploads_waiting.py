"""Uploads that wait in the window's queue behind another one."""

from __future__ import annotations

import threading

import pytest

from app.services.upload import upload
from app.ui.transfers.transfer import State
from tests.fakes import Listener, NeverAsked
from tests.gui.person import runs
from tests.integration.uploading import request_for, write
from tests.proxy import answer, of_key, puts_object
from tests.server import keys_in

FIRST = "First/a.txt"


@pytest.fixture
def held(proxy):
    """Hold the first upload up until this is set."""
    go_on = threading.Event()

    def hold(_asked, forward):
        go_on.wait(30)
        return forward()

    proxy.on(of_key(FIRST, puts_object), hold)
    yield go_on
    go_on.set()


@pytest.fixture
def first(files):
    return write(files / "First", {"a.txt": b"a"})


@pytest.fixture
def second(files):
    return write(files / "Second", {"b.txt": b"b"})


def states(place):
    return [transfer.state for transfer in place.queue.transfers]


@pytest.fixture
def waiting(person, place, services, held, first, second):
    """Let an upload wait behind another one until it is noted, and return it."""
    for folder in (first, second):
        place._upload(request_for([folder], "Site"))
    assert states(place) == [State.RUNNING, State.WAITING]
    person.wait(lambda: runs(services) == 2)
    return place.queue.transfers[1]


def test_it_is_noted_while_it_waits_and_not_offered_as_interrupted(
    waiting, person, place, services, held, boto, buckets
):
    assert services.journal.uploads.open_transfers() == ()
    held.set()
    person.waits_for_transfers()
    assert waiting.state is State.DONE
    assert keys_in(boto, buckets.storage) == [FIRST, "Second/b.txt"]
    person.wait(lambda: runs(services) == 0)


def test_it_is_forgotten_when_it_is_cancelled(waiting, person, place, services, held, boto, buckets):
    waiting.cancel()
    person.wait(lambda: runs(services) == 1)
    held.set()
    person.waits_for_transfers()
    assert keys_in(boto, buckets.storage) == [FIRST]
    person.wait(lambda: runs(services) == 0)


def test_one_that_was_interrupted_is_not_offered_again_while_it_waits(
    person, place, services, held, proxy, first, second, boto, buckets
):
    proxy.on(of_key("Second/b.txt", puts_object), answer(403, "SignatureDoesNotMatch"), times=1)
    with pytest.raises(Exception, match="credentials"):
        upload(request_for([second], "Site"), services.storage, NeverAsked(), Listener().job, services.journal.uploads)
    (interrupted,) = services.journal.uploads.open_transfers()
    place._upload(request_for([first], "Site"))
    place.interrupted.go_on_with_upload(interrupted.id)
    person.wait(lambda: states(place) == [State.RUNNING, State.WAITING])
    person.wait(lambda: services.journal.uploads.open_transfers() == ())
    held.set()
    person.waits_for_transfers()
    assert keys_in(boto, buckets.storage) == [FIRST, "Second/b.txt"]
    person.wait(lambda: runs(services) == 0)
