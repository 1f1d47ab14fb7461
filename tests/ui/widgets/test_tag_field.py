"""The tag field takes what is typed as typed, and says at once what can't be a tag."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.core.query import Joined, Relation, Term
from app.core.tags import TagRules
from app.ui.theme import theme, u
from app.ui.widgets.chip import Chip
from app.ui.widgets.tag_field import TagField

Show = Callable[..., QWidget]
Key = Qt.Key


@pytest.fixture
def field(shown: Show) -> TagField:
    return opened(shown, TagField("Tag for all 38 files", "Type a tag", TagRules(), "tag"))


@pytest.fixture
def query(shown: Show) -> TagField:
    return opened(shown, TagField("Find files by tag", "Type a tag", TagRules(), "find", with_relations=True))


@pytest.fixture
def clipboard() -> Iterator[Callable[[str], None]]:
    board = QGuiApplication.clipboard()
    yield board.setText
    board.clear()


def test_enter_makes_one_value_and_keeps_its_spaces(field: TagField, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(field), "Kunde 4711")
    qtbot.keyClick(edit(field), Key.Key_Return)

    assert field.values() == ("Kunde 4711",)
    assert field.pending_text() == ""


def test_equal_values_are_one(field: TagField, qtbot: QtBot) -> None:
    for text in ("Invoice", "INVOICE"):
        qtbot.keyClicks(edit(field), text)
        qtbot.keyClick(edit(field), Key.Key_Return)

    assert field.values() == ("Invoice",)


def test_pasted_lines_are_values_of_their_own(field: TagField, qtbot: QtBot, clipboard: Callable[[str], None]) -> None:
    clipboard("Invoice 2026\r\nHarbour Street\n\n")
    qtbot.keyClick(edit(field), Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    assert field.values() == ("Invoice 2026", "Harbour Street")
    assert field.pending_text() == ""


def test_pasted_text_of_one_line_stays_text(field: TagField, qtbot: QtBot, clipboard: Callable[[str], None]) -> None:
    clipboard("Invoice 2026")
    qtbot.keyClick(edit(field), Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    assert field.values() == ()
    assert field.pending_text() == "Invoice 2026"


def test_a_pasted_line_that_cant_be_a_tag_is_not_lost(field: TagField, qtbot: QtBot) -> None:
    edit(field).setText("good\nbad #1\nbad #2\nalso good")

    assert field.values() == ("good", "also good")
    assert field.pending_text() == "bad #1"

    edit(field).setText("mended 1")
    qtbot.keyClick(edit(field), Key.Key_Return)

    assert field.values() == ("good", "also good", "mended 1")
    assert field.pending_text() == "bad #2"
    assert field.problem() is not None


def test_a_refused_character_stays_visible_and_is_named(field: TagField, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(field), "Lot #3")

    assert edit(field).text() == "Lot #3"
    problem = field.problem()
    assert problem is not None
    assert problem.code == "tag-character"
    assert "“#” can’t be used in a tag. Letters, digits, spaces and + - = . _ : / @ can." in texts(field)
    assert "#" in edit(field).accessibleDescription()


def test_a_refused_value_is_no_chip_but_a_mended_one_is(field: TagField, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(field), "Lot #3")
    assert not field.commit_pending()
    assert field.values() == ()

    for _ in range(2):
        qtbot.keyClick(edit(field), Key.Key_Backspace)

    assert field.problem() is None
    assert field.commit_pending()
    assert field.values() == ("Lot",)


def test_a_value_that_is_too_long_is_told(field: TagField) -> None:
    edit(field).setText("x" * 257)

    assert "Too long: 256 characters at most." in texts(field)


def test_more_values_than_keys_are_refused(shown: Show) -> None:
    field = opened(shown, TagField("Tag", "", TagRules(more_keys=("Tag3",)), "tag"))
    field.set_terms([Term("a"), Term("b")])
    edit(field).setText("c")

    assert not field.commit_pending()
    assert field.values() == ("a", "b")
    assert "Too many tags. A file can carry 2 at most." in texts(field)


def test_a_required_pattern_is_asked_for_only_when_the_value_is_whole(shown: Show, qtbot: QtBot) -> None:
    rules = TagRules(required_pattern="P-[0-9]{5}", organization="Example Ltd")
    field = opened(shown, TagField("Tag", "", rules, "tag"))
    qtbot.keyClicks(edit(field), "P-1")
    assert field.problem() is None

    qtbot.keyClick(edit(field), Key.Key_Return)

    assert field.values() == ()
    assert field.problem() is not None
    assert any(text.startswith("Example Ltd asks for a tag like P-") for text in texts(field))


def test_what_is_looked_for_may_be_older_than_the_pattern(shown: Show) -> None:
    field = opened(shown, TagField("Find", "", TagRules(required_pattern="P-.*"), "find", with_relations=True))
    edit(field).setText("Old tag")

    assert field.commit_pending()


def test_backspace_in_the_empty_line_goes_to_the_last_chip_and_then_removes_it(field: TagField, qtbot: QtBot) -> None:
    field.set_terms([Term("a"), Term("b")])

    qtbot.keyClick(edit(field), Key.Key_Backspace)
    assert field.values() == ("a", "b")
    assert chips(field)[1].hasFocus()

    qtbot.keyClick(chips(field)[1], Key.Key_Backspace)
    assert field.values() == ("a",)


def test_the_arrow_keys_walk_through_the_chips_and_back_into_the_line(field: TagField, qtbot: QtBot) -> None:
    field.set_terms([Term("a"), Term("b")])

    qtbot.keyClick(edit(field), Key.Key_Left)
    qtbot.keyClick(chips(field)[1], Key.Key_Left)
    assert chips(field)[0].hasFocus()

    qtbot.keyClick(chips(field)[0], Key.Key_Right)
    qtbot.keyClick(chips(field)[1], Key.Key_Right)
    assert edit(field).hasFocus()


def test_in_a_mirrored_window_the_right_arrow_leads_to_the_chips(field: TagField, qtbot: QtBot) -> None:
    field.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    edit(field).setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    field.set_terms([Term("a")])

    qtbot.keyClick(edit(field), Key.Key_Right)

    assert chips(field)[0].hasFocus()


@pytest.mark.parametrize("text", ["Lot 3", "القسم"])
def test_what_is_typed_stands_beside_the_chips_whichever_way_it_runs(field: TagField, qtbot: QtBot, text: str) -> None:
    edit = field.focusProxy()
    for direction, at_left in ((Qt.LayoutDirection.LeftToRight, True), (Qt.LayoutDirection.RightToLeft, False)):
        field.setLayoutDirection(direction)
        edit.setText(text)
        QApplication.processEvents()
        assert (edit.cursorRect().center().x() < edit.width() // 2) is at_left


def test_the_delete_key_removes_the_chip_that_has_the_keyboard(field: TagField, qtbot: QtBot) -> None:
    field.set_terms([Term("a"), Term("b"), Term("c")])
    chips(field)[1].setFocus()

    qtbot.keyClick(chips(field)[1], Key.Key_Delete)

    assert field.values() == ("a", "c")
    assert chips(field)[1].hasFocus()


def test_the_cross_of_a_chip_names_what_it_removes(field: TagField, qtbot: QtBot) -> None:
    field.set_terms([Term("Harbour Street")])
    cross = chips(field)[0].findChild(QToolButton)

    assert cross.accessibleName() == "Remove tag Harbour Street"
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert field.values() == ()


def test_enter_in_the_empty_line_submits(field: TagField, qtbot: QtBot) -> None:
    field.set_terms([Term("a")])

    with qtbot.waitSignal(field.submitted):
        qtbot.keyClick(edit(field), Key.Key_Return)


def test_control_enter_takes_the_text_and_submits(field: TagField, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(field), "Invoice")

    with qtbot.waitSignal(field.submitted):
        qtbot.keyClick(edit(field), Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    assert field.values() == ("Invoice",)


def test_control_enter_submits_nothing_that_is_refused(field: TagField, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit(field), "Lot #3")

    with qtbot.assertNotEmitted(field.submitted):
        qtbot.keyClick(edit(field), Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_all_and_any_are_offered_from_two_chips_on(query: TagField) -> None:
    joiner = query.joiner
    assert joiner is not None
    query.set_terms([Term("a")])
    assert not joiner.isVisible()

    query.set_terms([Term("a"), Term("b")])
    assert joiner.isVisible()
    assert query.joined() is Joined.ALL


def test_choosing_any_is_told(query: TagField, qtbot: QtBot) -> None:
    query.set_terms([Term("a"), Term("b")])
    assert query.joiner is not None
    any_button = next(b for b in query.joiner.findChildren(QWidget) if b.accessibleName() == "Any")

    with qtbot.waitSignal(query.changed):
        qtbot.mouseClick(any_button, Qt.MouseButton.LeftButton)

    assert query.joined() is Joined.ANY


def test_a_narrow_page_can_hold_all_and_any_elsewhere(query: TagField, shown: Show) -> None:
    row = QWidget()
    joiner = query.release_joiner()
    assert joiner is not None
    joiner.setParent(row)
    query.set_terms([Term("a"), Term("b")])

    query.hold_joiner()

    assert query.isAncestorOf(joiner)
    assert joiner.isVisible()


@pytest.mark.parametrize(
    ("relation", "reads"),
    [(Relation.IS, "Draft"), (Relation.IS_NOT, "not Draft"), (Relation.BEGINS_WITH, "begins with Draft")],
)
def test_a_chip_says_its_relation_in_words(query: TagField, relation: Relation, reads: str) -> None:
    query.set_terms([Term("Draft", relation)])

    assert chips(query)[0].text() == reads
    assert chips(query)[0].accessibleName() == f"Tag {reads}"


def test_the_menu_of_a_chip_changes_its_relation(query: TagField, qtbot: QtBot) -> None:
    query.set_terms([Term("Draft")])
    menu = chips(query)[0].relation_menu()

    assert [action.text() for action in menu.actions()] == ["is", "is not", "begins with"]
    assert menu.actions()[0].isChecked()
    with qtbot.waitSignal(query.changed):
        menu.actions()[1].trigger()
    assert query.terms() == (Term("Draft", Relation.IS_NOT),)


def test_enter_on_a_chip_opens_its_menu(query: TagField, qtbot: QtBot) -> None:
    query.set_terms([Term("Draft")])
    chips(query)[0].setFocus()
    qtbot.keyClick(chips(query)[0], Key.Key_Return)

    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


def test_a_screen_reader_hears_what_the_line_is_for_and_what_is_in_it(query: TagField) -> None:
    query.set_terms([Term("Invoice 2026"), Term("Harbour Street")])

    assert query.accessibleName() == "Find files by tag"
    assert edit(query).accessibleName() == "Find files by tag"
    assert edit(query).accessibleDescription() == "2 tags: Invoice 2026, Harbour Street"


def test_an_unseen_character_in_a_stored_value_is_shown_as_a_mark(query: TagField) -> None:
    query.set_terms([Term("a\u202eb")])

    assert chips(query)[0].text() == "a‹U+202E›b"


def test_the_field_wraps_up_to_three_lines_and_then_scrolls(field: TagField, qtbot: QtBot) -> None:
    field.resize(400, 300)
    one_line = field.sizeHint().height()

    field.set_terms([Term(f"A rather long value {n}") for n in range(12)])

    qtbot.waitUntil(lambda: field.sizeHint().height() == one_line + 2 * (u(28) + u(6)))
    area = field.findChild(QScrollArea)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert area.verticalScrollBar().value() == area.verticalScrollBar().maximum()


def test_the_line_to_type_in_keeps_its_width(field: TagField) -> None:
    field.resize(400, 300)
    field.set_terms([Term("A rather long value")])

    assert edit(field).width() >= u(160)


def test_files_that_are_dragged_are_left_to_the_window(field: TagField) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/tmp/a.pdf")])
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        files,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(edit(field), event)

    assert not event.isAccepted()


def test_files_in_the_clipboard_are_not_pasted_as_text(field: TagField, qtbot: QtBot) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/tmp/a.pdf")])
    files.setText("/tmp/a.pdf")
    QGuiApplication.clipboard().setMimeData(files)

    qtbot.keyClick(edit(field), Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    assert field.pending_text() == ""
    QGuiApplication.clipboard().clear()


def test_the_outline_follows_the_keyboard(field: TagField) -> None:
    field.focus_edit()
    assert theme().focus == field.grab().toImage().pixelColor(field.width() // 2, 1)

    edit(field).clearFocus()
    assert theme().focus != field.grab().toImage().pixelColor(field.width() // 2, 1)


def opened(shown: Show, field: TagField) -> TagField:
    shown(field)
    field.focus_edit()
    return field


def edit(field: TagField) -> QLineEdit:
    found = field.findChild(QLineEdit)
    assert isinstance(found, QLineEdit)
    return found


def chips(field: TagField) -> list[Chip]:
    found = [chip for chip in field.findChildren(Chip) if chip.isVisibleTo(field)]
    return sorted(found, key=lambda chip: (chip.y(), chip.x()))


def texts(field: TagField) -> list[str]:
    return [label.text() for label in field.findChildren(QLabel) if label.isVisibleTo(field)]


def test_an_undo_is_the_windows_unless_something_was_typed(field: TagField, qtbot: QtBot) -> None:
    undone: list[str] = []
    shortcut = QShortcut(QKeySequence("Ctrl+Z"), field.window())
    shortcut.activated.connect(lambda: undone.append("by the window"))
    qtbot.keyClicks(edit(field), "Invoice")
    qtbot.keyClick(edit(field), Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (field.pending_text(), undone) == ("", [])
    qtbot.keyClicks(edit(field), "Invoice")
    qtbot.keyClick(edit(field), Key.Key_Return)
    qtbot.keyClick(edit(field), Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (field.pending_text(), undone) == ("", ["by the window"])
