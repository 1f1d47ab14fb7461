"""Downloads and links that wait in the window's queue behind another one."""

from __future__ import annotations

import json
import random
import threading
from zipfile import ZipFile

import pytest

from app.core.downloads import Listing
from app.core.errors import InputError, OutageError
from app.core.events import Matches
from app.core.query import Query, Term
from app.core.sharing import ShareRequest
from app.ui.find.take import Take
from app.ui.takeaway import waiting_fetch
from app.ui.transfers.transfer import State
from app.ui.zip_target import ZipTarget
from tests.fakes import Listener
from tests.gui.person import Person, runs
from tests.integration.finding import contents_of, put_all
from tests.proxy import hang_up, hold_until, reads_content
from tests.server import keys_in

FILES = {f"Größe {number}.bin": random.Random(number).randbytes(300_000) for number in range(20)}
QUERY = Query((Term("Lot 7"),))


@pytest.fixture(autouse=True)
def stored(boto, buckets):
    put_all(boto, buckets.storage, {key: (body, {"Tag1": "Lot 7"}) for key, body in FILES.items()})


@pytest.fixture
def found(services):
    listener = Listener()
    services.live.search(QUERY, listener.job)
    return tuple(match for event in listener.of(Matches) for match in event.batch)


@pytest.fixture
def held(proxy, buckets):
    """Hold up whatever writes to the staging bucket, until this is set."""
    go_on = threading.Event()
    proxy.on(lambda asked: asked.bucket == buckets.staging and asked.method != "GET", hold_until(go_on))
    yield go_on
    go_on.set()


def states(place):
    return [transfer.state for transfer in place.queue.transfers]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def reopened(new_place, qtbot, services):
    place = new_place()
    place.connect_to(services)
    return Person(qtbot, place)


def offered(person):
    """Return the banner in which interrupted transfers are offered."""
    banners = person.place.window._banners
    person.wait(banners.current)
    return banners.current()


def downloads_first(person, place, services, found):
    """Begin the download that others wait for; it has its name before they ask for theirs."""
    place._download(Take(found, QUERY, is_all=True))
    person.wait(lambda: runs(services) == 1)


@pytest.fixture
def waiting(person, place, services, held, found):
    """Let a download with a list of contents wait behind another one of the same search until it is noted."""
    downloads_first(person, place, services, found)
    place._download(Take(found, QUERY, is_all=True, has_list=True))
    assert states(place) == [State.RUNNING, State.WAITING]
    person.wait(lambda: runs(services) == 2)
    return place.queue.transfers[1]


def test_a_download_is_noted_while_it_waits_and_goes_to_a_zip_of_its_own(waiting, person, place, services, held):
    assert services.journal.open_transfers() == ()
    held.set()
    person.waits_for_transfers()
    assert waiting.state is State.DONE
    assert names(place.downloads) == ["Lot 7 (2).zip", "Lot 7.zip"]
    assert contents_of(place.downloads / "Lot 7.zip") == FILES
    assert contents_of(waiting.output).keys() == FILES.keys() | {"contents.csv", "contents.json"}
    assert runs(services) == 0


def test_two_that_wait_for_the_same_search_never_meet(waiting, person, place, services, held, found):
    place._download(Take(found, QUERY, is_all=True))
    person.wait(lambda: runs(services) == 3)
    held.set()
    person.waits_for_transfers()
    assert names(place.downloads) == ["Lot 7 (2).zip", "Lot 7 (3).zip", "Lot 7.zip"]


def test_a_download_is_forgotten_when_it_is_cancelled_while_it_waits(waiting, person, place, services, held):
    waiting.cancel()
    person.wait(lambda: runs(services) == 1)
    held.set()
    person.waits_for_transfers()
    assert names(place.downloads) == ["Lot 7.zip"]
    assert runs(services) == 0


def test_what_waits_when_the_window_closes_goes_on_at_the_next_start(
    waiting, person, place, services, held, qtbot, new_place, boto, buckets
):
    assert place.unfinished().endswith(" is not finished. It can go on at the next start.")
    place.leave()
    held.set()
    person.wait(lambda: not place.queue.open_transfers and len(services.journal.open_transfers()) == 2)
    (left,) = (found for found in services.journal.open_transfers() if found.name.endswith("(2).zip"))
    assert services.journal.downloads.read(left.id).listing == Listing(QUERY, is_all=True)
    put_all(boto, buckets.storage, {"new.bin": (b"new", {"Tag1": "Lot 7"})})
    next_time = reopened(new_place, qtbot, services)
    next_time.presses(offered(next_time).button)
    next_time.waits_for_transfers()
    assert names(place.downloads) == ["Lot 7 (2).zip", "Lot 7.zip"]
    with ZipFile(place.downloads / "Lot 7 (2).zip") as archive:
        listed = json.loads(archive.read("contents.json"))
    assert {file["key"] for file in listed["files"]} == FILES.keys() | {"new.bin"}
    assert services.journal.open_transfers() == ()


