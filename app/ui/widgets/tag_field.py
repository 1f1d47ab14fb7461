"""The tag field: chips, a line to type in, and what is wrong with it below."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.completion import Vocabulary
from app.core.errors import InputError
from app.core.query import Joined, Term
from app.core.tags import TagRules, fold, normalise
from app.ui.theme import keep_scaled, u
from app.ui.widgets.accessible import announce, set_role
from app.ui.widgets.boxes import column, row
from app.ui.widgets.chip import Chip
from app.ui.widgets.chips import Chips
from app.ui.widgets.completing import Completing
from app.ui.widgets.labels import IconLabel
from app.ui.widgets.message import Message
from app.ui.widgets.segmented import Segmented
from app.ui.widgets.tag_edit import TagEdit
from app.ui.widgets.tag_field_parts import Frame, Scroll, sentence_of

_MAX_LINES = 3
_PADDING = 8
_LINE_BREAKS = re.compile(r"[\r\n\u2028\u2029\x0b\x0c]+")
_WHILE_TYPING = ("tag-character", "tag-too-long")


class TagField(QWidget):
    """Values as chips and one being typed.

    Attributes:
        joiner: the *All / Any* control; None without relations. A narrow page moves it into its status row
            with `release_joiner` and takes it back with `hold_joiner`.
        completing: the list of tags in use; None until `complete_from` was called.
    """

    changed = Signal()
    """The chips, their relations, *All / Any* or the text changed."""

    submitted = Signal()
    """Enter in the empty line, or Ctrl+Enter with nothing wrong."""

    chip_menu = Signal(object, object)
    """The menu of a chip is about to open: its `Term` and the `QMenu`."""

    def __init__(
        self,
        label: str,
        placeholder: str,
        rules: TagRules,
        icon: str,
        with_relations: bool = False,
        is_single: bool = False,
    ) -> None:
        """Make an empty field.

        Args:
            label: name of the field for a screen reader, such as "Find files by tag".
            placeholder: shown in the empty line.
            rules: what a value may be.
            icon: before the chips.
            with_relations: chips can be *not* and *begins with* and are joined by *All / Any*; the patterns
                that an organisation asks of new tags aren't asked then, as what is stored may be older.
            is_single: holds one value; another one takes its place.
        """
        super().__init__()
        self._rules = replace(rules, required_pattern="", forbidden_pattern="") if with_relations else rules
        self._with_relations = with_relations
        self._is_single = is_single
        self._label = label
        self._placeholder = placeholder
        self._vocabulary: Callable[[], Vocabulary] | None = None
        self._never_offered: frozenset[str] = frozenset()
        self.completing: Completing | None = None
        self._refused_lines: list[str] = []
        self._problem: InputError | None = None
        self.joiner = Segmented("Match", ("All", "Any")) if with_relations else None
        self._edit = TagEdit()
        self._chips = Chips(self._edit, with_relations)
        self._icon = IconLabel(icon, size=18)
        self._icon_name = icon
        self._build()
        self._connect()
        self.setFocusProxy(self._edit)
        set_role(self, QAccessible.Role.Grouping)
        self.set_label(label)

    def complete_from(self, vocabulary: Callable[[], Vocabulary], without: Collection[str] = ()) -> None:
        """Complete what is typed from the tags in use, and offer their spelling for one that is nearly theirs.

        Args:
            vocabulary: returns the tags in use, as they are known by then.
            without: values that are never offered.
        """
        self._never_offered = frozenset(map(fold, without))
        self._vocabulary = vocabulary
        self.completing = Completing(
            self._frame,
            self._edit,
            vocabulary,
            lambda: (*self.values(), *self._never_offered),
            offers_new=not self._with_relations,
        )
        self.completing.taken.connect(self._take_completion)
        self.completing.new_chosen.connect(self.commit_pending)

    def terms(self) -> tuple[Term, ...]:
        """Return the chips as terms, in order, without what is being typed."""
        return self._chips.terms()

    def values(self) -> tuple[str, ...]:
        """Return the chips' values, in order, without what is being typed."""
        return tuple(term.value for term in self._chips.terms())

    def joined(self) -> Joined:
        """Return whether all or any of the terms are asked for."""
        return Joined.ANY if self.joiner is not None and self.joiner.current() == 1 else Joined.ALL

    def pending_text(self) -> str:
        """Return what is being typed, as it would be stored."""
        return normalise(self._edit.text())

    def problem(self) -> InputError | None:
        """Return what is wrong with what is being typed; None while nothing is."""
        return self._problem

    def commit_pending(self) -> bool:
        """Make a chip of what is being typed; False if it can't be one, which is shown then."""
        text = self.pending_text()
        if text and not self._commit(text):
            return False
        self._forget_typed()
        if self._refused_lines:
            self._edit.setText(self._refused_lines.pop(0))
            return self.commit_pending()
        return True

    def set_terms(self, terms: Iterable[Term], joined: Joined = Joined.ALL) -> None:
        """Show these chips and nothing typed."""
        self._chips.drop_all()
        for term in terms:
            self._chips.add(term)
        if self.joiner is not None:
            self.joiner.set_current(1 if joined is Joined.ANY else 0)
        self._refused_lines.clear()
        self._edit.clear()
        self._after_change()

    def set_typed(self, text: str) -> None:
        """Put a text into the line, selected: to be changed, or typed over."""
        self._edit.setText(text)
        self._edit.selectAll()

    def clear(self) -> None:
        """Remove every chip and what is being typed."""
        self.set_terms(())

    def clear_typed(self) -> bool:
        """Take back what is being typed; False if that is nothing."""
        if self.completing is not None and self.completing.close():
            return True
        has_text = bool(self._edit.text())
        self._refused_lines.clear()
        self._edit.clear()
        return has_text

    def focus_edit(self) -> None:
        """Put the keyboard into the line."""
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_label(self, text: str) -> None:
        """Say what the values are for, such as "Tag for all 38 files"."""
        self._label = text
        self.setAccessibleName(text)
        self._edit.setAccessibleName(text)

    def set_placeholder(self, text: str) -> None:
        """Show another hint in the empty line."""
        self._placeholder = text
        self._hint()

    def set_rules(self, rules: TagRules) -> None:
        """Check by other rules from now on."""
        self._rules = replace(rules, required_pattern="", forbidden_pattern="") if self._with_relations else rules
        self._check_typing()

    def release_joiner(self) -> Segmented | None:
        """Hand the *All / Any* control to another row; it goes on working for this field."""
        if self.joiner is not None:
            self._frame_row.removeWidget(self.joiner)
        return self.joiner

    def hold_joiner(self) -> None:
        """Take the *All / Any* control back to the trailing side."""
        if self.joiner is not None and self._frame_row.indexOf(self.joiner) < 0:
            self._frame_row.addWidget(self.joiner, 0, Qt.AlignmentFlag.AlignTop)
            self._show_joiner()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _build(self) -> None:
        self._frame = Frame(self._edit)
        self._frame.pressed.connect(self.focus_edit)
        self._frame.focus_moved.connect(self._color_icon)
        self._scroll = Scroll(self._chips)
        self._frame_row = row(self._frame, gap=10, margins=(14, _PADDING, _PADDING, _PADDING))
        mark = column(self._frame, gap=0).space(5).add(self._icon).fill()
        self._frame_row.add(mark).add(self._scroll, 1)
        if self.joiner is not None:
            self._frame_row.addWidget(self.joiner, 0, Qt.AlignmentFlag.AlignTop)
            self.joiner.hide()
        self._frame.setLayout(self._frame_row)
        self._message = Message()
        self.setLayout(column(self, gap=6).add(self._frame).add(self._message))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._edit.setPlaceholderText(self._placeholder)
        keep_scaled(self, self._resize)

    def _connect(self) -> None:
        self._edit.textChanged.connect(self._text_changed)
        self._edit.entered.connect(self._entered)
        self._edit.left_start.connect(lambda _is_backspace: self._chips.focus_last())
        self._chips.changed.connect(self._after_change)
        self._chips.reached.connect(lambda chip: self._scroll.ensureWidgetVisible(chip, 0, 0))
        self._chips.menu_made.connect(self.chip_menu)
        if self.joiner is not None:
            self.joiner.chosen.connect(lambda _position: self.changed.emit())

    def _text_changed(self, text: str) -> None:
        # Pasted, dropped or inserted by the middle button: lines are values.
        if _LINE_BREAKS.search(text):
            self._take_lines([line for line in map(normalise, _LINE_BREAKS.split(text)) if line])
            return
        self._check_typing()
        self.changed.emit()

    def _take_lines(self, lines: list[str]) -> None:
        self._refused_lines = [line for line in lines if not self._commit(line, is_quiet=True)]
        first = self._refused_lines.pop(0) if self._refused_lines else ""
        self._edit.setText(first)
        if first:
            self._commit(first)

    def _forget_typed(self) -> None:
        """Empty the line for good: an undo brings back no letters of a chip."""
        self._edit.setText("")

    def _take_completion(self, value: str) -> None:
        self._forget_typed()
        if not self._commit(value, offers=False):
            self._edit.setText(value)  # too many of them: the sentence below says so

    def _entered(self, with_control: bool) -> None:
        was_empty = not self.pending_text()
        if self.commit_pending() and (was_empty or with_control):
            self.submitted.emit()

    def _commit(self, text: str, is_quiet: bool = False, offers: bool = True) -> bool:
        problem = self._refusal(text)
        if problem is not None:
            if not is_quiet:
                self._show_problem(problem)
            return False
        if not self._chips.has(text):
            if self._is_single:
                self._chips.drop_all()
            chip = self._chips.add(Term(text))
            if offers:
                self._offer_spelling(chip)
            self._after_change()
        return True

    def _offer_spelling(self, chip: Chip) -> None:
        """Offer the tag in use that a new one differs from by case, accents or an s at the end."""
        if self._vocabulary is None or self._with_relations:
            return
        suggestion = self._vocabulary().alike(chip.term.value)
        if suggestion is None or fold(suggestion.value) in self._never_offered:
            return
        offer = self._chips.offer_spelling(chip, suggestion)
        announce(self._edit, f"{offer.text()}. {offer.toolTip()}")

    def _refusal(self, text: str) -> InputError | None:
        try:
            self._rules.check(text)
            if not self._with_relations and not self._chips.has(text):
                self._rules.tag_set((*self.values(), text))
        except InputError as problem:
            return problem
        return None

    def _check_typing(self) -> None:
        problem = None
        text = self.pending_text()
        if text:
            try:
                self._rules.check(text)
            except InputError as found:
                problem = found if found.code in _WHILE_TYPING else None
        self._show_problem(problem)

    def _show_problem(self, problem: InputError | None) -> None:
        before = self._message.text()
        self._problem = problem
        sentence = sentence_of(problem) if problem is not None else ""
        self._message.set_text(sentence)
        self._frame.set_bad(problem is not None)
        self._color_icon()
        self._edit.setAccessibleDescription(sentence or self._chips.summary())
        if sentence and sentence != before:
            announce(self._edit, sentence)

    def _color_icon(self) -> None:
        role = "error" if self._problem is not None else "accent" if self._edit.hasFocus() else "text2"
        self._icon.set_icon(self._icon_name, role)

    def _after_change(self) -> None:
        self._hint()
        self._show_joiner()
        self._check_typing()
        self._fit()
        self.changed.emit()

    def _hint(self) -> None:
        more = "" if self._is_single else "Add another tag"
        self._edit.setPlaceholderText(more if self._chips.shown else self._placeholder)

    def _show_joiner(self) -> None:
        if self.joiner is not None:
            self.joiner.setVisible(len(self._chips.shown) > 1)

    def _resize(self) -> None:
        self._chips.fit_scale()
        self._fit()

    def _fit(self) -> None:
        width = self._scroll.viewport().width()
        lines = min(self._chips.lines(width), _MAX_LINES)
        height = lines * u(28) + (lines - 1) * u(6)
        if height != self._scroll.height():
            self._scroll.setFixedHeight(height)
            self.updateGeometry()
        self._scroll.ensureWidgetVisible(self._edit, 0, 0)
