"""Settings: what the person can choose in the window, what the organisation has set, and details for IT."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.core.conflicts import Choice
from app.ui.details import Facts
from app.ui.preferences import SUGGESTIONS, Preferences
from app.ui.settings.details import DetailsTable
from app.ui.settings.disclosure import Disclosure
from app.ui.settings.row import SettingRow
from app.ui.settings.zip_place import ZipPlaceBox
from app.ui.theme import Scheme, appearance, keep_scaled, u
from app.ui.widgets.boxes import column, hairline, row
from app.ui.widgets.choice import CheckBox
from app.ui.widgets.drop_down import CONTROL_U, DropDown
from app.ui.widgets.labels import label
from app.ui.widgets.page import Page

_SCHEMES: dict[Scheme, str] = {"system": "Follow the system", "light": "Light", "dark": "Dark"}
_SUGGESTIONS = {Choice.KEEP_BOTH: "Keep both", Choice.SKIP: "Skip"}
_WIDTH = 720


class SettingsPage(Page):
    """The rows, one below the other.

    Signals:
        copy_asked: the details for IT shall be copied.

    Attributes:
        scheme, zip_place, adds_list, public_links, suggests: the controls.
        disclosure: shows the details.
        details: what it shows.
    """

    copy_asked = Signal()

    def __init__(
        self, preferences: Preferences, organization: str, public_links: bool, facts: Callable[[], Facts]
    ) -> None:
        """Make the page.

        Args:
            preferences: are shown and changed.
            organization: who has set what can't be changed; empty where IT set no name.
            public_links: whether links that work without signing in can be made.
            facts: returns what IT wants to know, as far as it is known by now.
        """
        super().__init__()
        self._preferences = preferences
        self._facts = facts
        self.scheme = DropDown("Appearance", tuple(_SCHEMES.values()))
        self.zip_place = ZipPlaceBox(preferences)
        self.adds_list = _switch("Add a list of contents")
        self.public_links = _switch("Public links")
        self.public_links.setChecked(public_links)
        self.public_links.setEnabled(False)
        self.suggests = DropDown("When a name is in use", [_SUGGESTIONS[choice] for choice in SUGGESTIONS])
        self.details = DetailsTable()
        self.details.copy_asked.connect(self.copy_asked)
        self.disclosure = Disclosure("Details for IT", self.details)
        self.disclosure.toggled_open.connect(lambda _open: self.refresh_details())
        self._area = QScrollArea()
        self._lay_out(organization or "your organisation")
        self._show()
        self.scheme.chosen.connect(self._choose_scheme)
        self.suggests.chosen.connect(lambda position: setattr(preferences, "suggests", SUGGESTIONS[position]))
        self.adds_list.toggled.connect(lambda is_on: setattr(preferences, "adds_list", is_on))
        preferences.changed.connect(self._show)

    def focus_first(self) -> None:
        """Put the keyboard to the first setting."""
        self.scheme.setFocus(Qt.FocusReason.OtherFocusReason)

    def regions(self) -> tuple[QWidget, ...]:
        """Return what F6 visits."""
        return (self._area,)

    def refresh_details(self) -> None:
        """Say what is known by now; nothing is read while they are hidden."""
        if self.disclosure.is_open:
            self.details.show_facts(self._facts())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_details()

    def _choose_scheme(self, position: int) -> None:
        self._preferences.scheme = tuple(_SCHEMES)[position]
        look = appearance()
        if look is not None:
            look.choose(self._preferences.scheme, contrast=None)

    def _show(self) -> None:
        scheme = self._preferences.scheme
        self.scheme.show_values(tuple(_SCHEMES.values()), tuple(_SCHEMES).index(scheme))
        suggests = SUGGESTIONS.index(self._preferences.suggests)
        self.suggests.show_values([_SUGGESTIONS[choice] for choice in SUGGESTIONS], suggests)
        self.adds_list.setChecked(self._preferences.adds_list)

    def _lay_out(self, organization: str) -> None:
        rows = (
            SettingRow("Appearance", "Follow the system, or always light or dark.", self.scheme),
            SettingRow(self.zip_place.title, "Where “Download as ZIP” saves.", self.zip_place),
            SettingRow(
                "Add a list of contents",
                "Each ZIP gets a list of its files, which are looked at once more for it.",
                self.adds_list,
            ),
            SettingRow("Public links", "Links that work without signing in.", self.public_links, organization),
            SettingRow("When a name is in use", "What Tagdrop suggests first.", self.suggests),
        )
        inner = QWidget()
        lines = column(inner, gap=0).add(label("Settings", 1.5, 600)).space(12).add(hairline())
        for made in rows:
            lines.add(made).add(hairline())
        lines.space(10).add(self.disclosure).add(self.details).fill()
        inner.setLayout(lines)
        keep_scaled(inner, lambda: inner.setMaximumWidth(u(_WIDTH)))
        centre = QWidget()
        centre.setLayout(row(centre, gap=0, margins=(24, 18, 24, 18)).add(inner, 1000).fill())
        self._area.setWidget(centre)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for part in (self._area.viewport(), centre):
            part.setAutoFillBackground(False)
        self.setLayout(column(self, gap=0).add(self._area))


def _switch(title: str) -> CheckBox:
    made = CheckBox("Off")
    made.setAccessibleName(title)
    keep_scaled(made, lambda: made.setMinimumWidth(u(CONTROL_U)))
    made.toggled.connect(lambda is_on: made.setText("On" if is_on else "Off"))
    return made
