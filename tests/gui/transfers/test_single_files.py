"""Single files of an upload in the drawer: left out, tried again, begun again."""

from __future__ import annotations

import queue as queues
import threading
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from app.core.errors import LocalFileError
from app.core.events import FileBegunAgain, FileStarted, FileUploaded, SourceFile, UploadStatus
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.services.uploads.tally import UploadReport
from app.ui.transfers.model import LEAVE_OUT, SHOW_FOLDER, TRY_AGAIN, Column
from app.ui.transfers.panel import TransfersPanel
from app.ui.transfers.transfer import State
from app.ui.transfers.upload import Upload
from app.ui.transfers.wording import say
from app.ui.widgets.columns import Role
from tests.integration.uploading import open_uploads, request_for, write
from tests.proxy import answer, hold_until, of_key, puts_object, puts_part
from tests.server import keys_in

MIB = 1024**2
LOCKED = LocalFileError("file-locked", "Another program has it open", "Close it there and try again.")


class Scripted:
    """An upload of files by name and size that tells and ends as the test says."""

    def __init__(self, sizes):
        files = tuple(
            UploadFile(SourceFile(Path("/files") / name, (name,), name, size, 0), ("Lot 3",))
            for name, size in sizes.items()
        )
        self._told = queues.Queue()
        self.transfer = Upload(UploadRequest(files, (), "", TagRules(), "maria", True), self._work)

    def _work(self, job):
        ends = {}
        for event in iter(self._told.get, None):
            job.events(event)
            if isinstance(event, FileUploaded):
                ends[event.path] = event
        failures = tuple(end for end in ends.values() if end.status is UploadStatus.FAILED)
        return UploadReport(dict(Counter(end.status for end in ends.values())), 1000, failures, False)

    def starts(self, name):
        self._told.put(FileStarted(Path("/files") / name))

    def begins_again(self, name):
        self._told.put(FileBegunAgain(Path("/files") / name))

    def ends(self, name, status=UploadStatus.UPLOADED):
        error = LOCKED if status is UploadStatus.FAILED else None
        self._told.put(FileUploaded(Path("/files") / name, name, status, 1000, error))

    def finishes(self):
        self._told.put(None)


@pytest.fixture
def panel(qtbot, queue):
    made = TransfersPanel(queue)
    qtbot.addWidget(made)
    made.resize(900, 300)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


@pytest.fixture
def scripted(queue, panel):
    """Return what begins a scripted upload; it ends with the test."""
    begun = []

    def begin(**sizes):
        made = Scripted({name.replace("_", "."): size for name, size in sizes.items()})
        begun.append(made)
        queue.add(made.transfer)
        return made

    yield begin
    for made in begun:
        made.finishes()


def row_of(panel, name):
    names = [panel.model.index(row, Column.NAME).data() for row in range(panel.model.rowCount())]
    return names.index(name)


def cell(panel, name, column):
    return panel.model.index(row_of(panel, name), column)


def statuses(panel):
    panel.refresh()
    rows = range(panel.model.rowCount())
    return {panel.model.index(row, 0).data(): panel.model.index(row, Column.STATUS).data() for row in rows}


def offered(panel, name):
    return [action.name for action in cell(panel, name, Column.ACTIONS).data(Role.ACTIONS) or ()]


def press(panel, name, action):
    panel.table.action_triggered.emit(cell(panel, name, Column.ACTIONS), action)


def test_each_file_offers_what_can_be_done_with_it(scripted, panel, qtbot):
    made = scripted(waits_txt=10, small_txt=10, large_mp4=9 * MIB, fails_txt=10, done_txt=10)
    for name in ("small.txt", "large.mp4"):
        made.starts(name)
    made.ends("fails.txt", UploadStatus.FAILED)
    made.ends("done.txt")
    qtbot.waitUntil(lambda: statuses(panel).get("done.txt") == "Uploaded")
    assert {name: offered(panel, name) for name in statuses(panel)} == {
        "waits.txt": [LEAVE_OUT],
        "small.txt": [],  # its only request is under way
        "large.mp4": [LEAVE_OUT],
        "fails.txt": [SHOW_FOLDER, TRY_AGAIN, LEAVE_OUT],
        "done.txt": [],
    }
    assert [action.text for action in cell(panel, "fails.txt", Column.ACTIONS).data(Role.ACTIONS)] == [
        "Show in folder",
        "Try again",
        "Leave out",
    ]
    made.transfer.cancel()
    assert {name: offered(panel, name) for name in ("waits.txt", "large.mp4", "fails.txt")} == {
        "waits.txt": [],
        "large.mp4": [],
        "fails.txt": [SHOW_FOLDER],
    }


