"""Pausing transfers: in the drawer, in the sidebar, and what becomes of the files."""

import threading

import pytest
from PySide6.QtWidgets import QApplication

from app.core.events import FileStarted, Progressed, Stage, UploadStatus
from app.services.uploads.tally import UploadReport
from app.ui.transfers.model import Column
from app.ui.transfers.panel import TransfersPanel
from app.ui.transfers.transfer import State
from app.ui.transfers.upload import Upload
from app.ui.transfers.wording import say
from app.ui.words import speed
from tests.gui.transfers.test_panel import download, upload
from tests.proxy import hold_until, puts_object
from tests.server import keys_in

MB = 1_000_000


@pytest.fixture
def panel(qtbot, queue):
    made = TransfersPanel(queue)
    qtbot.addWidget(made)
    made.resize(900, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


def lines(panel, queue):
    return [panel.line(transfer) for transfer in queue.transfers]


def test_a_paused_upload_says_so_and_goes_on_by_the_same_button(panel, queue, qtbot):
    queue.add(upload(events=[FileStarted(path_of(upload()))]))
    (line,) = lines(panel, queue)
    assert line.pause.text() == "Pause"
    line.pause.click()
    assert (line.pause.text(), line.words().title) == ("Continue", "Paused at 0 of 1 file")
    line.pause.click()
    assert (line.pause.text(), line.words().title) == ("Pause", "Uploading 0 of 1 file")


def path_of(transfer):
    return transfer.request.files[0].source.path


def test_a_file_under_way_reads_paused_with_its_upload(panel, queue, qtbot):
    queue.add(upload(events=[FileStarted(path_of(upload()))]))
    (transfer,) = queue.transfers
    status = panel.model.index(0, Column.STATUS)
    qtbot.waitUntil(lambda: status.data() == "Uploading")
    transfer.pause()
    panel.refresh()
    assert status.data() == "Paused"


def test_one_transfer_needs_no_button_for_all(panel, queue):
    queue.add(upload())
    QApplication.processEvents()
    assert not lines(panel, queue)[0].pause_all.isVisible()


def test_all_are_paused_and_go_on_together(panel, queue):
    queue.add(upload())
    queue.add(download())
    panel.refresh()
    first, second = lines(panel, queue)
    assert first.pause_all.isVisible()
    assert not second.pause_all.isVisible()
    first.pause_all.click()
    assert [transfer.is_paused for transfer in queue.transfers] == [True, True]
    assert first.pause_all.text() == "Continue all"
    first.pause_all.click()
    assert [transfer.is_paused for transfer in queue.transfers] == [False, False]
    assert first.pause_all.text() == "Pause all"


def test_one_that_waits_and_is_paused_begins_only_when_it_goes_on(queue, qtbot):
    queue.add(upload())
    queue.add(upload())
    first, second = queue.transfers
    second.pause()
    assert say(second).title == "Paused"
    first.cancel()
    qtbot.waitUntil(lambda: first.has_ended)
    assert second.state is State.WAITING
    second.go_on()
    assert second.state is State.RUNNING


def test_a_paused_transfer_can_be_cancelled(queue, qtbot):
    queue.add(upload())
    (transfer,) = queue.transfers
    transfer.pause()
    transfer.cancel()
    assert say(transfer).title == "Stopping"
    qtbot.waitUntil(lambda: transfer.has_ended)
    assert not transfer.is_paused


def test_the_time_that_an_upload_took_is_told_without_its_pauses(runner, qtbot):
    asked, go_on = threading.Event(), threading.Event()

    def work(job):
        asked.set()
        go_on.wait(10)
        return UploadReport({UploadStatus.UPLOADED: 1}, 1000, (), False)

    transfer = Upload(upload().request, work)
    transfer.start(runner)
    assert asked.wait(10)
    transfer.pause()
    transfer._pace._paused_at -= 1000
    transfer._started_at -= 1000  # as if it had begun 1,000 s ago, and been paused all the time
    transfer.go_on()
    go_on.set()
    qtbot.waitUntil(lambda: transfer.has_ended)
    assert transfer.seconds < 30


class TestSpeed:
    def test_the_speed_stands_before_the_time_left(self, queue, monkeypatch):
        transfer = upload()
        seconds = iter(range(100))
        monkeypatch.setattr(transfer._pace, "now", lambda: float(next(seconds)))
        transfer.state = State.RUNNING
        for done in (0, 5, 10, 15, 20):
            transfer._take_progress(Progressed(Stage.UPLOADING, 0, 1, done * MB, 100 * MB))
        assert say(transfer).detail == "20 of 100 MB, 4.0 MB/s, about 10 seconds left"

    def test_a_paused_transfer_tells_neither(self, queue, monkeypatch):
        transfer = upload()
        seconds = iter(range(100))
        monkeypatch.setattr(transfer._pace, "now", lambda: float(next(seconds)))
        transfer.state = State.RUNNING
        for done in (0, 5, 10, 15, 20):
            transfer._take_progress(Progressed(Stage.UPLOADING, 0, 1, done * MB, 100 * MB))
        transfer.pause()
        assert say(transfer).detail == "20 of 100 MB"

    def test_it_is_told_in_decimal_units(self):
        assert [speed(value) for value in (3, 348_000, 5_240_000)] == ["1 KB/s", "348 KB/s", "5.2 MB/s"]


def test_nothing_new_is_sent_during_a_pause_and_nothing_is_lost(person, place, proxy, boto, buckets, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    names = [f"{number:03}.txt" for number in range(200)]
    for name in names:
        (files / name).write_text(name)
    answered, asked = threading.Event(), []
    proxy.on(
        lambda request: request.key.startswith("files/") and puts_object(request),
        lambda request, forward: (asked.append(request.key), hold_until(answered)(request, forward))[1],
    )
    person.drops_and_waits(files)
    person.types(place.upload.list.field, "Lot 3")
    person.presses(place.upload.list.upload)
    person.wait(lambda: asked)
    place.window.toggle_drawer()
    person.presses(place.panel.line(place.queue.transfers[0]).pause)
    answered.set()
    transfer = place.queue.transfers[0]
    person.wait(lambda: transfer.files_done == len(asked))
    assert 0 < transfer.files_done < len(names)
    assert place.foot.text() == f"Paused at {transfer.files_done} of 200"
    assert len(keys_in(boto, buckets.storage)) == transfer.files_done
    person.presses(place.panel.line(transfer).pause)
    person.waits_for_transfers()
    assert keys_in(boto, buckets.storage) == [f"files/{name}" for name in names]
    assert say(transfer).title == "200 files uploaded"


def test_a_cancel_during_a_pause_ends_the_upload(person, place, proxy, boto, buckets, tmp_path):
    large = tmp_path / "large.bin"
    with large.open("wb") as stream:
        stream.truncate(100 * MB)
    person.drops_and_waits(large)
    person.types(place.upload.list.field, "Lot 3")
    person.presses(place.upload.list.upload)
    transfer = place.queue.transfers[0]
    person.wait(lambda: transfer.state is State.RUNNING and transfer.progress)
    transfer.pause()
    transfer.cancel()
    person.waits_for_transfers()
    assert transfer.state is State.CANCELLED
    assert boto.list_multipart_uploads(Bucket=buckets.storage).get("Uploads", []) == []
