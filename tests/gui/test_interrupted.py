"""Uploads that were interrupted, as the window offers them."""

from __future__ import annotations

import threading

import pytest

from app.core.errors import LocalFileError
from app.services.upload import upload
from app.ui.transfers.transfer import State
from tests.fakes import Listener, NeverAsked
from tests.integration.uploading import body, open_uploads, request_for, write
from tests.proxy import answer, hang_up, of_key, puts_object, puts_part
from tests.server import keys_in

MIB = 1024**2
LARGE = "Drop/film.mp4"


@pytest.fixture
def drop(files):
    return write(files / "Drop", {"a.txt": b"a", "b.txt": b"b" * 1000, "film.mp4": b"film" * (6 * MIB)})


@pytest.fixture
def interrupted(services, proxy, drop):
    """Interrupt an upload whose large file has reached its second part."""
    proxy.on(lambda asked: of_key(LARGE, puts_part)(asked) and asked.query["partNumber"] != ["1"], hang_up)
    report = upload(
        request_for([drop], "Site"), services.storage, NeverAsked(), Listener().job, services.journal.uploads
    )
    assert report.is_open
    proxy.forget()


def banner(person):
    return person.place.window._banners.current()


def test_it_is_offered_and_goes_on_from_where_it_was(interrupted, opened, proxy, boto, buckets, drop):
    person = opened()
    person.wait(lambda: banner(person))
    assert banner(person).accessibleName() == "An upload was interrupted. 1 of 3 files is left."
    assert (banner(person).button.text(), banner(person).second.text()) == ("Go on", "Discard")
    person.presses(banner(person).button)
    person.wait(lambda: person.place.queue.transfers)
    (transfer,) = person.place.queue.transfers
    assert (transfer.files_done, transfer.files_total) == (2, 3)
    first = []
    transfer.changed.connect(lambda: transfer.progress and first.append(transfer.progress))
    person.waits_for_transfers()
    assert banner(person) is None
    assert (first[0].files, first[0].files_total) == (2, 3)
    assert first[0].size_bytes >= 1001
    assert [(p.size_bytes, p.files) for p in first] == sorted((p.size_bytes, p.files) for p in first)
    assert (transfer.state, transfer.files_done, transfer.failures) == (State.DONE, 3, 0)
    assert sorted(asked.query["partNumber"][0] for asked in proxy.asked if of_key(LARGE, puts_part)(asked)) == [
        "2",
        "3",
    ]
    assert proxy.count(lambda asked: puts_object(asked) and asked.bucket == buckets.storage) == 0
    assert body(boto, buckets.storage, LARGE) == (drop / "film.mp4").read_bytes()
    assert open_uploads(boto, buckets.storage) == []


def test_it_is_discarded_with_its_parts_and_not_offered_again(interrupted, opened, boto, buckets):
    person = opened()
    person.wait(lambda: banner(person))
    assert open_uploads(boto, buckets.storage)
    person.presses(banner(person).second)
    person.wait(lambda: not open_uploads(boto, buckets.storage))
    assert banner(person) is None
    assert keys_in(boto, buckets.storage) == ["Drop/a.txt", "Drop/b.txt"]
    person.wait(lambda: not person.place._services.journal.uploads.open_transfers())


def test_one_that_cannot_be_discarded_is_offered_again_and_the_reason_said(interrupted, opened, proxy):
    person = opened()
    person.wait(lambda: banner(person))
    proxy.on(lambda asked: asked.method == "DELETE", answer(403, "AccessDenied"))
    person.presses(banner(person).second)
    person.wait(lambda: banner(person) and banner(person).cause == "failure")
    assert "You don’t have access" in banner(person).accessibleName()
    banners = person.place.window._banners
    person.wait(lambda: [shown.cause for shown in banners._banners].count("interrupted") == 1)


def test_several_are_offered_together(interrupted, opened, services, proxy, files):
    proxy.on(puts_object, hang_up)
    other = write(files / "Other", {"c.txt": b"c"})
    with pytest.raises(Exception, match="No connection"):
        upload(request_for([other], "Site"), services.storage, NeverAsked(), Listener().job, services.journal.uploads)
    proxy.forget()
    person = opened()
    person.wait(lambda: banner(person))
    assert banner(person).accessibleName() == "2 uploads were interrupted. 2 of 4 files are left."
    person.presses(banner(person).button)
    person.wait(lambda: len(person.place.queue.transfers) == 2)
    person.waits_for_transfers()
    person.wait(lambda: services.journal.uploads.open_transfers() == ())