def test_a_file_that_waits_is_left_out_at_once(scripted, panel, qtbot):
    made = scripted(a_txt=10, b_txt=10)
    qtbot.waitUntil(lambda: len(statuses(panel)) == 2)
    press(panel, "b.txt", LEAVE_OUT)
    assert statuses(panel) == {"a.txt": "Waiting", "b.txt": "Skipped"}
    assert made.transfer.files_done == 1
    assert made.transfer.wishes.take_left_out() == (1,)
    made.ends("b.txt", UploadStatus.SKIPPED)
    made.ends("a.txt")
    qtbot.waitUntil(lambda: statuses(panel) == {"a.txt": "Uploaded", "b.txt": "Skipped"})


def test_one_that_is_left_out_too_late_says_so(scripted, panel, qtbot):
    made = scripted(a_txt=10, b_txt=10)
    qtbot.waitUntil(lambda: len(statuses(panel)) == 2)
    press(panel, "b.txt", LEAVE_OUT)
    assert statuses(panel)["b.txt"] == "Skipped"
    made.starts("b.txt")  # its only request was under way
    qtbot.waitUntil(lambda: statuses(panel)["b.txt"] == "Too late, uploading")
    assert offered(panel, "b.txt") == []
    made.ends("b.txt")
    qtbot.waitUntil(lambda: statuses(panel)["b.txt"] == "Too late, uploaded")
    said = cell(panel, "b.txt", Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "b.txt, 10 bytes, Too late, uploaded"


def test_one_that_failed_then_and_is_tried_again_is_like_any_other(scripted, panel, qtbot):
    made = scripted(a_txt=10, b_txt=10)
    qtbot.waitUntil(lambda: len(statuses(panel)) == 2)
    press(panel, "b.txt", LEAVE_OUT)
    made.starts("b.txt")
    made.ends("b.txt", UploadStatus.FAILED)
    qtbot.waitUntil(lambda: statuses(panel)["b.txt"] == LOCKED.title)
    press(panel, "b.txt", TRY_AGAIN)
    made.ends("b.txt")
    qtbot.waitUntil(lambda: statuses(panel)["b.txt"] == "Uploaded")


def test_a_small_file_under_way_says_why_it_cant_be_left_out(scripted, panel, qtbot):
    made = scripted(a_txt=10, b_mp4=9 * MIB)
    for name in ("a.txt", "b.mp4"):
        made.starts(name)
    qtbot.waitUntil(lambda: statuses(panel) == {"a.txt": "Uploading", "b.mp4": "Uploading"})
    why = "It is sent in one piece, so it can’t be left out any more."
    for name, said in (("a.txt", why), ("b.mp4", None)):
        assert cell(panel, name, Column.STATUS).data(Qt.ItemDataRole.ToolTipRole) == said
        assert cell(panel, name, Column.NAME).data(Qt.ItemDataRole.AccessibleDescriptionRole) == said
    made.ends("a.txt")
    qtbot.waitUntil(lambda: statuses(panel)["a.txt"] == "Uploaded")
    assert cell(panel, "a.txt", Column.STATUS).data(Qt.ItemDataRole.ToolTipRole) is None


def test_a_large_file_that_begins_when_it_was_left_out_is_stopped(scripted, panel, qtbot):
    made = scripted(a_mp4=9 * MIB, b_txt=10)
    qtbot.waitUntil(lambda: len(statuses(panel)) == 2)
    press(panel, "a.mp4", LEAVE_OUT)
    made.starts("a.mp4")
    qtbot.waitUntil(lambda: statuses(panel)["a.mp4"] == "Stopping")
    made.ends("a.mp4", UploadStatus.SKIPPED)
    qtbot.waitUntil(lambda: statuses(panel)["a.mp4"] == "Skipped")


def test_a_large_file_under_way_is_stopped(scripted, panel, qtbot):
    made = scripted(a_mp4=9 * MIB, b_txt=10)
    made.starts("a.mp4")
    qtbot.waitUntil(lambda: statuses(panel)["a.mp4"] == "Uploading")
    press(panel, "a.mp4", LEAVE_OUT)
    assert (statuses(panel)["a.mp4"], offered(panel, "a.mp4")) == ("Stopping", [])
    assert made.transfer.wishes.is_left_out(0)
    made.ends("a.mp4", UploadStatus.SKIPPED)
    qtbot.waitUntil(lambda: statuses(panel)["a.mp4"] == "Skipped")


def test_a_file_that_failed_waits_to_be_tried_again(scripted, panel, qtbot):
    made = scripted(a_txt=10, b_txt=10)
    made.ends("a.txt", UploadStatus.FAILED)
    qtbot.waitUntil(lambda: statuses(panel)["a.txt"] == LOCKED.title)
    press(panel, "a.txt", TRY_AGAIN)
    assert statuses(panel)["a.txt"] == "Waiting"
    assert made.transfer.failures == 0
    assert made.transfer.wishes.take_again() == (0,)
    made.starts("a.txt")
    made.ends("a.txt")
    qtbot.waitUntil(lambda: statuses(panel)["a.txt"] == "Uploaded")


def test_where_that_comes_too_late_it_has_failed(scripted, panel, qtbot):
    made = scripted(a_txt=10, b_txt=10)
    made.ends("a.txt", UploadStatus.FAILED)
    qtbot.waitUntil(lambda: statuses(panel)["a.txt"] == LOCKED.title)
    press(panel, "a.txt", TRY_AGAIN)
    made.ends("b.txt")
    made.finishes()
    qtbot.waitUntil(lambda: made.transfer.has_ended)
    assert statuses(panel) == {"a.txt": LOCKED.title}


def test_a_file_that_changed_while_it_was_read_says_so(scripted, panel, qtbot):
    made = scripted(a_mp4=9 * MIB)
    made.starts("a.mp4")
    made.begins_again("a.mp4")
    qtbot.waitUntil(lambda: statuses(panel)["a.mp4"] == "Changed, starts again")
    made.transfer.pause()
    assert statuses(panel)["a.mp4"] == "Paused"
    made.transfer.go_on()
    made.ends("a.mp4")
    qtbot.waitUntil(lambda: statuses(panel)["a.mp4"] == "Uploaded")


@pytest.fixture
def ended(scripted, panel, qtbot):
    """An upload of three files of which two have failed."""
    made = scripted(a_txt=10, b_txt=10, c_txt=10)
    made.ends("a.txt", UploadStatus.FAILED)
    made.ends("b.txt", UploadStatus.FAILED)
    made.ends("c.txt")
    made.finishes()
    qtbot.waitUntil(lambda: made.transfer.has_ended)
    assert statuses(panel) == {"a.txt": LOCKED.title, "b.txt": LOCKED.title}
    return made.transfer


def test_what_failed_can_be_left_out_at_the_end(ended, panel):
    assert say(ended).title == "1 file uploaded, 2 failed"
    press(panel, "a.txt", LEAVE_OUT)
    assert statuses(panel) == {"b.txt": LOCKED.title}
    assert say(ended).title == "1 file uploaded, 1 failed"
    assert [file.source.path.name for file in ended.retry_request().files] == ["b.txt"]
    press(panel, "b.txt", LEAVE_OUT)
    assert statuses(panel) == {}
    assert (say(ended).title, say(ended).role, ended.can_retry) == ("1 file uploaded", "ok", False)
    assert "1 uploaded, 2 skipped" in say(ended).detail


def test_one_of_those_that_failed_can_be_tried_again_at_the_end(ended, panel):
    asked = []
    panel.upload_asked.connect(lambda *told: asked.append(told))
    press(panel, "a.txt", TRY_AGAIN)
    ((request, upload),) = asked
    assert ([file.source.path.name for file in request.files], upload) == (["a.txt"], ended)
    assert request.transfer != ended.request.transfer
    assert statuses(panel) == {"b.txt": LOCKED.title}
    assert say(ended).title == "1 file uploaded, 1 failed"


def test_the_selection_follows_its_file_and_delete_leaves_that_out(scripted, panel, qtbot):
    made = scripted(a_txt=10, b_txt=10, c_txt=10)
    qtbot.waitUntil(lambda: len(statuses(panel)) == 3)
    panel.table.setCurrentIndex(cell(panel, "b.txt", Column.NAME))
    assert row_of(panel, "b.txt") == 1
    made.ends("a.txt")
    made.starts("c.txt")
    qtbot.waitUntil(lambda: statuses(panel)["c.txt"] == "Uploading")
    assert [panel.model.index(row, 0).data() for row in range(3)] == ["c.txt", "b.txt", "a.txt"]
    made.ends("c.txt")
    qtbot.waitUntil(lambda: statuses(panel)["c.txt"] == "Uploaded")
    assert row_of(panel, "b.txt") == 0
    assert panel.table.selected_rows() == [0]
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert statuses(panel)["b.txt"] == "Skipped"
    assert made.transfer.wishes.take_left_out() == (1,)


def open_menu(panel, name):
    at = panel.table.visualRect(cell(panel, name, Column.NAME)).center()
    where = panel.table.viewport().mapToGlobal(at)
    QApplication.sendEvent(
        panel.table.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(at), where)
    )
    return panel.table.findChild(QMenu)


