"""The question which tags files shall carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from app.core.events import Match
from app.core.query import Term
from app.core.tag_edits import RetagRequest, TagEdit
from app.core.tags import TagRules, distinct_values, fold
from app.ui import words
from app.ui.find.refusal import refusal
from app.ui.widgets.boxes import column
from app.ui.widgets.message import Message
from app.ui.widgets.sheet import Sheet
from app.ui.widgets.tag_field import TagField


class RetagSheet(Sheet):
    """The tags that all of the files carry, to be removed and added to; those of some files stay there.

    Attributes:
        field: holds the tags.
    """

    def __init__(self, files: Sequence[Match], rules: TagRules) -> None:
        """Args: `files` at least one, `rules` say what a tag may be."""
        number = words.files(len(files))
        self._common, some = _shared(files)
        super().__init__(f"Retag {number}", _text(len(files), bool(self._common)), f"Change {number}", width=540)
        self._rules = rules
        # Files with equal tags fare alike: one of them is asked for all.
        self._samples = tuple({tuple(sorted(match.tags.items())): match for match in files}.values())
        self.field = TagField(f"Tags on all {number}", "Type a tag", rules, "tag")
        self.field.set_terms(map(Term, self._common))
        self._problem, stays = Message(), Message("info", "text2")
        inside = column(self, gap=8)
        for part in (self.field, self._problem, stays):
            inside.add(part)
        self.body.addLayout(inside)
        stays.set_text(_stays(some) if some else "")
        self.set_aside("You can undo this afterwards.")
        self.field.changed.connect(self._check)
        self.field.submitted.connect(self._submit)
        self.set_first(self.field)
        self._check()

    def edits(self) -> tuple[TagEdit, ...]:
        """Return what is to be done to each file; what is being typed counts as typed."""
        before = {fold(value): value for value in self._common}
        pending = self.field.pending_text()
        after = {fold(v): v for v in distinct_values((*self.field.values(), *([pending] if pending else ())))}
        changed = [TagEdit(v, after.get(f)) for f, v in before.items() if after.get(f) != v]
        return (*changed, *(TagEdit(None, v) for f, v in after.items() if f not in before))

    def accept(self) -> None:
        """Close with the tags as they are, also the one being typed."""
        if self.confirm.isEnabled() and self.field.commit_pending() and self.edits():
            super().accept()

    def _submit(self) -> None:
        self._check()
        self.accept()

    def _check(self) -> None:
        edits = self.edits()
        problem = "" if self.field.problem() else refusal(RetagRequest(self._samples, edits, self._rules))
        self._problem.set_text(problem)
        self.confirm.setEnabled(bool(edits) and not problem and self.field.problem() is None)
        self.confirm.setAccessibleDescription(problem or ("" if edits else "Remove a tag or add one first."))


def _shared(files: Sequence[Match]) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the values that all files carry, and those of only some with how many carry them; spelt as most do it."""
    counts = Counter(key for match in files for key in {fold(value) for value in match.values})
    spellings: dict[str, Counter[str]] = {}
    for match in files:
        for value in match.values:
            spellings.setdefault(fold(value), Counter())[value] += 1
    # Files come in no order that means anything, so that of spellings as frequent as each other the first one counts.
    spelt = {key: min(found, key=lambda value: (-found[value], value)) for key, found in spellings.items()}
    common = tuple(value for key, value in spelt.items() if counts[key] == len(files))
    return common, {value: counts[key] for key, value in spelt.items() if counts[key] < len(files)}


def _text(number: int, has_common: bool) -> str:
    if number == 1:
        return "These are its tags. Remove one or add one."
    if not has_common:
        return f"No tag is on all {words.files(number)}. Add one."
    return f"These tags are on all {words.files(number)}. Remove one or add one."


def _stays(some: dict[str, int]) -> str:
    value, number = next(iter(some.items()))
    if len(some) == 1:
        return f"{words.quoted(value)} is on only {number:,} of them and stays there."
    others = words.count(len(some) - 1, "other tag")
    return f"{words.quoted(value)} and {others} are on only some of them and stay there."
