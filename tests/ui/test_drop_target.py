"""The whole window takes files, and says why it doesn't take anything else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.drop_target import DropTarget, dropped

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ANY = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction


@pytest.fixture
def widget(shown: Callable[..., QWidget]) -> QWidget:
    return shown(QWidget())


@pytest.fixture
def target(widget: QWidget) -> DropTarget:
    return DropTarget(widget)


def test_files_and_folders_that_are_let_go_are_told(widget: QWidget, target: DropTarget, qtbot: QtBot) -> None:
    with qtbot.waitSignal(target.files_dropped) as told:
        drop(widget, files("/home/a/one.pdf", "/home/a/folder"))

    assert told.args == [[Path("/home/a/one.pdf"), Path("/home/a/folder")]]


def test_files_are_copied_never_moved(widget: QWidget, target: DropTarget) -> None:
    data = files("/home/a/one.pdf")
    event = drop(widget, data)

    assert event.isAccepted()
    assert event.dropAction() == Qt.DropAction.CopyAction


def test_dragging_over_is_told_and_so_is_leaving(widget: QWidget, target: DropTarget, qtbot: QtBot) -> None:
    data = files("/home/a/one.pdf")
    with qtbot.waitSignal(target.entered) as told:
        event = QDragEnterEvent(QPoint(5, 5), ANY, data, LEFT, NONE)
        QApplication.sendEvent(widget, event)
    assert event.isAccepted()
    assert told.args[0].files == 1

    move = QDragMoveEvent(QPoint(9, 9), ANY, data, LEFT, NONE)
    QApplication.sendEvent(widget, move)
    assert move.isAccepted()

    with qtbot.waitSignal(target.left):
        QApplication.sendEvent(widget, QDragLeaveEvent())


def test_a_web_address_is_refused_in_words_not_by_silence(widget: QWidget, target: DropTarget, qtbot: QtBot) -> None:
    with qtbot.waitSignal(target.refused), qtbot.assertNotEmitted(target.files_dropped):
        drop(widget, addresses("https://example.com/plan.pdf"))


def test_of_files_and_addresses_the_files_are_taken() -> None:
    found = dropped(addresses("https://example.com/", "file:///home/a/one.pdf"))

    assert found.paths == (Path("/home/a/one.pdf"),)
    assert not found.is_refused


def test_text_is_none_of_the_windows_business(widget: QWidget, target: DropTarget, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setText("Invoice 2026")
    event = QDragEnterEvent(QPoint(5, 5), ANY, data, LEFT, NONE)

    with qtbot.assertNotEmitted(target.entered):
        QApplication.sendEvent(widget, event)


def test_names_with_spaces_and_signs_arrive_whole() -> None:
    name = "/home/a/Größe 50 % #3 فاتورة.pdf"

    assert dropped(files(name)).paths == (Path(name),)


@pytest.mark.parametrize(
    ("names", "count"),
    [(("a.pdf", "b.jpg"), 2), (("a.pdf", "Photos"), None), (("Site 1.2",), None)],
)
def test_the_count_is_told_only_where_the_names_are_surely_files(names: tuple[str, ...], count: int | None) -> None:
    assert dropped(files(*(f"/home/a/{name}" for name in names))).files == count


def test_nothing_is_taken_while_a_question_is_open(widget: QWidget, target: DropTarget, qtbot: QtBot) -> None:
    target.is_paused = True

    with qtbot.assertNotEmitted(target.files_dropped), qtbot.assertNotEmitted(target.entered):
        drop(widget, files("/home/a/one.pdf"))
        assert not target.take(files("/home/a/one.pdf"))


def test_what_is_pasted_is_taken_like_what_is_dropped(target: DropTarget, qtbot: QtBot) -> None:
    with qtbot.waitSignal(target.files_dropped) as told:
        assert target.take(files("/home/a/one.pdf"))

    assert told.args == [[Path("/home/a/one.pdf")]]


def files(*names: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(name) for name in names])
    return data


def addresses(*texts: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(text) for text in texts])
    return data


def drop(widget: QWidget, data: QMimeData) -> QDropEvent:
    """Drag `data` over the widget and let go; the caller keeps the data, as events only point to it."""
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(5, 5), ANY, data, LEFT, NONE))
    event = QDropEvent(QPointF(5, 5), ANY, data, LEFT, NONE, QEvent.Type.Drop)
    QApplication.sendEvent(widget, event)
    return event