def test_the_menu_of_a_row_says_in_words_what_its_buttons_do(scripted, panel, qtbot):
    made = scripted(a_txt=10, b_txt=10)
    made.ends("b.txt", UploadStatus.FAILED)
    qtbot.waitUntil(lambda: statuses(panel)["b.txt"] == LOCKED.title)
    menu = open_menu(panel, "b.txt")
    assert [action.text() for action in menu.actions()] == ["Show in folder", "Try again", "Leave out"]
    made.starts("a.txt")  # the rows move meanwhile
    qtbot.waitUntil(lambda: statuses(panel)["a.txt"] == "Uploading")
    menu.actions()[1].trigger()
    menu.close()
    assert made.transfer.wishes.take_again() == (1,)


def test_a_row_with_nothing_to_do_has_no_menu(scripted, panel, qtbot):
    made = scripted(a_txt=10)
    made.ends("a.txt")
    qtbot.waitUntil(lambda: statuses(panel)["a.txt"] == "Uploaded")
    assert open_menu(panel, "a.txt") is None


class TestInTheWindow:
    @pytest.fixture
    def drop(self, files):
        contents = {"a.mp4": b"film" * (5 * MIB), "b.mp4": b"more" * (5 * MIB), "c.txt": b"c"}
        return write(files / "Drop", contents)

    def test_what_is_left_out_is_not_in_the_storage(self, person, place, proxy, drop, boto, buckets, services):
        left_out = threading.Event()
        proxy.on(of_key("Drop/a.mp4", puts_part), hold_until(left_out))
        place._upload(request_for([drop], "Site"))
        person.wait(lambda: statuses(place.panel).get("a.mp4") == "Uploading")
        for name in ("a.mp4", "b.mp4"):
            press(place.panel, name, LEAVE_OUT)
        left_out.set()
        person.waits_for_transfers()
        (transfer,) = place.queue.transfers
        assert transfer.state is State.DONE
        assert say(transfer).title == "1 file uploaded"
        assert "1 uploaded, 2 skipped" in say(transfer).detail
        assert keys_in(boto, buckets.storage) == ["Drop/c.txt"]
        assert open_uploads(boto, buckets.storage) == []
        assert services.journal.uploads.open_transfers() == ()

    def test_one_of_two_failures_is_tried_again_and_the_other_stays_in_view(
        self, person, place, proxy, files, boto, buckets
    ):
        drop = write(files / "Drop", {name: name.encode() for name in ("a.txt", "b.txt", "c.txt")})
        for name in ("a.txt", "b.txt"):
            proxy.on(of_key(f"Drop/{name}", puts_object), answer(403, "AccessDenied"))
        person.uploads(drop)
        proxy.forget()
        press(place.panel, "a.txt", TRY_AGAIN)
        person.wait(lambda: len(place.queue.transfers) == 2)
        person.waits_for_transfers()
        assert keys_in(boto, buckets.storage) == ["Drop/a.txt", "Drop/c.txt"]
        assert statuses(place.panel) == {"b.txt": "You don’t have access"}
        assert sorted(say(transfer).title for transfer in place.queue.transfers) == [
            "1 file uploaded",
            "1 file uploaded, 1 failed",
        ]
