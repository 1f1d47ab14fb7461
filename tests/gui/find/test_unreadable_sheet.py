from PySide6.QtCore import Qt

from app.core.errors import OutageError
from app.core.events import Unreadable
from app.ui.find.unreadable_sheet import FailuresSheet
from app.ui.theme import u


def test_each_file_says_what_is_wrong_and_what_to_do(qtbot):
    error = OutageError("offline", "No connection", "Check the network, then try again.")
    sheet = FailuresSheet([Unreadable("a.pdf", error)], "Tags of 1 file couldn’t be changed", "", "Try again")
    qtbot.addWidget(sheet)
    model = sheet.table.model()
    name, why = model.index(0, 0), model.index(0, 1)
    assert (name.data(), why.data()) == ("a.pdf", "No connection")
    assert name.data(Qt.ItemDataRole.AccessibleTextRole) == "a.pdf, No connection. Check the network, then try again."
    assert why.data(Qt.ItemDataRole.ToolTipRole) == "No connection. Check the network, then try again."


def test_its_list_is_as_high_as_its_files_up_to_seven(qtbot):
    error = OutageError("offline", "No connection")

    def height(files):
        sheet = FailuresSheet([Unreadable(f"{n}.pdf", error) for n in range(files)], "Title", "", "Try again")
        qtbot.addWidget(sheet)
        return sheet.table.height()

    assert height(3) == height(2) + u(36)
    assert height(7) == height(700)
