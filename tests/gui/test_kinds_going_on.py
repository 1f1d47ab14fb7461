"""Downloads, links and changes of tags that were interrupted, as the window offers them."""

from __future__ import annotations

import random
import threading
from zipfile import ZipFile

import pytest

from app.core.deletions import CopiesDeletion
from app.core.downloads import FetchRequest
from app.core.errors import OutageError
from app.core.events import Matches
from app.core.query import Query, Term
from app.core.sharing import ShareRequest
from app.core.tag_edits import RetagRequest, TagEdit
from app.core.tags import TagRules
from app.ui.find.unreadable_sheet import FailuresSheet
from app.ui.transfers.transfer import State
from tests.fakes import Listener
from tests.integration.finding import put_all
from tests.proxy import HANG_UP, of_key, once_there, reads_content
from tests.server import keys_in, tags_of
from tests.waiting import eventually

FILES = {f"Lot 7/Größe {number}.bin": random.Random(number).randbytes(300_000) for number in range(20)}
QUERY = Query((Term("Lot 7"),))


@pytest.fixture(autouse=True)
def stored(boto, buckets):
    put_all(boto, buckets.storage, {key: (body, {"Tag1": "Lot 7"}) for key, body in FILES.items()})


@pytest.fixture
def found(services):
    listener = Listener()
    services.live.search(QUERY, listener.job)
    matches = [match for event in listener.of(Matches) for match in event.batch]
    return tuple(sorted(matches, key=lambda match: match.stored.key))


@pytest.fixture
def request_(found, services, tmp_path):
    output = tmp_path / "Downloads" / "Lot 7.zip"
    output.parent.mkdir()
    return FetchRequest(found, output, QUERY.describe(), services.identity.user_id)


def breaks_off_later(proxy, output):
    """Let the line be cut at the last file, when something of the ZIP has arrived."""
    part = output.with_name(f"{output.name}.part")
    proxy.on(lambda asked: reads_content(asked) and asked.key.endswith("Größe 9.bin"), once_there(part, 600_000))


@pytest.fixture
def broken_off(request_, services, proxy, monkeypatch):
    """Break a download off of which something is there."""
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 1)
    breaks_off_later(proxy, request_.output)
    with pytest.raises(OutageError):
        services.downloader.download(request_, Listener().job)
    proxy.forget()
    return request_.output


def banner(person):
    return person.place.window._banners.current()


def offered(person):
    person.wait(lambda: banner(person))
    return banner(person).accessibleName()


def goes_on(person):
    offered(person)
    person.presses(banner(person).button)


def content_of(output):
    with ZipFile(output) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_download_is_offered_and_goes_on(broken_off, opened, services):
    person = opened()
    said = offered(person)
    assert said.startswith("A download was interrupted. ")
    assert "Lot 7.zip" in said
    assert said.endswith(" of 20 files are left.")
    goes_on(person)
    person.waits_for_transfers()
    (transfer,) = person.place.queue.transfers
    assert (transfer.state, transfer.report.files, transfer.output) == (State.DONE, 20, broken_off)
    assert content_of(broken_off) == FILES
    assert [path.name for path in broken_off.parent.iterdir()] == ["Lot 7.zip"]
    assert banner(person) is None
    assert services.journal.open_transfers() == ()


def test_a_download_is_discarded_with_its_part_and_copies(broken_off, opened, services, boto, buckets):
    person = opened()
    offered(person)
    assert list(broken_off.parent.iterdir())
    person.presses(banner(person).second)
    person.wait(lambda: services.journal.open_transfers() == () and not keys_in(boto, buckets.staging))
    assert list(broken_off.parent.iterdir()) == []
    assert not person.place.queue.transfers


