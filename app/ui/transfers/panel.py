"""The drawer's content: every transfer, and the files of the one that matters most now."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.ui.theme import u
from app.ui.transfers.kinds import AnyTransfer
from app.ui.transfers.line import HEIGHT, TransferLine
from app.ui.transfers.model import LEAVE_OUT, SHOW_FOLDER, TRY_AGAIN, Column as Files, FilesModel, Subject
from app.ui.transfers.queue import TransferQueue
from app.ui.transfers.transfer import State
from app.ui.transfers.upload import Upload
from app.ui.widgets.accessible import set_role
from app.ui.widgets.boxes import column, row
from app.ui.widgets.columns import Column, Role
from app.ui.widgets.labels import label
from app.ui.widgets.row_menu import offer_row_menu
from app.ui.widgets.table import FileTable

_REFRESH_MS = 200
_ROW = 36
_MOST_ROWS = 8
_MOST_LINES = 3

_COLUMNS = (
    Column(stretches=True),
    Column(is_progress=True, min_page_u=740),
    Column(("88.8 of 88.8 MB", "888 bytes"), is_number=True, min_page_u=640),
    Column(("Another program has it open",), has_icon=True),
    Column(actions=3),
)


class TransfersPanel(QWidget):
    """Follows a queue of transfers.

    Signals:
        show_asked, retry_asked: with the transfer whose button was pressed.
        folder_asked: with the file whose folder shall be shown.
        upload_asked: with the request for a file that failed, and the upload that it was of, which has ended.
        fold_asked: to be folded away: a button was pressed, or nothing is left to be shown.
    """

    show_asked = Signal(object)
    retry_asked = Signal(object)
    folder_asked = Signal(object)
    upload_asked = Signal(object, object)
    fold_asked = Signal()

    def __init__(self, queue: TransferQueue) -> None:
        super().__init__()
        self._queue = queue
        self._lines: dict[AnyTransfer, TransferLine] = {}
        self.setAccessibleName("Transfers")
        set_role(self, QAccessible.Role.Grouping)
        self.model = FilesModel(self)
        self.table = FileTable(_COLUMNS, row_u=_ROW, has_header=False, ground="side")
        self.table.setModel(self.model)
        self.table.setMinimumHeight(1)
        self.table.setAccessibleName("Files of this transfer")
        self.table.action_triggered.connect(self._act)
        self.table.activated.connect(self._show_folder)
        self.table.delete_pressed.connect(self._leave_out_selected)
        offer_row_menu(self.table)
        self._none = QWidget()
        nothing = label("No transfers. What you upload or download is shown here.", role="text2")
        self._none.setLayout(row(self._none, margins=(24, 14, 24, 14)).add(nothing))
        self._files = QWidget()
        self._files.setLayout(row(self._files, margins=(16, 0, 16, 10)).add(self.table))
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        queue.changed.connect(self._changed)
        queue.ended.connect(self.refresh)
        self.refresh()

    def line(self, transfer: AnyTransfer) -> TransferLine:
        """Return the line of a transfer."""
        return self._lines[transfer]

    def refresh(self) -> None:
        """Show everything as it is now."""
        self._timer.stop()
        transfers, had_any = self._queue.transfers, bool(self._lines)
        if tuple(self._lines) != transfers:
            self._rebuild(transfers)
        for line in self._lines.values():
            line.refresh()
        self._offer_all()
        self.model.show(_subject(transfers))
        self._files.setVisible(self.model.rowCount() > 0)
        self._none.setVisible(not transfers)
        self._scroll.setVisible(bool(transfers))
        self._fit()
        self.updateGeometry()
        if had_any and not transfers:
            self.fold_asked.emit()

    def sizeHint(self) -> QSize:
        rows = min(self.model.rowCount(), _MOST_ROWS)
        table = u(_ROW) * rows + u(14) if rows else 0
        empty = u(48) if not self._lines else 0
        return QSize(u(400), self._lines_height() + table + empty)

    def _lay_out(self) -> None:
        inside = QWidget()
        self._stack = QVBoxLayout(inside)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(0)
        self._stack.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.setLayout(column(self, gap=0).add(self._none).add(self._scroll).add(self._files, 1))

    def _changed(self) -> None:
        # A transfer that came or went is shown at once, what only moves on a few times a second.
        if set(self._queue.transfers) != set(self._lines):
            self.refresh()
        elif not self._timer.isActive():
            self._timer.start()

    def _rebuild(self, transfers: tuple[AnyTransfer, ...]) -> None:
        for transfer in [known for known in self._lines if known not in transfers]:
            gone = self._lines.pop(transfer)
            self._stack.removeWidget(gone)
            gone.deleteLater()
        self._lines = {transfer: self._lines.get(transfer) or self._new_line(transfer) for transfer in transfers}
        for position, line in enumerate(self._lines.values()):
            self._stack.insertWidget(position, line)
            line.set_first(position == 0)
        stops = [button for line in self._lines.values() for button in line.buttons()] + [self.table]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _new_line(self, transfer: AnyTransfer) -> TransferLine:
        line = TransferLine(transfer)
        line.show_asked.connect(lambda: self.show_asked.emit(transfer))
        line.retry_asked.connect(lambda: self.retry_asked.emit(transfer))
        line.dismiss_asked.connect(lambda: self._queue.dismiss(transfer))
        line.fold_asked.connect(self.fold_asked)
        line.all_asked.connect(self._pause_or_go_on)
        line.refitted.connect(self._fit)
        return line

    def _offer_all(self) -> None:
        """Let the first line offer what concerns all, where there are several."""
        are_several, are_paused = len(self._queue.open_transfers) > 1, self._queue.are_all_paused
        for position, line in enumerate(self._lines.values()):
            line.offer_all(position == 0 and are_several, are_paused)

    def _pause_or_go_on(self) -> None:
        if self._queue.are_all_paused:
            self._queue.go_on_all()
        else:
            self._queue.pause_all()
        self.refresh()

    def _show_folder(self, index: QModelIndex) -> None:
        """Do by Enter what the first button of a failed file does."""
        actions = index.siblingAtColumn(Files.ACTIONS).data(Role.ACTIONS) or ()
        if any(action.name == SHOW_FOLDER for action in actions):
            self._act(index, SHOW_FOLDER)

    def _act(self, index: QModelIndex, name: str) -> None:
        file = self.model.file(index.row())
        if name == SHOW_FOLDER:
            self.folder_asked.emit(self.model.path(index.row()))
        elif file is not None and name == LEAVE_OUT:
            upload, number = file
            upload.leave_out(number)
        elif file is not None and name == TRY_AGAIN:
            upload, number = file
            request = upload.retry_file(number)
            if request is not None:
                self.upload_asked.emit(request, upload)
        self.refresh()

    def _leave_out_selected(self) -> None:
        for file in [self.model.file(position) for position in self.table.selected_rows()]:
            if file is not None:
                upload, number = file
                upload.leave_out(number)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give the lines their height; where the drawer is too low for it they scroll, and one file is seen below."""
        below = u(_ROW) + u(10) if self.model.rowCount() else 0
        height = min(self._lines_height(), max(u(HEIGHT), self.height() - below))
        # A bar that was needed for a moment makes the lines narrower, and would stay for that.
        is_cut = height < sum(self._heights())
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_cut else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._scroll.setVerticalScrollBarPolicy(policy)
        if height != self._scroll.minimumHeight():
            self._scroll.setFixedHeight(height)
            self.updateGeometry()

    def _lines_height(self) -> int:
        """Return the height of the first lines; of high ones as much is seen at once as others would take."""
        first = self._heights()[:_MOST_LINES]
        return min(sum(first), max(u(HEIGHT) * _MOST_LINES, *first)) if first else 0

    def _heights(self) -> list[int]:
        return [line.height_at(self.width()) for line in self._lines.values()]


def _subject(transfers: tuple[AnyTransfer, ...]) -> Subject:
    """Return the transfer whose files are listed: the upload that runs, else what failed."""
    running = [t for t in transfers if isinstance(t, Upload) and t.state is State.RUNNING]
    failed = [t for t in transfers if t.has_failures]
    return next(iter((*running, *failed)), None)
