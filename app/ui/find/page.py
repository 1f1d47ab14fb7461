"""Find: a tag field, what is found while it is found, and one button that takes it away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from app.core.errors import AppError
from app.core.query import Joined, Query, Relation, Term
from app.core.tags import TagRules
from app.ui import words
from app.ui.find import wording
from app.ui.find.empty import EmptyPlace
from app.ui.find.filter_bar import FilterBar
from app.ui.find.filters import Filters
from app.ui.find.finding import Finding
from app.ui.find.model import ResultsModel
from app.ui.find.renaming import Renaming
from app.ui.find.retagging import Retagging
from app.ui.find.searched import searched
from app.ui.find.status import StatusLine
from app.ui.find.table import ResultsTable
from app.ui.find.take import Take
from app.ui.find.take_bar import TakeBar
from app.ui.find.unreadable_sheet import UnreadableSheet
from app.ui.find.uploaders import Uploaders
from app.ui.services import WindowServices
from app.ui.theme import scale
from app.ui.widgets.accessible import announce
from app.ui.widgets.boxes import column, row
from app.ui.widgets.page import Page
from app.ui.widgets.tag_field import TagField
from app.workers.job import JobRunner

_NARROW = 700


class FindPage(Page):
    """The page where files are found.

    Signals:
        download_asked: with the `Take`.
        sheet_asked: with a `Sheet` that the window should open.
        offline: with the time of what is shown (a sentence), when the storage can't be reached.
        online: the storage answered.
        details_asked: with the `AppError` that IT should know of, and what was asked for.
        connection_asked: to be connected, after that has failed.
        refresh_asked: the local index shall be brought up to date.
        search_began: with whether it surely looks at every file.
        search_ended: with its `SearchReport`; None where it didn't come to its end.
    """

    download_asked = Signal(object)
    sheet_asked = Signal(object)
    offline = Signal(str)
    online = Signal()
    details_asked = Signal(object, str)
    connection_asked = Signal()
    refresh_asked = Signal()
    search_began = Signal(bool)
    search_ended = Signal(object)

    def __init__(self, runner: JobRunner, rules: TagRules, now: Callable[[], datetime]) -> None:
        """Args: `rules` say what a tag may be, `now` is aware, in the zone that is shown."""
        super().__init__()
        self._now = now
        self._unavailable: AppError | None = None
        self.field = TagField("Find files by tag", "Type a tag", rules, "find", with_relations=True)
        self.model = ResultsModel(now, self)
        self.filters = FilterBar(self.model.people)
        self.status = StatusLine(self.filters)
        self.table = ResultsTable(self.model)
        self.empty = EmptyPlace()
        self.retagging = Retagging(runner, rules, self)
        self.renaming = Renaming(runner, self.retagging, self)
        self.bar = TakeBar(self.model, self.table, self.retagging)
        self.download = self.bar.download
        self._finding = Finding(runner, self.model, now, self)
        self.searching = self._finding.searching
        self._uploaders = Uploaders(runner, self.model, self.table)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect(rules)
        self._follow_finding()
        self._refresh()

    def connect_to(self, services: WindowServices) -> None:
        """Search in this storage; what was asked for meanwhile begins."""
        self._unavailable = None
        self.retagging.connect_to(services)
        self._uploaders.read_from(services.storage)
        self._finding.connect_to(services)

    def forget(self) -> None:
        """Forget what was found, what was asked for and the storage."""
        self._finding.forget_storage()
        self.retagging.forget()
        self._uploaders.read_from(None)
        self.field.clear()
        self._search(None)

    def set_adds_list(self, adds_list: bool) -> None:
        """Say whether a download gets a list of contents; the rare action is the other one."""
        self.bar.set_adds_list(adds_list)

    def be_unavailable(self, error: AppError | None) -> None:
        """Say why there is no storage; None while it is being connected."""
        self._unavailable = error
        self._refresh()

    def search_for(self, terms: Iterable[Term], joined: Joined = Joined.ALL) -> None:
        """Search for these, as if they had been typed."""
        self.filters.set_filters(Filters())
        self.field.set_terms(terms, joined)
        self._search_typed()

    def show_all(self) -> None:
        """Browse every file, newest first."""
        self.filters.set_filters(Filters())
        self.field.clear()
        self._search(Query())

    def search_again(self) -> None:
        """Ask once more for the same, and for what is new; what is shown stays until it is told anew or not."""
        self._finding.ask_again()

    def search_everything(self) -> None:
        """Ask the storage itself for the same, whatever the local index knows."""
        self._finding.ask_storage()

    def take_refresh(self, at: datetime) -> None:
        """Bring what is shown up to date with the local index, which knows everything as of `at` (aware UTC)."""
        self._finding.take_refresh(at)

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
        if self._finding.wanted is not None:
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

    def _connect(self, rules: TagRules) -> None:
        self.field.changed.connect(self._search_typed)
        self.field.submitted.connect(self.search_again)
        self.field.chip_menu.connect(self._fill_menu)
        self.status.stop_asked.connect(self.searching.stop)
        self.status.again_asked.connect(self._ask_again)
        self.status.unreadable_asked.connect(self._show_unreadable)
        self.filters.changed.connect(self._filter)
        self.filters.people_asked.connect(self._uploaders.want_all)
        self.empty.unfiltered_asked.connect(lambda: self.filters.set_filters(Filters()))
        self.table.rows_selected.connect(self._refresh_bar)
        self.table.settled.connect(self._read_uploaders)
        self._uploaders.read.connect(self._finding.show_soon)
        self.download.clicked.connect(lambda: self._download(has_list=self.bar.adds_list))
        self.bar.download_other.clicked.connect(lambda: self._download(has_list=not self.bar.adds_list))
        self.empty.all_asked.connect(self.show_all)
        self.empty.retry_asked.connect(self.search_again)
        self.empty.everything_asked.connect(self.search_everything)
        self.empty.value_asked.connect(lambda value: self.search_for([Term(value)]))
        self.empty.begins_with_asked.connect(lambda start: self.search_for([Term(start, Relation.BEGINS_WITH)]))
        self.empty.details_asked.connect(self._tell_it)
        self.retagging.retagged.connect(lambda told: self.model.retag(told, rules))
        self.retagging.said.connect(self._refresh_bar)
        self.retagging.sheet_asked.connect(self.sheet_asked)
        QShortcut(QKeySequence("F2"), self, self.bar.retag.click)
        QShortcut(QKeySequence.StandardKey.Undo, self, self.retagging.undo)
        QShortcut(QKeySequence.StandardKey.Refresh, self, self.search_again)
        QShortcut(QKeySequence.StandardKey.Save, self, self.download.click)

    def _follow_finding(self) -> None:
        finding = self._finding
        finding.begins.connect(self._forget_uploaders)
        finding.changed.connect(self._refresh)
        finding.settled.connect(self.table.settle_soon)
        finding.offline.connect(self.offline)
        finding.online.connect(self.online)
        finding.connection_asked.connect(self.connection_asked)
        finding.refresh_asked.connect(self.refresh_asked)
        finding.search_began.connect(self.search_began)
        finding.search_ended.connect(self.search_ended)

    def _search_typed(self) -> None:
        terms = self.field.terms()
        query = Query(terms, self.field.joined()) if terms else None
        if query is None and self._finding.wanted is not None and self._finding.wanted.is_everything:
            return  # what is being typed leaves the browse alone
        if query != self._finding.wanted:
            self._search(query)

    def _fill_menu(self, term: Term, menu: QMenu) -> None:
        self.renaming.fill(menu, term, len(self.field.terms()) == 1, lambda alone: self.search_for([alone]))

    def _search(self, query: Query | None) -> None:
        if query is None:
            self.filters.set_filters(Filters())
        self._finding.ask(query)

    def _ask_again(self) -> None:
        if self.searching.ending is not None and self.searching.ending.report is not None:
            self.search_everything()
        else:
            self.search_again()

    def _forget_uploaders(self) -> None:
        self._uploaders.forget()
        if self.filters.filters.by is not None:
            self._uploaders.want_all()

    def _filter(self, filters: Filters) -> None:
        self.model.filter(filters.test(self._now(), self.model.uploader_of))
        if filters.by is not None:
            self._uploaders.want_all()
        self._refresh()
        self.table.settle_soon()
        if self.model.results.found:
            announce(self, f"{self.model.rowCount():,} of {words.files(self.model.results.found)} shown")

    def _refresh(self) -> None:
        rows, searching = self.model.rowCount(), self.searching
        if searching.is_running:
            found = self.model.results.confirmed
            self.status.show_running(wording.running(searching, found), wording.fraction(searching))
        else:
            ended = wording.ended(searching, self.model.results.found, self._finding.shown_at)
            text = ended if self._finding.wanted else ""
            self.status.show_ended(text, wording.again(searching.ending.report if searching.ending else None))
        self.status.set_unreadable(wording.unreadable(len(searching.unreadable)) if searching.unreadable else "")
        why = self._why_empty() if not rows else None
        has_files = why is None or self.model.results.found > 0
        self.status.setVisible(has_files or bool(searching.unreadable) or self._is_known_only())
        self.filters.setVisible(has_files)
        if why is not None:
            self.empty.show_reason(why)
        self._stack.setCurrentWidget(self._body if why is None else self.empty)
        self._refresh_bar()

    def _is_known_only(self) -> bool:
        """Tell whether the answer is the local index's, which may know less than there is."""
        ending = self.searching.ending
        is_known = ending is not None and ending.report is not None and ending.report.engine == "index"
        return is_known and self._finding.wanted is not None

    def _why_empty(self) -> wording.Emptiness | None:
        """Return why there are no rows; None while they may still come."""
        if self._unavailable is not None:
            return wording.failure(self._unavailable)
        if self._finding.wanted is None:
            return wording.NOTHING_TYPED
        if not self._finding.is_connected:
            return wording.CONNECTING
        ending = self.searching.ending
        if ending is None or ending.is_stopped:
            return None
        if ending.error is not None:
            return wording.failure(ending.error)
        if self.model.results.found:
            return wording.filtered_out(self.model.results.found)
        unreadable, looked_at = self.searching.unreadable, ending.report.looked_at if ending.report else 0
        if unreadable and len(unreadable) >= looked_at:
            return wording.failure(unreadable[0].error)
        return wording.no_match(self._finding.wanted, looked_at, self._finding.near.values)

    def _refresh_bar(self) -> None:
        self.bar.say(self.searching.is_running, self._finding.is_answering_again, self._finding.is_offline)

    def _download(self, *, has_list: bool) -> None:
        if self._finding.wanted is not None and self.model.rowCount():
            self.download_asked.emit(Take(self.bar.chosen(), self._finding.wanted, self.bar.means_all(), has_list))

    def _read_uploaders(self) -> None:
        # Who looks at each file again tells that too.
        if not (self.searching.is_running and self.searching.known):
            self._uploaders.read_more()

    def _show_unreadable(self) -> None:
        sheet = UnreadableSheet(self.searching.unreadable)
        sheet.accepted.connect(self._tell_it)
        self.sheet_asked.emit(sheet)

    def _tell_it(self) -> None:
        error, asked = searched(self.searching)
        if self._unavailable or error:
            self.details_asked.emit(self._unavailable or error, asked)
