"""The foot of the find page: which files are meant, and the one button that takes them away."""

from __future__ import annotations

from app.core.events import Match
from app.ui import words
from app.ui.find import wording
from app.ui.find.model import ResultsModel
from app.ui.find.retagging import Retagging
from app.ui.find.table import ResultsTable
from app.ui.widgets.buttons import set_enabled
from app.ui.widgets.page_bar import PageBar

_WITH_LIST, _WITHOUT_LIST = "Download with a list of contents", "Download without a list of contents"


class TakeBar(PageBar):
    """Selected files are meant, or all that are shown.

    Only files that were looked at can be taken away, not those of which the local index alone knows.

    Attributes:
        download: takes them away.
        adds_list: whether `download` adds a list of contents.
        download_other: takes them away with such a list where `download` adds none, and without where it does.
        retag: changes their tags.
    """

    def __init__(self, model: ResultsModel, table: ResultsTable, retagging: Retagging) -> None:
        super().__init__()
        self._model = model
        self._table = table
        self._retagging = retagging
        self.retag = self.add_action("Retag", "tag")
        self.retag.clicked.connect(lambda: retagging.ask(self.chosen()))
        self.note.clicked.connect(retagging.act)
        self.download = self.set_primary("Download all as ZIP", "download")
        self.adds_list = False
        self.download_other = self.add_rare_action(_WITH_LIST, "doc")
        self.cleared.connect(table.clearSelection)

    def set_adds_list(self, adds_list: bool) -> None:
        """Let `download` add a list of contents, or not."""
        self.adds_list = adds_list
        self.download_other.setText(_WITHOUT_LIST if adds_list else _WITH_LIST)

    def chosen(self) -> tuple[Match, ...]:
        """Return the files that are meant, in the order of the table."""
        rows = self._table.selected_rows() or range(self._model.rowCount())
        return tuple(self._model.file_at(number) for number in rows)

    def means_all(self) -> bool:
        """Tell whether all files are meant that were found."""
        rows = self._model.rowCount()
        found = self._model.results.found if self._model.is_filtered else rows
        return not self._table.selected_count() and rows == found

    def say(self, is_running: bool, is_checking: bool, is_offline: bool) -> None:
        """Say which files are meant, and whether they can be taken away.

        Args:
            is_running: a search is under way.
            is_checking: files that are shown are being looked at besides.
            is_offline: the storage can't be reached.
        """
        rows, selected = self._model.rowCount(), self._table.selected_count()
        found = self._model.results.found if self._model.is_filtered else rows
        self.setVisible(rows > 0 or bool(self._retagging.line))
        if selected:
            noun = "file" if rows == 1 else "files"
            size = words.size(self._table.selected_bytes())
            self.set_scope(f"{selected:,} of {rows:,} {noun} selected", size, can_clear=True)
        else:
            self.set_scope(wording.scope(rows, found, is_running), words.size(self._model.results.size_bytes))
        line = self._retagging.line
        if line:
            self.set_scope(line, self._retagging.detail)
        self.set_note(self._retagging.action)
        is_all = not selected and rows == found > 1
        self.set_primary("Download all as ZIP" if is_all else "Download as ZIP")
        reason = wording.OFFLINE if is_offline else self._why_not(selected > 0, is_running, is_checking)
        for download in (self.download, self.download_other):
            set_enabled(download, rows > 0 and not reason, reason)
        why_not = self._retagging.why_not or reason
        set_enabled(self.retag, rows > 0 and not why_not, why_not)

    def _why_not(self, has_selection: bool, is_running: bool, is_checking: bool) -> str:
        """Return why the files that are meant can't be taken away now; empty where they can."""
        if is_running and not has_selection:
            return wording.STILL_RUNNING
        is_sure = not self._model.results.has_uncertain
        if not is_sure and has_selection:
            is_sure = all(map(self._model.is_certain, self._table.selected_rows()))
        return "" if is_sure else wording.unsure(is_running or is_checking)