def test_trying_again_goes_on_with_the_download_that_was_broken_off(person, place, services, proxy, monkeypatch):
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 1)
    breaks_off_later(proxy, place.downloads / "Lot 7.zip")
    person.finds("Lot 7")
    person.presses(place.find.download)
    person.waits_for_transfers()
    (transfer,) = place.queue.transfers
    assert transfer.state is State.FAILED
    assert len(services.journal.open_transfers()) == 1
    proxy.forget()
    place.panel.retry_asked.emit(transfer)
    person.wait(lambda: place.queue.transfers and place.queue.transfers[0] is not transfer)
    person.waits_for_transfers()
    (again,) = place.queue.transfers
    assert (again.state, again.report.files) == (State.DONE, 20)
    assert proxy.count(lambda asked: reads_content(asked) and asked.key.endswith(".bin")) < 20
    assert services.journal.open_transfers() == ()


def test_one_that_failed_for_good_is_done_once_more(person, place, services, proxy):
    place.downloads.write_bytes(b"no folder")
    person.finds("Lot 7")
    person.presses(place.find.download)
    person.waits_for_transfers()
    (transfer,) = place.queue.transfers
    assert transfer.state is State.FAILED
    assert services.journal.open_transfers() == ()
    place.downloads.unlink()
    place.panel.retry_asked.emit(transfer)
    person.wait(lambda: place.queue.transfers and place.queue.transfers[0] is not transfer)
    person.waits_for_transfers()
    assert content_of(place.queue.transfers[0].output) == FILES


def test_a_window_that_closes_leaves_a_download_to_go_on(opened, services, proxy):
    person, begun, go_on = opened(), threading.Event(), threading.Event()

    def hold(asked, forward):
        begun.set()
        go_on.wait(30)
        return forward()

    proxy.on(lambda asked: reads_content(asked) and asked.key.endswith("Größe 9.bin"), hold)
    person.finds("Lot 7")
    person.presses(person.place.find.download)
    person.wait(begun.is_set)
    (transfer,) = person.place.queue.transfers
    person.wait(lambda: transfer.progress is not None and transfer.progress.files > 0)
    assert person.place.unfinished().endswith(" is not finished. It can go on at the next start.")
    person.place.leave()
    go_on.set()
    person.wait(lambda: not person.place.queue.open_transfers)
    proxy.forget()
    (left,) = services.journal.open_transfers()
    assert (left.files, left.files_left < 20) == (20, True)
    next_time = opened()
    goes_on(next_time)
    next_time.waits_for_transfers()
    (again,) = next_time.place.queue.transfers
    assert content_of(again.output) == FILES
    assert proxy.count(lambda asked: reads_content(asked) and asked.key.endswith(".bin")) < 20


def test_a_change_of_tags_goes_on_and_can_be_undone(found, opened, services, boto, buckets):
    asked = RetagRequest(found, (TagEdit("Lot 7", "Lot 8"),), TagRules())
    services.journal.retags.begin(asked).leave()
    person = opened()
    said = offered(person)
    assert said.startswith("A change of tags was interrupted. ")
    assert "“Lot 7” became “Lot 8”" in said
    assert said.endswith("20 of 20 files are left.")
    retagging = person.place.find.retagging
    goes_on(person)
    person.wait(lambda: retagging.action == "Undo")
    assert retagging.line == "Tags of 20 files changed."
    assert {tags_of(boto, buckets.storage, key)["Tag1"] for key in FILES} == {"Lot 8"}
    retagging.undo()
    person.wait(lambda: retagging.line == "Tags of 20 files restored.")
    assert {tags_of(boto, buckets.storage, key)["Tag1"] for key in FILES} == {"Lot 7"}