def test_who_signs_out_is_not_asked_any_more(interrupted, opened):
    person = opened()
    person.wait(lambda: banner(person))
    person.place.forget()
    assert banner(person) is None


def test_trying_again_goes_on_with_the_upload_that_was_broken_off(person, place, services, proxy, drop, boto, buckets):
    proxy.on(lambda asked: of_key(LARGE, puts_part)(asked) and asked.query["partNumber"] != ["1"], hang_up)
    person.uploads(drop, tag="Site")
    (transfer,) = place.queue.transfers
    assert transfer.has_failures
    proxy.forget()
    place.panel.retry_asked.emit(transfer)
    person.wait(lambda: place.queue.transfers and place.queue.transfers[0] is not transfer)
    person.waits_for_transfers()
    assert sorted(asked.query["partNumber"][0] for asked in proxy.asked if of_key(LARGE, puts_part)(asked)) == [
        "2",
        "3",
    ]
    assert keys_in(boto, buckets.storage) == ["Drop/a.txt", "Drop/b.txt", LARGE]
    assert services.journal.uploads.open_transfers() == ()


def test_a_file_that_failed_of_one_that_went_on_can_be_tried_again(interrupted, opened, drop, boto, buckets):
    content = (drop / "film.mp4").read_bytes()
    (drop / "film.mp4").unlink()
    person = opened()
    person.wait(lambda: banner(person))
    person.presses(banner(person).button)
    person.wait(lambda: person.place.queue.transfers)
    person.waits_for_transfers()
    (transfer,) = person.place.queue.transfers
    assert (transfer.failures, transfer.open_run) == (1, None)
    (drop / "film.mp4").write_bytes(content)
    again = transfer.retry_request()
    assert (again.run_id, again.before, len(again.files)) == (None, {}, 1)
    assert again.transfer != transfer.request.transfer


def test_a_journal_that_cannot_be_read_is_said(opened, services, monkeypatch):
    def refuse():
        raise LocalFileError("journal-unusable", "It can’t be read", "The computer says: no.")

    monkeypatch.setattr(services.journal.uploads, "open_transfers", refuse)
    person = opened()
    person.wait(lambda: banner(person))
    assert banner(person).accessibleName() == "It can’t be read. The computer says: no."


def test_a_window_that_closes_leaves_what_runs_and_what_waits_to_go_on(
    opened, services, proxy, drop, files, boto, buckets
):
    second = write(files / "Later", {"c.txt": b"c"})
    person = opened()
    begun, go_on = threading.Event(), threading.Event()

    def hold(asked, forward):
        begun.set()
        go_on.wait(30)
        return forward()

    proxy.on(lambda asked: of_key(LARGE, puts_part)(asked) and asked.query["partNumber"] != ["1"], hold)
    for folder in (drop, second):
        person.place._upload(request_for([folder], "Site"))
    person.wait(begun.is_set)
    person.wait(lambda: person.place.queue.transfers[0].files_done == 2)
    assert person.place.unfinished() == (
        "2 of 3 files uploaded so far. The rest can go on at the next start."
        " 0 of 1 file uploaded so far. The rest can go on at the next start."
    )
    person.place.leave()
    go_on.set()
    person.wait(lambda: not person.place.queue.open_transfers)
    proxy.forget()
    assert [found.files for found in services.journal.uploads.open_transfers()] == [3, 1]
    assert open_uploads(boto, buckets.storage)
    next_time = opened()
    next_time.wait(lambda: banner(next_time))
    next_time.presses(banner(next_time).button)
    next_time.waits_for_transfers()
    next_time.wait(lambda: not services.journal.uploads.open_transfers())
    assert keys_in(boto, buckets.storage) == ["Drop/a.txt", "Drop/b.txt", LARGE, "Later/c.txt"]
    assert body(boto, buckets.storage, LARGE) == (drop / "film.mp4").read_bytes()
    assert open_uploads(boto, buckets.storage) == []