@pytest.fixture
def interrupted(services, place, found, proxy, monkeypatch):
    """Interrupt a download of which a part is there."""
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 1)
    proxy.on(lambda asked: reads_content(asked) and asked.key.endswith("Größe 9.bin"), hang_up)
    run = waiting_fetch(Take(found, QUERY, is_all=True), ZipTarget(place.downloads, is_made=True), services)
    with pytest.raises(OutageError):
        services.downloader.run(run, Listener().job)
    proxy.forget()
    assert names(place.downloads) == ["Lot 7.zip.part", "Lot 7.zip.part.json"]
    (left,) = services.journal.open_transfers()
    return left


@pytest.fixture
def waiting_again(interrupted, held, person, place, services, found):
    """Let it wait behind another download to be gone on with."""
    place._download(Take(found[:1], Query((Term("Other"),)), is_all=True))
    place._go_on_with_download(interrupted)
    person.wait(lambda: states(place) == [State.RUNNING, State.WAITING] and not services.journal.open_transfers())
    return place.queue.transfers[1]


def test_an_interrupted_download_is_nobody_elses_while_it_waits(
    waiting_again, interrupted, person, place, services, held
):
    with pytest.raises(InputError, match="Another Tagdrop is at this transfer"):
        services.downloader.go_on(interrupted.id, Listener().job)
    held.set()
    person.waits_for_transfers()
    assert contents_of(place.downloads / "Lot 7.zip") == FILES
    assert runs(services) == 0


def test_an_interrupted_download_that_is_cancelled_while_it_waits_leaves_nothing(
    waiting_again, person, place, services, held, boto, buckets
):
    held.set()
    waiting_again.cancel()
    person.wait(lambda: not any(name.startswith("Lot 7") for name in names(place.downloads)))
    person.wait(lambda: runs(services) == 0)
    person.waits_for_transfers()
    assert names(place.downloads) == ["Other.zip"]
    labels = [key for key in keys_in(boto, buckets.staging) if key.endswith("request.json")]
    assert len(labels) == 1


def test_a_shared_zip_is_noted_while_it_waits(person, place, services, held, found, proxy):
    downloads_first(person, place, services, found)
    place.opening._save("shared/1002/20261125T120000Z-00000000/zip/Lot 7.zip")
    person.wait(lambda: runs(services) == 2)
    place.leave()
    held.set()
    person.wait(lambda: not place.queue.open_transfers and len(services.journal.open_transfers()) == 2)
    outputs = [services.journal.downloads.read(left.id).output for left in services.journal.open_transfers()]
    assert [path.name for path in outputs] == ["Lot 7.zip", "Lot 7 (2).zip"]


@pytest.fixture
def waiting_link(person, place, services, held, found):
    """Let the making of a link wait behind another one until it is noted."""
    linker = services.linker
    for files in (found, found[:2]):
        request = ShareRequest(files, QUERY, services.identity.user_id)
        place.sharing._add(request, linker, linker.waiting(request))
    person.wait(lambda: runs(services) == 2)
    return place.queue.transfers[1]


def test_a_link_is_noted_while_it_waits_and_made_at_its_turn(waiting_link, person, services, held):
    assert services.journal.open_transfers() == ()
    held.set()
    person.waits_for_transfers()
    assert waiting_link.state is State.DONE
    assert runs(services) == 0


def test_a_link_is_forgotten_when_it_is_cancelled_while_it_waits(waiting_link, person, services, held):
    waiting_link.cancel()
    person.wait(lambda: runs(services) == 1)
    held.set()
    person.waits_for_transfers()
    assert runs(services) == 0


def test_a_link_that_waits_when_the_window_closes_is_left(waiting_link, person, place, services, held):
    place.leave()
    held.set()
    person.wait(lambda: not place.queue.open_transfers)
    person.wait(lambda: [left.files for left in services.journal.open_transfers()] == [20, 2])
