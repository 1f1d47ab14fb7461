"""Renames a tag, or merges it into another one, on every file that carries it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from app.core.query import Relation, Term
from app.services.retag import carriers_of
from app.ui.find.rename_sheet import RenameSheet
from app.ui.find.retagging import Retagging
from app.workers.job import JobRunner


class Renaming(QObject):
    """Finds the files and asks for the new name; the change itself is one of `Retagging`."""

    def __init__(self, runner: JobRunner, retagging: Retagging, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._retagging = retagging

    def ask(self, value: str) -> None:
        """Count the files that carry `value` while its new name is typed."""
        services = self._retagging.services
        if services is None:
            return
        catalog = services.catalog
        sheet = RenameSheet(value, self._retagging.rules, self._retagging.vocabulary)
        job = self._runner.start(lambda job: carriers_of(value, catalog, job), "count", sheet)
        job.succeeded.connect(sheet.take_carriers)
        job.failed.connect(sheet.take_failure)
        sheet.accepted.connect(lambda: self._retagging.start(sheet.request()))
        sheet.closed.connect(job.cancel)
        self._retagging.open(sheet)

    def fill(self, menu: QMenu, term: Term, is_alone: bool, find: Callable[[Term], None]) -> None:
        """Add what can be done with the tag of a chip to its menu.

        Args:
            menu: of the chip.
            term: of the chip; that of *begins with* names no tag.
            is_alone: nothing else is searched for.
            find: searches for a term alone.
        """
        if term.relation is Relation.BEGINS_WITH:
            return
        menu.addSeparator()
        plain = Term(term.value)
        if not is_alone or term != plain:
            menu.addAction("Find files with it", lambda: find(plain))
        rename = menu.addAction("Rename or merge…", lambda: self.ask(term.value))
        rename.setEnabled(not self._retagging.why_not)
        rename.setToolTip(self._retagging.why_not)
        menu.setToolTipsVisible(bool(self._retagging.why_not))