@pytest.fixture
def broken_off_retag(found, services, proxy, monkeypatch, boto, buckets):
    """Return what begins to give files another tag in a window, and is broken off in the middle."""
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 1)

    def hang_up(asked, forward):
        tags = (tags_of(boto, buckets.storage, key)["Tag1"] for key in FILES)
        assert eventually(lambda: any(tag == "Lot 8" for tag in tags))
        return HANG_UP

    def begin(person):
        proxy.on(of_key("Lot 7/Größe 9.bin", lambda asked: asked.method == "PUT" and "tagging" in asked.query), hang_up)
        retagging = person.place.find.retagging
        retagging.start(RetagRequest(found, (TagEdit("Lot 7", "Lot 8"),), TagRules()))
        person.wait(lambda: retagging.action == "Undo")
        proxy.forget()
        (left,) = services.journal.open_transfers()
        assert (left.files, 0 < left.files_left < 20) == (20, True)
        return person.place.window.findChild(FailuresSheet)

    return begin


def test_a_change_of_tags_that_is_broken_off_goes_on_by_trying_again(broken_off_retag, opened, services, boto, buckets):
    person = opened()
    sheet = broken_off_retag(person)
    person.presses(sheet.confirm)
    person.wait(lambda: services.journal.open_transfers() == () and not person.place.find.retagging.why_not)
    assert {tags_of(boto, buckets.storage, key)["Tag1"] for key in FILES} == {"Lot 8"}
    person.place.find.retagging.undo()
    person.wait(lambda: person.place.find.retagging.line == "Tags of 20 files restored.")
    assert person.place.find.retagging.action == ""
    person.place.find.retagging.undo()
    assert not person.place.find.retagging.why_not


def test_or_at_the_next_start(broken_off_retag, opened, services, boto, buckets):
    sheet = broken_off_retag(opened())
    assert (
        sheet._text.text()
        == "They are as they were. The next start of Tagdrop offers to go on with those that are left."
    )
    sheet.reject()
    person = opened()
    assert offered(person).startswith("A change of tags was interrupted. ")
    goes_on(person)
    person.wait(lambda: services.journal.open_transfers() == ())
    assert {tags_of(boto, buckets.storage, key)["Tag1"] for key in FILES} == {"Lot 8"}


def test_several_changes_of_tags_go_on_one_after_the_other(found, opened, services, boto, buckets):
    for edit in (TagEdit("Lot 7", "Lot 8"), TagEdit(None, "Checked")):
        services.journal.retags.begin(RetagRequest(found, (edit,), TagRules())).leave()
    person = opened()
    assert offered(person) == "2 changes of tags were interrupted. 40 of 40 files are left."
    goes_on(person)
    person.wait(lambda: services.journal.open_transfers() == () and not person.place.find.retagging.why_not)
    assert [tags_of(boto, buckets.storage, key) for key in FILES] == [{"Tag1": "Lot 8", "Tag3": "Checked"}] * 20


def test_a_link_that_was_being_made_is_made_and_copied(found, opened, services, qapp):
    services.journal.shares.begin(ShareRequest(found, QUERY, services.identity.user_id)).leave()
    person = opened()
    assert offered(person).startswith("The making of a link was interrupted. ")
    goes_on(person)
    person.waits_for_transfers()
    (transfer,) = person.place.queue.transfers
    assert (transfer.state, qapp.clipboard().text()) == (State.DONE, transfer.link.text)
    assert services.journal.open_transfers() == ()


def test_a_deletion_is_finished_without_asking(request_, opened, services, boto, buckets):
    report = services.downloader.download(request_, Listener().job)
    request_id = report.staged_prefix.split("/")[1]
    services.journal.deletions.begin(CopiesDeletion(request_id, services.identity.user_id)).leave()
    person = opened()
    person.wait(lambda: services.journal.open_transfers() == () and not keys_in(boto, buckets.staging))
    assert banner(person) is None


def test_different_kinds_are_offered_together(broken_off, found, opened, services):
    services.journal.retags.begin(RetagRequest(found, (TagEdit("Lot 7", "Lot 8"),), TagRules())).leave()
    person = opened()
    assert offered(person).startswith("2 transfers were interrupted. ")
    goes_on(person)
    person.wait(lambda: broken_off.exists() and services.journal.open_transfers() == ())
