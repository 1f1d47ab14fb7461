"""The filters above the found files: those that fit as buttons, the others in a menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QMenu, QSizePolicy, QWidget, QWidgetAction

from app.ui.find.filter_button import FilterButton
from app.ui.find.filters import DATES, KINDS, SIZES, Filters, by_words
from app.ui.icons import icon
from app.ui.theme import scale, u
from app.ui.widgets.boxes import row

_TITLES = {"kind": "Type", "since": "Date", "large": "Size", "by": "By", "name": "Name"}
_FREE = ("by", "name")
_CHOICES: Mapping[str, Mapping[Any, str]] = {"kind": KINDS, "since": DATES, "large": SIZES}
_NONE = Filters()
_GAP = 2
_ONE_BELOW_U = 700
_MOST_PEOPLE = 30


class FilterBar(QWidget):
    """Narrows what is shown as soon as a value is chosen.

    Signals:
        changed: with the `Filters`.
        people_asked: who uploaded is wanted to be known of every file.

    Args:
        people: tells who uploaded the files that were found, as far as that is known, and how many each.
    """

    changed = Signal(object)
    people_asked = Signal()

    def __init__(self, people: Callable[[], Mapping[str, int]]) -> None:
        super().__init__()
        self._people = people
        self._filters = _NONE
        self._room = 0
        self._page_width = 0
        self.buttons = {attribute: FilterButton(title) for attribute, title in _TITLES.items()}
        self.more = FilterButton("More")
        self._one = FilterButton("Filter")  # only to be measured
        self.setAccessibleName("Filters")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = row(self, gap=_GAP)
        layout.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        for attribute, made in self.buttons.items():
            made.menu_asked.connect(lambda attribute=attribute: self._open(attribute))
            made.cleared.connect(lambda attribute=attribute: self._set(attribute, getattr(_NONE, attribute)))
            layout.add(made)
        self.more.menu_asked.connect(lambda: self.more.open_menu(self.more_menu()))
        self.more.cleared.connect(self._clear_hidden)
        self.setLayout(layout.add(self.more))
        self._place()

    @property
    def filters(self) -> Filters:
        """What is set."""
        return self._filters

    def set_filters(self, filters: Filters) -> None:
        """Set others."""
        if filters == self._filters:
            return
        self._filters = filters
        told = filters.describe()
        for attribute, made in self.buttons.items():
            text = told.get(attribute, "")
            made.set_value(text if attribute in _FREE else _in_sentence(text))
        self._place()
        self.changed.emit(filters)

    def fit(self, room: int, page_width: int) -> None:
        """Take up at most `room` px of a page that is `page_width` px wide."""
        if (room, page_width) != (self._room, self._page_width):
            self._room, self._page_width = room, page_width
            self._place()

    def sizeHint(self) -> QSize:
        shown = [made for made in (*self.buttons.values(), self.more) if not made.isHidden()]
        return QSize(sum(made.sizeHint().width() + u(_GAP) for made in shown) - u(_GAP), u(28))

    def minimumSizeHint(self) -> QSize:
        # What doesn't fit goes into one button, so that the page may get narrow.
        return QSize(self.least_width(), u(28))

    def least_width(self) -> int:
        """Return the width in px of one button for all filters."""
        return max(self.more.sizeHint().width(), self._one.sizeHint().width())

    def menu(self, attribute: str, owner: QWidget | None = None) -> QMenu:
        """Return the menu of one filter; what is set has a check mark."""
        made = QMenu(_TITLES[attribute], owner or self)
        if attribute == "name":
            self._add_name_field(made)
            return made
        self._add(made, attribute, None, f"Any {_TITLES[attribute].lower()}" if attribute != "by" else "Anybody")
        made.addSeparator()
        for value, text in self._choices(attribute):
            self._add(made, attribute, value, text)
        return made

    def more_menu(self) -> QMenu:
        """Return the menu of the filters that have no button of their own now, one below the other."""
        made = QMenu(self)
        for attribute, hidden in self.buttons.items():
            if hidden.isHidden():
                below = self.menu(attribute, made)
                below.setTitle(hidden.text().replace("&", "&&"))
                if attribute == "by":
                    below.aboutToShow.connect(self.people_asked)
                made.addMenu(below)
        if self._filters.number:
            made.addSeparator()
            made.addAction("Remove filters", lambda: self.set_filters(_NONE))
        return made

    def _open(self, attribute: str) -> None:
        if attribute == "by":
            self.people_asked.emit()
        self.buttons[attribute].open_menu(self.menu(attribute))

    def _choices(self, attribute: str) -> Iterable[tuple[Any, str]]:
        if attribute == "by":
            people = self._people()
            names = sorted(people, key=lambda name: (-people[name], name))[:_MOST_PEOPLE]
            return [(name, by_words(name)) for name in names]
        return _CHOICES[attribute].items()

    def _add(self, menu: QMenu, attribute: str, value: object, text: str) -> None:
        action = menu.addAction(text.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(getattr(self._filters, attribute) == value)
        if action.isChecked():
            action.setIcon(icon("check", "accent"))
        action.triggered.connect(lambda: self._set(attribute, value))

    def _add_name_field(self, menu: QMenu) -> None:
        field = QLineEdit(self._filters.name)
        field.setPlaceholderText("Name contains…")
        field.setAccessibleName("Name contains")
        field.setMinimumWidth(u(220))
        field.textChanged.connect(lambda text: self._set("name", text.strip()))
        field.returnPressed.connect(menu.close)
        action = QWidgetAction(menu)
        action.setDefaultWidget(field)
        menu.addAction(action)
        # A menu takes the keyboard when it opens, after this signal.
        take_keyboard = QTimer(menu, singleShot=True, interval=0)
        take_keyboard.timeout.connect(lambda: field.setFocus(Qt.FocusReason.PopupFocusReason))
        menu.aboutToShow.connect(take_keyboard.start)

    def _set(self, attribute: str, value: Any) -> None:
        self.set_filters(replace(self._filters, **{attribute: value}))

    def _clear_hidden(self) -> None:
        hidden = {name: getattr(_NONE, name) for name, made in self.buttons.items() if made.isHidden()}
        self.set_filters(replace(self._filters, **hidden))

    def _place(self) -> None:
        shown = self._shown()
        for attribute, made in self.buttons.items():
            made.setVisible(attribute in shown)
        hidden = [made for attribute, made in self.buttons.items() if attribute not in shown]
        self.more.title = "More" if shown else "Filter"
        set_ones = [made for made in hidden if made.value]
        self.more.set_value(set_ones[0].value if len(set_ones) == 1 else f"{len(set_ones)} set" if set_ones else "")
        self.more.setVisible(bool(hidden))
        self.updateGeometry()

    def _shown(self) -> list[str]:
        """Return the filters that have a button of their own: as many as fit, the first ones first."""
        if self._page_width < _ONE_BELOW_U * scale():
            return []
        widths = {attribute: made.sizeHint().width() + u(_GAP) for attribute, made in self.buttons.items()}
        if sum(widths.values()) <= self._room:
            return list(widths)
        left = self._room - self.more.sizeHint().width()
        shown: list[str] = []
        for attribute, width in widths.items():
            left -= width
            if left < 0:
                break
            shown.append(attribute)
        return shown


def _in_sentence(text: str) -> str:
    """Return a choice as it stands behind a colon: "images", but "PDF" as it is."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
