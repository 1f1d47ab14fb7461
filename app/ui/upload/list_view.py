"""What the upload page shows after a drop: tag field, list and the button that uploads."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from app.core.events import UploadStatus
from app.core.tags import TagRules
from app.ui import words
from app.ui.breakpoints import width_u
from app.ui.upload.model import UploadModel
from app.ui.widgets.boxes import column, row
from app.ui.widgets.buttons import button, set_enabled
from app.ui.widgets.columns import Column
from app.ui.widgets.labels import label
from app.ui.widgets.page_bar import PageBar
from app.ui.widgets.table import FileTable
from app.ui.widgets.tag_field import TagField
from app.ui.widgets.tag_field_parts import sentence_of

_COLUMNS = (
    Column(stretches=True),
    Column(("888.8 MB", "888 bytes"), is_number=True),
    Column(("Another program has it open",), min_page_u=560, has_icon=True),
    Column(actions=1),
)

_HINT_FROM_U = 740


class ListView(QWidget):
    """The drop before it is uploaded.

    Signals:
        add_asked, clear_asked, upload_asked: a button was pressed.
    """

    add_asked = Signal()
    clear_asked = Signal()
    upload_asked = Signal()

    def __init__(self, model: UploadModel, organization: str, rules: TagRules) -> None:
        super().__init__()
        self._model = model
        who = organization or "your organisation"
        self._label = label(weight=600)
        self._hint = label(f"Everyone at {who} can see tags. Don’t type anything confidential.", 0.92, role="text2")
        self.field = TagField("Tag for all files", "Type a tag", rules, "tag")
        self.table = FileTable(_COLUMNS, row_u=38)
        self.table.setModel(model)
        self.table.setAccessibleName("Files to upload")
        self.table.action_triggered.connect(lambda index, _action: model.remove(index.row()))
        self.table.delete_pressed.connect(self._remove_selected)
        self.add = button("Add files…", icon="plus")
        self.add.clicked.connect(self.add_asked)
        self.bar = PageBar()
        self.bar.add_action("Clear", kind="ghost").clicked.connect(self.clear_asked)
        self.upload = self.bar.set_primary("Upload", "upload")
        self.upload.clicked.connect(self.upload_asked)
        self._lay_out()

    def refresh(self, is_counting: bool, is_connected: bool) -> None:
        """Show numbers and whether the upload can begin.

        Args:
            is_counting: folders are still being walked.
            is_connected: the storage is there.
        """
        number = len(self._model.files)
        noun = words.files(number)
        self._label.setText(f"Tag for all {noun}" if number > 1 else "Tag for this file")
        self.field.set_label(self._label.text())
        self.bar.set_scope(self._scope(is_counting, number), _left_out(self._model))
        self.bar.set_primary(f"Upload {noun}" if number else "Upload")
        reason = self._reason(is_counting, is_connected, number)
        set_enabled(self.upload, not reason, reason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint.setVisible(width_u(self) >= _HINT_FROM_U)

    def _lay_out(self) -> None:
        head = row(self, gap=8, margins=(24, 0, 24, 0)).add(_title()).fill().add(self.add)
        about = row(self, gap=16, margins=(24, 0, 24, 0)).add(self._label).add(self._hint, 1)
        layout = column(self, gap=0, margins=(0, 18, 0, 0)).add(head).space(12).add(about).space(7)
        layout.add(row(self, margins=(24, 0, 24, 0)).add(self.field)).space(14)
        self.setLayout(layout.add(row(self, margins=(16, 0, 16, 0)).add(self.table), 1).add(self.bar))

    def _scope(self, is_counting: bool, number: int) -> str:
        if is_counting:
            return f"Counting, {number:,} so far"
        return f"{words.files(number)}, {words.size(self._model.size_bytes)}" if number else "No files to upload"

    def _reason(self, is_counting: bool, is_connected: bool, number: int) -> str:
        """Return why nothing can be uploaded now; empty where it can."""
        problem = self.field.problem()
        if problem is not None:
            return sentence_of(problem)
        if is_counting:
            return "The files are still being counted."
        if not number:
            return "There is nothing to upload."
        if not self.field.values() and not self.field.pending_text():
            return "Type a tag first."
        return "" if is_connected else "Tagdrop isn’t connected yet."

    def _remove_selected(self) -> None:
        rows = self.table.selected_rows()
        if not rows and self.table.currentIndex().isValid():
            rows = [self.table.currentIndex().row()]
        self._model.remove_rows(rows)


def _title() -> QLabel:
    made = label("Upload", 1.5, 600)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    return made


def _left_out(model: UploadModel) -> str:
    junk, links = model.count_left_out(UploadStatus.JUNK), model.count_left_out(UploadStatus.LINK)
    failed = model.count_left_out(UploadStatus.FAILED)
    parts = [
        f"{words.count(junk, 'system file')} left out" if junk else "",
        f"{words.count(links, 'link')} left out" if links else "",
        f"{words.files(failed)} can’t be uploaded" if failed else "",
    ]
    return ", ".join(filter(None, parts))
