"""The question what a tag shall be called from now on, on every file that carries it."""

from __future__ import annotations

from collections.abc import Callable

from app.core.completion import Vocabulary
from app.core.errors import AppError
from app.core.events import Match
from app.core.tag_edits import RetagRequest, TagEdit
from app.core.tags import TagRules, fold
from app.services.retag import Carriers
from app.ui import words
from app.ui.find.refusal import refusal
from app.ui.widgets.accessible import announce
from app.ui.widgets.boxes import column
from app.ui.widgets.message import Message
from app.ui.widgets.sheet import Sheet
from app.ui.widgets.tag_field import TagField


class RenameSheet(Sheet):
    """Says how many files carry the tag, and whether its new name makes it one with another tag in use.

    It can be confirmed once the files have been counted: `take_carriers`.

    Attributes:
        field: holds the new name.
    """

    def __init__(self, value: str, rules: TagRules, vocabulary: Callable[[], Vocabulary]) -> None:
        """Args: `value` is renamed, `rules` say what a tag may be, `vocabulary` returns the tags in use."""
        self._title_text = f"Rename {words.quoted(value)}"
        super().__init__(self._title_text, _estimate(vocabulary().files(value)), "Rename", width=540)
        self._value = value
        self._rules = rules
        self._vocabulary = vocabulary
        self._files: tuple[Match, ...] | None = None
        self.field = TagField("New name of the tag", "Type the new name", rules, "tag", is_single=True)
        self.field.complete_from(vocabulary, without=(value,))
        self.field.set_typed(value)
        self._problem, self._merges = Message(), Message("info", "text2")
        inside = column(self, gap=8)
        for part in (self.field, self._problem, self._merges):
            inside.add(part)
        self.body.addLayout(inside)
        self.set_aside("You can undo this afterwards.")
        self.field.changed.connect(self._check)
        self.field.submitted.connect(self.accept)
        self.set_first(self.field)
        self._check()

    def take_carriers(self, carriers: Carriers) -> None:
        """Say how many files carry the tag, now that they have been found."""
        self._files = carriers.files
        self._say(_counted(len(carriers.files), carriers.search.unreadable))
        self._check()

    def take_failure(self, error: AppError) -> None:
        """Say why the files can't be counted: nothing is renamed then."""
        self._say(f"The files that carry it couldn’t be found. {error.title}. {error.detail}".rstrip())

    def request(self) -> RetagRequest:
        """Return what is to be done; what is being typed counts as typed."""
        return RetagRequest(self._files or (), (TagEdit(self._value, self._new()),), self._rules)

    def accept(self) -> None:
        """Close with the new name, also while it is being typed."""
        if self.confirm.isEnabled() and self.field.commit_pending():
            super().accept()

    def _new(self) -> str:
        return self.field.pending_text() or next(iter(self.field.values()), "")

    def _say(self, text: str) -> None:
        self.set_words(self._title_text, text)
        announce(self, text)

    def _check(self) -> None:
        new = self._new()
        is_merge = bool(new) and fold(new) != fold(self._value)
        other = self._vocabulary().known(new) if is_merge else None
        problem = "" if not new or self.field.problem() else refusal(self.request())
        reason = problem or self._why_not(new)
        self._problem.set_text(problem)
        self._merges.set_text(self._merging(other) if is_merge else "")
        self.confirm.setEnabled(not reason and self.field.problem() is None)
        self.confirm.setToolTip(reason)
        self.confirm.setAccessibleDescription(reason)
        self.set_confirm(_verb(other is not None, len(self._files or ())))

    def _why_not(self, new: str) -> str:
        if not new or new == self._value:
            return "Type another name first."
        if self._files is None:
            return "The files that carry it are still being counted."
        return "" if self._files else "No file carries it."

    def _merging(self, other: str | None) -> str:
        """Return what becomes of another tag of the new name; empty where there surely is none."""
        if other is None:
            return "" if self._vocabulary().most_used else "If files carry a tag of that name already, both become one."
        return f"{words.quoted(other)} is on {words.files(self._vocabulary().files(other))} already. Both become one."


def _estimate(known: int) -> str:
    return (
        f"About {words.count(known, 'file carries', 'files carry')} it. Counting…" if known else "Counting the files…"
    )


def _counted(files: int, unreadable: int) -> str:
    carry = f"{words.count(files, 'file carries', 'files carry')} it." if files else "No file carries it."
    if not unreadable:
        return carry
    return f"{carry} {words.files(unreadable)} couldn’t be looked at and won’t be changed."


def _verb(is_merge: bool, files: int) -> str:
    if not files:
        return "Merge" if is_merge else "Rename"
    return f"Merge {words.files(files)}" if is_merge else f"Rename on {words.files(files)}"
