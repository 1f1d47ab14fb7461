"""Who works here, at the foot of the sidebar."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QMenu

from app.core.identity import Identity
from app.ui.signin.account_row import AccountRow, _initials
from app.ui.theme import u

MARIA = Identity("1001", "maria.keller@example.com", "maria.keller@example.com", "example.com")
ROLE = Identity("0123456789abcdef", "assumed-role/Admin/maria")


@pytest.fixture
def row(shown):
    made = AccountRow("Example Ltd", has_menu=True)
    made.show_identity(MARIA)
    return shown(made, 196, 44)


def menu_of(row, qtbot):
    qtbot.waitUntil(lambda: any(menu.isVisible() for menu in row.findChildren(QMenu)))
    return next(menu for menu in row.findChildren(QMenu) if menu.isVisible())


def test_a_screen_reader_and_a_tooltip_say_the_whole_email(row):
    interface = QAccessible.queryAccessibleInterface(row)
    assert interface.role() == QAccessible.Role.PushButton
    assert interface.text(QAccessible.Text.Name) == "Signed in as maria.keller@example.com"
    assert row.toolTip() == "maria.keller@example.com\nExample Ltd"


def test_in_the_rail_it_keeps_name_and_tooltip(row):
    row.set_rail(True)
    assert row.height() == u(40)
    assert row.accessibleName() == "Signed in as maria.keller@example.com"
    assert row.toolTip().startswith("maria.keller@example.com")


def test_nothing_is_shown_before_anybody_is_known(shown):
    assert AccountRow("Example Ltd", has_menu=True).isHidden()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_the_menu_signs_out_by_keyboard(row, qtbot, key):
    row.setFocus()
    qtbot.keyClick(row, key)
    menu = menu_of(row, qtbot)
    assert [action.text() for action in menu.actions()] == ["Sign out", "Sign out everywhere"]
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    with qtbot.waitSignal(row.sign_out_asked) as told:
        qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert told.args == [False]


def test_everywhere_is_a_choice_of_its_own(row, qtbot):
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    menu = menu_of(row, qtbot)
    with qtbot.waitSignal(row.sign_out_asked) as told:
        menu.actions()[1].trigger()
    assert told.args == [True]
    menu.close()


def test_escape_closes_the_menu_and_signs_nobody_out(row, qtbot):
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    menu = menu_of(row, qtbot)
    with qtbot.assertNotEmitted(row.sign_out_asked):
        qtbot.keyClick(menu, Qt.Key.Key_Escape)


class TestWithoutASignIn:
    @pytest.fixture
    def row(self, shown):
        made = AccountRow("Example Ltd", has_menu=False)
        made.show_identity(ROLE)
        return shown(made, 196, 44)

    def test_it_says_which_aws_identity_is_used(self, row):
        interface = QAccessible.queryAccessibleInterface(row)
        assert interface.role() == QAccessible.Role.StaticText
        assert interface.text(QAccessible.Text.Name) == "Working with the AWS identity assumed-role/Admin/maria"
        assert row.toolTip() == "assumed-role/Admin/maria\nAWS identity"

    def test_it_has_no_menu_and_the_keyboard_passes_it(self, row, qtbot):
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
        assert row.findChildren(QMenu) == []
        assert row.focusPolicy() is Qt.FocusPolicy.NoFocus


@pytest.mark.parametrize(
    ("email", "initials"),
    [
        ("maria.keller@example.com", "MK"),
        ("maria@example.com", "M"),
        ("anna-lena.von.berg@example.com", "AB"),
        ("j.doe2@example.com", "JD"),
        ("4711@example.com", ""),
        ("żaneta.łuk@example.com", "ŻŁ"),
    ],
)
def test_initials(email, initials):
    assert _initials(email) == initials
