"""The drawer's content: how its lines stand, and how it is folded away."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QScrollArea

from app.core.errors import InputError, LocalFileError
from app.core.events import FileSent, FileStarted, FileUploaded, LeftOut, SourceFile, UploadStatus
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.services.uploads.tally import UploadReport
from app.ui.theme import u
from app.ui.transfers.download import Download
from app.ui.transfers.line import HEIGHT
from app.ui.transfers.model import Column
from app.ui.transfers.panel import TransfersPanel
from app.ui.transfers.upload import Upload
from app.ui.widgets.columns import Role
from tests.fakes import waiting_nowhere


def upload(goes_on=True, left_out=(), events=()):
    source = SourceFile(Path("/files/a.pdf"), ("a.pdf",), "a.pdf", 1000, 0)
    request = UploadRequest((UploadFile(source, ("Lot 3",)),), left_out, "", TagRules(), "maria", True)

    def work(job):
        for event in events:
            job.events(event)
        if goes_on:
            job.cancel.wait()
        return UploadReport({UploadStatus.UPLOADED: 1}, 1000, (), goes_on)

    return Upload(request, work)


def download():
    def work(waiting, job):
        waiting.begin()
        job.cancel.wait()
        job.cancel.raise_if_cancelled()

    return Download("Lot 3.zip", 3, 1000, waiting_nowhere(), work)


@pytest.fixture
def panel(qtbot, queue):
    made = TransfersPanel(queue)
    qtbot.addWidget(made)
    made.resize(900, 300)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


def left_of(widget, panel):
    return widget.mapTo(panel, QPoint(0, 0)).x()


def test_words_begin_at_the_edge_of_the_page_and_after_an_icon_beside_it(panel, queue, qtbot):
    queue.add(upload())
    line = panel.line(queue.transfers[0])
    QApplication.processEvents()
    assert left_of(line._title, panel) == u(24)

    queue.add(upload(goes_on=False))
    queue.open_transfers[0].cancel()
    qtbot.waitUntil(lambda: [transfer.has_ended for transfer in queue.transfers] == [True])
    QApplication.processEvents()
    line = panel.line(queue.transfers[0])
    assert left_of(line._icon, panel) == u(24)
    assert left_of(line._title, panel) == u(24) + line._icon.width() + u(8)


def test_buttons_of_several_lines_stand_below_each_other(panel, queue):
    queue.add(upload())
    queue.add(download())
    QApplication.processEvents()
    first, second = (panel.line(transfer) for transfer in queue.transfers)
    assert left_of(first.cancel, panel) == left_of(second.cancel, panel)
    assert first.fold.isVisible()
    assert not second.fold.isVisible()


LONG = "Another program has the file open that it goes to. Close it there, then try again, or choose another folder."


def failed_upload():
    def work(job):
        raise LocalFileError("file-locked", "Another program has it open", LONG)

    made = upload()
    return Upload(made.request, work)


def test_what_has_ended_says_all_of_it_and_what_runs_stays_one_line(panel, queue, qtbot):
    panel.resize(420, 300)
    queue.add(failed_upload())
    qtbot.waitUntil(lambda: queue.transfers[0].has_ended)
    queue.add(download())
    ended, running = (panel.line(queue.transfers[number]) for number in (1, 0))
    panel.refresh()
    qtbot.waitUntil(lambda: ended._detail.height() >= ended._detail.heightForWidth(ended._detail.width()) > u(30))
    qtbot.waitUntil(lambda: running.height() == u(HEIGHT))
    qtbot.waitUntil(lambda: panel._scroll.height() == running.height() + ended.height())
    panel.resize(900, 300)
    qtbot.waitUntil(lambda: ended.height() == u(HEIGHT) == panel._scroll.height() - running.height())


def test_where_the_drawer_is_too_low_its_lines_scroll_and_a_file_is_seen_below(panel, queue, qtbot):
    left = LeftOut(Path("/files/b.gdoc"), UploadStatus.FAILED, 0, InputError("pointer", "It holds no content"))
    queue.add(upload(left_out=(left,)))
    for _ in range(2):
        queue.add(download())
    panel.refresh()
    low = QScrollArea()
    qtbot.addWidget(low)
    low.setWidget(panel)
    panel.setFixedSize(900, u(120))
    low.show()
    qtbot.waitUntil(lambda: panel._scroll.height() == u(120) - u(36) - u(10))
    qtbot.waitUntil(lambda: panel.table.height() >= u(36))
    qtbot.waitUntil(lambda: panel._scroll.verticalScrollBar().maximum() > 0)
    low.takeWidget()


def test_the_arrow_folds_them_away(panel, queue, qtbot):
    queue.add(upload())
    with qtbot.waitSignal(panel.fold_asked):
        panel.line(queue.transfers[0]).fold.click()


def test_dismissing_the_last_one_folds_the_empty_drawer_away(panel, queue, qtbot):
    queue.add(upload(goes_on=False))
    qtbot.waitUntil(lambda: queue.transfers[0].has_ended)
    with qtbot.waitSignal(panel.fold_asked):
        panel.line(queue.transfers[0]).dismiss.click()


def test_cancelling_the_only_one_before_it_did_anything_folds_it_away_too(panel, queue, qtbot):
    queue.add(upload())
    with qtbot.waitSignal(panel.fold_asked):
        panel.line(queue.transfers[0]).cancel.click()


def test_tab_meets_the_buttons_of_a_line_before_the_files(panel, queue, qtbot):
    queue.add(upload())
    line = panel.line(queue.transfers[0])
    panel.refresh()
    line.cancel.setFocus()
    order = [line.cancel]
    while order[-1] is not panel.table:
        following = order[-1].nextInFocusChain()
        order.append(following)
        assert len(order) < 40
    assert line.fold in order


def test_enter_on_a_failed_file_shows_its_folder(panel, queue, qtbot):
    left = LeftOut(Path("/files/b.gdoc"), UploadStatus.FAILED, 0, InputError("pointer", "It holds no content"))
    queue.add(upload(left_out=(left,)))
    panel.refresh()
    shown = []
    panel.folder_asked.connect(shown.append)
    rows = {panel.model.path(row).name: panel.model.index(row, 0) for row in range(panel.model.rowCount())}
    for name in ("a.pdf", "b.gdoc"):
        panel.table.setCurrentIndex(rows[name])
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert shown == [left.path]


def test_a_large_file_says_how_much_of_it_has_arrived(panel, queue, qtbot):
    path = Path("/files/a.pdf")
    queue.add(upload(events=(FileStarted(path), FileSent(path, 250))))
    name, line, size, status = (
        panel.model.index(0, column) for column in (Column.NAME, Column.PROGRESS, Column.SIZE, Column.STATUS)
    )
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1 and line.data(Role.PROGRESS) is not None)
    assert line.data(Role.PROGRESS) == 0.25
    assert (size.data(), status.data()) == ("0 of 1 KB", "Uploading")
    assert name.data(Qt.ItemDataRole.AccessibleTextRole) == "a.pdf, 0 of 1 KB, Uploading"


def test_a_file_that_has_arrived_is_told_by_its_size(panel, queue, qtbot):
    path = Path("/files/a.pdf")
    told = (FileStarted(path), FileSent(path, 250), FileUploaded(path, "a.pdf", UploadStatus.UPLOADED, 1000))
    queue.add(upload(events=told))
    qtbot.waitUntil(lambda: panel.model.index(0, Column.STATUS).data() == "Uploaded")
    assert panel.model.index(0, Column.PROGRESS).data(Role.PROGRESS) is None
    assert panel.model.index(0, Column.SIZE).data() == "1 KB"
