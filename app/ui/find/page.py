"""Find: a tag field, what is found while it is found, and one button that takes it away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.core.errors import AppError, OutageError
from app.core.events import Event, Match, UploaderRead
from app.core.query import Joined, Query, Relation, Term
from app.core.tags import TagRules
from app.services.search import read_uploaders
from app.ui import words
from app.ui.find import wording
from app.ui.find.empty import EmptyPlace
from app.ui.find.model import Column, ResultsModel
from app.ui.find.pace import Pace
from app.ui.find.searching import Ending, Searching
from app.ui.find.status import StatusLine
from app.ui.find.table import ResultsTable
from app.ui.find.unreadable_sheet import UnreadableSheet
from app.ui.services import WindowServices
from app.ui.theme import scale
from app.ui.widgets.boxes import column, row
from app.ui.widgets.buttons import set_enabled
from app.ui.widgets.page import Page
from app.ui.widgets.page_bar import PageBar
from app.ui.widgets.sheet import Sheet
from app.ui.widgets.tag_field import TagField
from app.workers.job import JobRunner, RunningJob

_NARROW = 700


@dataclass(frozen=True, slots=True)
class Take:
    """What the person wants to take away.

    Attributes:
        files: in the order of the table.
        query: by which they were found.
    """

    files: tuple[Match, ...]
    query: Query


class FindPage(Page):
    """The page where files are found.

    Signals:
        download_asked: with the `Take`.
        sheet_asked: with a `Sheet` that the window should open.
        offline: with the time of what is shown (a sentence), when the storage can't be reached.
        online: the storage answered.
        details_asked: with the `AppError` that IT should know of, and what was asked for.
        connection_asked: to be connected, after that has failed.
    """

    download_asked = Signal(object)
    sheet_asked = Signal(object)
    offline = Signal(str)
    online = Signal()
    details_asked = Signal(object, str)
    connection_asked = Signal()

    def __init__(self, runner: JobRunner, rules: TagRules, now: Callable[[], datetime]) -> None:
        """Args: `rules` say what a tag may be, `now` is aware, in the zone that is shown."""
        super().__init__()
        self._runner = runner
        self._now = now
        self._services: WindowServices | None = None
        self._unavailable: AppError | None = None
        self._wanted: Query | None = None
        self._is_stale = False
        self._is_offline = False
        self._shown_at = now()
        self._pace = Pace(self)
        self._reading: RunningJob | None = None
        self.field = TagField("Find files by tag", "Type a tag", rules, "find", with_relations=True)
        self.status = StatusLine()
        self.model = ResultsModel(now, self)
        self.table = ResultsTable(self.model)
        self.empty = EmptyPlace()
        self.bar = PageBar()
        self.download = self.bar.set_primary("Download all as ZIP", "download")
        self.searching = Searching(runner, self)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._refresh()

    def connect_to(self, services: WindowServices) -> None:
        """Search in this storage; what was asked for meanwhile begins."""
        self._services, self._unavailable = services, None
        self._run()

    def forget(self) -> None:
        """Forget what was found, what was asked for and the storage."""
        self._services = None
        self._is_offline = False
        self.field.clear()
        self._search(None)

    def be_unavailable(self, error: AppError | None) -> None:
        """Say why there is no storage; None while it is being connected."""
        self._unavailable = error
        self._refresh()

    def search_for(self, terms: Iterable[Term], joined: Joined = Joined.ALL) -> None:
        """Search for these, as if they had been typed."""
        self.field.set_terms(terms, joined)
        self._search_typed()

    def show_all(self) -> None:
        """Browse every file, newest first."""
        self.field.clear()
        self._search(Query())

    def search_again(self) -> None:
        """Ask the storage once more for the same; what is shown stays until something new is there."""
        if self._services is None:
            self.connection_asked.emit()
        elif self._wanted is not None:
            self._run(keeps_rows=self.searching.query == self._wanted)

    def focus_first(self) -> None:
        """Put the keyboard into the tag field."""
        self.field.focus_edit()

    def regions(self) -> tuple[QWidget, ...]:
        """Return what F6 visits."""
        return (self.field, self.table, self.bar)

    def close_layer(self) -> bool:
        """Take back the selection, then what is being typed, then the query."""
        if self.table.selected_count():
            self.table.clearSelection()
            return True
        if self.field.clear_typed():
            return True
        if self._wanted is not None:
            self.field.clear()
            self._search(None)
            return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.width() / scale() >= _NARROW:
            self.field.hold_joiner()
        elif self.field.joiner is not None and self.field.joiner.parent() is not self.status:
            joiner = self.field.release_joiner()
            if joiner is not None:
                self.status.hold(joiner)

    def _lay_out(self) -> None:
        body = QWidget()
        body.setLayout(row(body, gap=0, margins=(16, 0, 16, 0)).add(self.table))
        for widget in (body, self.empty):
            self._stack.addWidget(widget)
        self._body = body
        layout = column(self, gap=0, margins=(0, 18, 0, 0))
        layout.add(row(self, margins=(24, 0, 24, 0)).add(self.field)).space(10).add(self.status)
        self.setLayout(layout.add(self._stack, 1).add(self.bar))

    def _connect(self) -> None:
        self.field.changed.connect(self._search_typed)
        self.field.submitted.connect(self.search_again)
        self.status.stop_asked.connect(self.searching.stop)
        self.status.again_asked.connect(self.search_again)
        self.status.unreadable_asked.connect(self._show_unreadable)
        self.searching.found.connect(self._take)
        self.searching.counted.connect(self._pace.ask)
        self._pace.due.connect(self._show_found)
        self.searching.ended.connect(self._end)
        self.table.rows_selected.connect(self._refresh_bar)
        self.table.settled.connect(self._read_uploaders)
        self.bar.cleared.connect(self.table.clearSelection)
        self.download.clicked.connect(self._download)
        self.empty.all_asked.connect(self.show_all)
        self.empty.retry_asked.connect(self.search_again)
        self.empty.begins_with_asked.connect(lambda start: self.search_for([Term(start, Relation.BEGINS_WITH)]))
        self.empty.details_asked.connect(self._tell_it)
        QShortcut(QKeySequence.StandardKey.Refresh, self, self.search_again)
        QShortcut(QKeySequence.StandardKey.Save, self, self.download.click)

    def _search_typed(self) -> None:
        terms = self.field.terms()
        query = Query(terms, self.field.joined()) if terms else None
        if query is None and self._wanted is not None and self._wanted.is_everything:
            return  # what is being typed leaves the browse alone
        if query != self._wanted:
            self._search(query)

    def _search(self, query: Query | None) -> None:
        self._wanted = query
        self._run()

    def _run(self, keeps_rows: bool = False) -> None:
        self.searching.forget()
        self._pace.reset()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._is_stale = keeps_rows and self.model.rowCount() > 0
        if not self._is_stale:
            self.model.begin(self._wanted or Query())
        if self._wanted is not None and self._services is not None:
            self.searching.start(self._wanted, self._services.catalog)
        self._refresh()

    def _take(self, batch: tuple[Match, ...]) -> None:
        self._drop_stale()
        self.model.prepare(batch)
        self._pace.ask()

    def _show_found(self) -> None:
        self.model.merge()
        self._refresh()

    def _drop_stale(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self.model.begin(self.searching.query)

    def _end(self, ending: Ending) -> None:
        self._is_offline = isinstance(ending.error, OutageError)
        if not self._is_offline:
            self._drop_stale()
        if not self._is_stale:
            self._shown_at = self._now()
        self._pace.reset()
        self._show_found()
        self.table.settle_soon()
        if self._is_offline and self.model.rowCount():
            self.offline.emit(f"You see what was found at {words.clock(self._shown_at)}.")
        elif ending.report is not None:
            self.online.emit()

    def _refresh(self) -> None:
        rows, searching = self.model.rowCount(), self.searching
        if searching.is_running:
            scanned = searching.scanned
            fraction = scanned.looked_at / scanned.total if scanned.total else None
            self.status.show_running(wording.running(searching, 0 if self._is_stale else rows), fraction)
        else:
            self.status.show_ended(wording.ended(searching, rows, self._shown_at) if self._wanted is not None else "")
        self.status.set_unreadable(wording.unreadable(len(searching.unreadable)) if searching.unreadable else "")
        why = self._why_empty() if not rows else None
        self.status.setVisible(why is None or bool(searching.unreadable))
        if why is not None:
            self.empty.show_reason(why)
        self._stack.setCurrentWidget(self._body if why is None else self.empty)
        self._refresh_bar()

    def _why_empty(self) -> wording.Emptiness | None:
        """Return why there are no rows; None while they may still come."""
        if self._unavailable is not None:
            return wording.failure(self._unavailable)
        if self._wanted is None:
            return wording.NOTHING_TYPED
        if self._services is None:
            return wording.CONNECTING
        ending = self.searching.ending
        if ending is None or ending.is_stopped:
            return None
        if ending.error is not None:
            return wording.failure(ending.error)
        unreadable, looked_at = self.searching.unreadable, ending.report.looked_at if ending.report else 0
        if unreadable and len(unreadable) >= looked_at:
            return wording.failure(unreadable[0].error)
        return wording.no_match(self._wanted, looked_at)

    def _refresh_bar(self) -> None:
        rows, selected = self.model.rowCount(), self.table.selected_count()
        self.bar.setVisible(rows > 0)
        if selected:
            size = self.table.selected_bytes()
            noun = "file" if rows == 1 else "files"
            self.bar.set_scope(f"{selected:,} of {rows:,} {noun} selected", words.size(size), can_clear=True)
        else:
            whole = f"All {words.files(rows)}" if rows > 1 else "1 file"
            self.bar.set_scope(
                f"{words.files(rows)} so far" if self.searching.is_running else whole, words.size(self.model.size_bytes)
            )
        self.bar.set_primary("Download as ZIP" if selected or rows == 1 else "Download all as ZIP")
        reason = ""
        if self._is_offline:
            reason = "Needs a connection"
        elif self.searching.is_running and (self._is_stale or not selected):
            reason = "The search is still running. Select files, or press Stop."
        set_enabled(self.download, rows > 0 and not reason, reason)

    def _chosen(self) -> tuple[Match, ...]:
        rows = self.table.selected_rows() or range(self.model.rowCount())
        return tuple(self.model.file_at(number) for number in rows)

    def _download(self) -> None:
        if self._wanted is not None and self.model.rowCount():
            self.download_asked.emit(Take(self._chosen(), self._wanted))

    def _read_uploaders(self) -> None:
        if self._services is None or self._reading is not None or self.table.isColumnHidden(Column.UPLOADED_BY):
            return
        keys = self.model.keys_without_uploader(*self.table.visible_rows())
        if not keys:
            return
        storage = self._services.storage
        job = self._reading = self._runner.start(lambda job: read_uploaders(keys, storage, job), "uploaders", self)
        job.events.connect(self._take_uploaders)
        job.succeeded.connect(lambda _none: self._uploaders_read(job, keys))
        job.failed.connect(lambda _error: self._forget_reading(job))

    def _take_uploaders(self, events: tuple[Event, ...]) -> None:
        self.model.take_uploaders([event for event in events if isinstance(event, UploaderRead)])

    def _uploaders_read(self, job: RunningJob, keys: tuple[str, ...]) -> None:
        # What wasn't told is gone or can't be asked: it isn't asked again.
        self.model.take_uploaders([UploaderRead(key, "") for key in self.model.unknown_of(keys)])
        if self._forget_reading(job):
            self._read_uploaders()

    def _forget_reading(self, job: RunningJob) -> bool:
        is_current = job is self._reading
        if is_current:
            self._reading = None
        return is_current

    def _show_unreadable(self) -> None:
        sheet = UnreadableSheet(self.searching.unreadable)
        sheet.accepted.connect(self._tell_it)
        self._open(sheet)

    def _open(self, sheet: Sheet) -> None:
        self.sheet_asked.emit(sheet)

    def _tell_it(self) -> None:
        error = self._unavailable or (self.searching.ending.error if self.searching.ending else None)
        unreadable = self.searching.unreadable
        if error is None and unreadable:
            error = unreadable[0].error
        asked = f"find: {self.searching.query.describe()}"
        if unreadable:
            keys = "\n".join(f"  {item.key}: {item.error.code}" for item in unreadable[:1000])
            asked += f"\n{wording.unreadable(len(unreadable))}:\n{keys}"
        if error is not None:
            self.details_asked.emit(error, asked)
