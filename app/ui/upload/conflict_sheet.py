"""The question what to do with a file whose name a stored file has too."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QWidget

from app.core.conflicts import Choice, Conflict, Resolution
from app.ui import words
from app.ui.icons import file_icon_name
from app.ui.widgets.boxes import column, row
from app.ui.widgets.choice import CheckBox, RadioButton
from app.ui.widgets.labels import ElidedLabel, IconLabel, label
from app.ui.widgets.sheet import Sheet

_CONFIRM = {Choice.KEEP_BOTH: "Keep both", Choice.REPLACE: "Replace", Choice.SKIP: "Skip"}


class ConflictSheet(Sheet):
    """Keep both, replace or skip; for this name or for all. Its cancel stops the upload."""

    def __init__(
        self, conflict: Conflict, files_total: int, now: datetime, suggested: Choice = Choice.KEEP_BOTH
    ) -> None:
        """Make the sheet.

        Args:
            conflict: what is asked about.
            files_total: of the upload.
            now: aware, in the zone that is shown.
            suggested: is chosen at first.
        """
        super().__init__(_title(conflict), _text(conflict, files_total), _CONFIRM[suggested], "Cancel upload")
        self._group = QButtonGroup(self)
        self._choices = [Choice.KEEP_BOTH, *([Choice.REPLACE] if conflict.can_replace else []), Choice.SKIP]
        self._for_all = CheckBox(_others(conflict))
        # Only ever hidden: what has no parent yet would open as a window of its own, and take the keyboard away.
        if conflict.total == conflict.position:
            self._for_all.hide()
        self._for_all.setChecked(True)
        self._fill(conflict, now, suggested)
        # Not idClicked: a screen reader toggles without a click.
        self._group.idToggled.connect(self._toggled)

    def resolution(self) -> Resolution:
        """Return what was chosen."""
        is_for_all = not self._for_all.isHidden() and self._for_all.isChecked()
        return Resolution(self._choices[self._group.checkedId()], is_for_all)

    def choose(self, choice: Choice) -> None:
        """Choose as a press on the radio button does."""
        self._group.button(self._choices.index(choice)).click()

    def _toggled(self, position: int, is_on: bool) -> None:
        if is_on:
            self.set_confirm(_CONFIRM[self._choices[position]])

    def _fill(self, conflict: Conflict, now: datetime, suggested: Choice) -> None:
        texts = {
            Choice.KEEP_BOTH: ("Keep both", f"Your file is stored as {words.quoted(_name(conflict.free_key))}."),
            Choice.REPLACE: ("Replace the stored file", "Everyone gets your version from now on."),
            Choice.SKIP: ("Skip", "Your file is not uploaded."),
        }
        body = column(self, gap=0)
        body.add(row(self, gap=10).add(_stored(conflict, now), 1).add(_own(conflict, now), 1)).space(18)
        for position, choice in enumerate(self._choices):
            line = _Choice(*texts[choice])
            self._group.addButton(line.radio, position)
            body.add(line).space(6)
        first = self._group.button(self._choices.index(suggested))
        first.setChecked(True)
        self.set_first(first)
        body.space(8).add(self._for_all)
        self.body.addLayout(body)


class _Choice(QWidget):
    """A radio button with a title and a sentence, all of which can be pressed."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.radio = RadioButton(title)
        self.radio.setAccessibleDescription(text)
        mark = column(self, gap=0).add(self.radio).fill()
        said = (
            column(self, gap=1, margins=(0, 4, 0, 0))
            .add(label(title, weight=600))
            .add(label(text, role="text2", wrap=True))
        )
        self.setLayout(row(self, gap=10).add(mark).add(said, 1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.radio.click()


def _title(conflict: Conflict) -> str:
    return f"{words.quoted(_name(conflict.stored.key))} is already in use"


def _text(conflict: Conflict, files_total: int) -> str:
    if conflict.total == 1:
        return "A stored file has the same name and other content."
    return f"{conflict.total:,} of your {words.files(files_total)} have a name that a stored file has too."


def _others(conflict: Conflict) -> str:
    others = conflict.total - conflict.position
    return (
        f"Do the same for the other {words.count(others, 'name')}" if others > 1 else "Do the same for the other name"
    )


def _stored(conflict: Conflict, now: datetime) -> QFrame:
    who = words.name(conflict.uploaded_by) if conflict.uploaded_by else ""
    detail = ", ".join(filter(None, (words.size(conflict.stored.size_bytes), who)))
    return _well("Stored file", words.date(conflict.stored.last_modified, now), detail, conflict.stored.key)


def _own(conflict: Conflict, now: datetime) -> QFrame:
    age = "newer" if conflict.modified_at > conflict.stored.last_modified else "older"
    detail = f"{words.size(conflict.size_bytes)}, {age}"
    return _well("Your file", words.date(conflict.modified_at, now), detail, conflict.stored.key)


def _well(head: str, moment: str, detail: str, key: str) -> QFrame:
    well = QFrame()
    well.setProperty("box", "well")
    said = column(well, gap=1).add(label(head, 0.92, role="text2")).add(ElidedLabel(moment, weight=600))
    said.add(ElidedLabel(detail, ratio=0.92, role="text2"))
    icon = IconLabel(file_icon_name(key), "text2", 22)
    well.setLayout(row(well, gap=10, margins=(12, 10, 12, 10)).add(icon).add(said, 1))
    return well


def _name(key: str) -> str:
    return key.rpartition("/")[2]
