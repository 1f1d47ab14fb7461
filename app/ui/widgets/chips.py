"""The chips of a tag field, one after the other, and the line to type in behind them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.completion import Suggestion
from app.core.query import Relation, Term
from app.core.tags import fold
from app.ui import words
from app.ui.theme import u
from app.ui.widgets.buttons import Button
from app.ui.widgets.chip import Chip
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.spelling_offer import spelling_offer
from app.ui.widgets.tag_edit import TagEdit


class Chips(QWidget):
    """Chips that can be removed, reached with the arrow keys, meant otherwise and spelt otherwise.

    Attributes:
        shown: in order.
    """

    changed = Signal()
    """A person has removed a chip, or changed it."""

    reached = Signal(object)
    """The `Chip` that the keyboard has come to."""

    menu_made = Signal(object, object)
    """The menu of a chip is about to open: its `Term` and the `QMenu`."""

    def __init__(self, edit: TagEdit, with_relations: bool) -> None:
        """Args: `edit` is the line behind the chips, `with_relations` as for a `TagField`."""
        super().__init__()
        self.shown: list[Chip] = []
        self._edit = edit
        self._with_relations = with_relations
        self._offers: dict[Chip, Button] = {}
        self._flow = FlowLayout(self)
        self._flow.addWidget(edit)

    def terms(self) -> tuple[Term, ...]:
        """Return what they mean."""
        return tuple(chip.term for chip in self.shown)

    def has(self, value: str) -> bool:
        """Tell whether one has this value, whatever its case."""
        return any(fold(value) == fold(chip.term.value) for chip in self.shown)

    def summary(self) -> str:
        """Return what they read, and how many there are; empty where there is none."""
        texts = ", ".join(chip.text() for chip in self.shown)
        return f"{words.count(len(self.shown), 'tag')}: {texts}" if texts else ""

    def add(self, term: Term) -> Chip:
        """Put one behind the others."""
        chip = Chip(term, self._with_relations)
        chip.removed.connect(lambda: self._remove(chip))
        chip.stepped.connect(lambda step: self._step(chip, step))
        chip.menu_made.connect(lambda menu: self.menu_made.emit(chip.term, menu))
        chip.relation_chosen.connect(lambda relation: self._relate(chip, relation))
        self.shown.append(chip)
        self._flow.insert_widget(self._flow.count() - 1, chip)
        chip.show()
        return chip

    def drop_all(self) -> None:
        """Take all away."""
        for chip in tuple(self.shown):
            self._drop(chip)

    def offer_spelling(self, chip: Chip, suggestion: Suggestion) -> Button:
        """Offer another spelling behind a chip, which is the last one; return the button that takes it."""
        offer = self._offers[chip] = spelling_offer(suggestion)
        offer.clicked.connect(lambda: self._respell(chip, suggestion.value))
        self._flow.insert_widget(self._flow.count() - 1, offer)
        offer.show()
        return offer

    def focus_last(self) -> None:
        """Put the keyboard on the last one, where there is one."""
        if self.shown:
            self.shown[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def lines(self, width: int) -> int:
        """Return how many lines they take at `width`, the line to type in included."""
        return self._flow.lines(width)

    def fit_scale(self) -> None:
        """Take the sizes of the scale that is in force."""
        self._flow.line_height, self._flow.gap, self._flow.min_last = u(28), u(6), u(160)

    def _remove(self, chip: Chip) -> None:
        position = self.shown.index(chip)
        had_focus = chip.hasFocus()
        self._drop(chip)
        self.changed.emit()
        if had_focus and self.shown:
            self.shown[min(position, len(self.shown) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._focus_edit()

    def _step(self, chip: Chip, step: int) -> None:
        position = self.shown.index(chip) + step
        if position >= len(self.shown):
            self._focus_edit()
        elif position >= 0:
            self.shown[position].setFocus(Qt.FocusReason.OtherFocusReason)
            self.reached.emit(self.shown[position])

    def _relate(self, chip: Chip, relation: Relation) -> None:
        chip.set_term(replace(chip.term, relation=relation))
        chip.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _respell(self, chip: Chip, value: str) -> None:
        self._withdraw_offer(chip)
        if any(fold(value) == fold(other.term.value) for other in self.shown if other is not chip):
            self._drop(chip)
        else:
            chip.set_term(replace(chip.term, value=value))
        self.changed.emit()
        self._focus_edit()

    def _drop(self, chip: Chip) -> None:
        self.shown.remove(chip)
        self._withdraw_offer(chip)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()

    def _withdraw_offer(self, chip: Chip) -> None:
        offer = self._offers.pop(chip, None)
        if offer is not None:
            self._flow.removeWidget(offer)
            offer.hide()
            offer.deleteLater()

    def _focus_edit(self) -> None:
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
