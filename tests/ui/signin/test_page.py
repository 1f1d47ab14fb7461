"""The page that covers the window: keyboard, screen readers, sizes."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.core.errors import SignInError
from app.ui.signin.page import SignInPage
from app.ui.signin.view import Action, Choice, View
from app.ui.signin.wording import Wording, busy
from app.ui.theme import u

Key = Qt.Key
WORDING = Wording("Example Ltd", ("example.com",))
PERSONAL = SignInError("personal-account", "", "", "maria.keller@gmail.com")
ADDRESS = "https://accounts.example.com/authorize?" + "&".join(f"parameter{number}=value" for number in range(20))


@pytest.fixture
def page(shown):
    made = SignInPage("Example Ltd")
    shown(made, 1120, 720)
    made.show_view(WORDING.start())
    made.setFocus()
    return made


@pytest.fixture
def chosen(page):
    actions = []
    page.chosen.connect(actions.append)
    return actions


@pytest.fixture
def said(monkeypatch):
    """Every sentence that a screen reader is told to say."""
    sentences = []
    for module in ("app.ui.signin.page", "app.ui.widgets.banner"):
        monkeypatch.setattr(f"{module}.announce", lambda widget, sentence, is_urgent=False: sentences.append(sentence))
    return sentences


def focused():
    return QApplication.focusWidget()


class TestKeyboard:
    def test_it_begins_on_the_filled_button(self, page):
        assert focused() is page.button(Action.SIGN_IN)

    @pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Space])
    def test_enter_and_space_press_it(self, page, chosen, qtbot, key):
        qtbot.keyClick(focused(), key)
        assert chosen == [Action.SIGN_IN]

    def test_tab_goes_through_the_buttons_and_enter_presses_where_it_is(self, page, chosen, qtbot):
        qtbot.keyClick(focused(), Key.Key_Tab)
        assert focused() is page.button(Action.COPY_INSTEAD)
        qtbot.keyClick(focused(), Key.Key_Return)
        assert chosen == [Action.COPY_INSTEAD]

    def test_a_key_that_is_still_held_presses_nothing(self, page, chosen):
        held = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True)
        QApplication.sendEvent(focused(), held)
        assert chosen == []

    def test_escape_cancels(self, page, chosen, qtbot):
        page.show_view(WORDING.waiting(is_open=True))
        qtbot.keyClick(focused(), Key.Key_Escape)
        assert chosen == [Action.CANCEL]

    def test_while_the_page_is_being_opened_enter_means_nothing(self, page, chosen, qtbot):
        page.show_view(WORDING.waiting(is_open=False))
        assert focused() is page
        qtbot.keyClick(focused(), Key.Key_Return)
        assert chosen == []
        again = page.button(Action.OPEN_AGAIN)
        assert (again.isEnabled(), again.toolTip()) == (False, "It opens in a moment.")

        page.show_view(WORDING.waiting(is_open=True))
        assert focused() is page.button(Action.OPEN_AGAIN)

    def test_it_stays_on_the_same_action(self, page, qtbot):
        page.show_view(WORDING.waiting(is_open=False))
        page.button(Action.CANCEL).setFocus()
        page.show_view(WORDING.waiting(is_open=True))
        assert focused() is page.button(Action.CANCEL)

    def test_a_page_that_changes_while_something_else_has_it_leaves_it_there(self, shown):
        window = QWidget()
        page, edit = SignInPage(), QLineEdit()
        QVBoxLayout(window).addWidget(page)
        window.layout().addWidget(edit)
        page.show_view(WORDING.start())
        shown(window)
        page.setFocus()
        edit.setFocus()
        page.show_view(WORDING.problem(PERSONAL, can_leave=False))
        assert focused() is edit

    def test_a_page_that_changes_while_the_person_is_in_the_browser_has_it_when_they_come_back(self, page, shown):
        browser = shown(QWidget())
        assert not page.isActiveWindow()
        page.show_view(WORDING.problem(PERSONAL, can_leave=False))
        browser.close()
        page.activateWindow()
        assert page.window().focusWidget() is page.button(Action.OTHER_ACCOUNT)


class TestScreenReaders:
    def test_the_page_is_a_dialog_with_its_words_as_name(self, page):
        interface = QAccessible.queryAccessibleInterface(page)
        assert interface.role() == QAccessible.Role.Dialog
        name = interface.text(QAccessible.Text.Name)
        assert name.startswith("Sign in to Tagdrop. Use your work account")

    def test_a_page_is_announced_when_it_appears(self, page, said):
        page.show_view(busy("Signing out", "This takes a moment."))
        assert said == ["Signing out. This takes a moment."]

    def test_a_refusal_is_announced_once(self, page, said):
        page.show_view(WORDING.problem(PERSONAL, can_leave=False))
        (sentence,) = said
        assert sentence.startswith("This account can’t be used here. ")

    def test_the_same_page_again_says_nothing(self, page, said):
        page.show_view(WORDING.start())
        assert said == []

    def test_the_address_has_a_name_and_can_be_selected_by_keyboard(self, page, qtbot):
        page.show_view(WORDING.address(ADDRESS, is_copied=False))
        edit = page.findChild(QLineEdit)
        assert edit.accessibleName() == "Address of the sign-in page"
        qtbot.keyClick(focused(), Key.Key_Backtab)
        assert focused() is edit
        assert edit.selectedText() == ADDRESS
        qtbot.keyClick(edit, Key.Key_Delete)
        assert edit.text() == ADDRESS


class TestLooks:
    def test_the_organisation_is_named_at_the_foot(self, page):
        assert "Set up for Example Ltd by your IT team" in texts(page)

    def test_markup_in_a_name_is_shown_as_it_is(self, page):
        error = SignInError("personal-account", "", "", "<b>maria</b>@gmail.com")
        page.show_view(WORDING.problem(error, can_leave=False))
        assert any("<b>maria</b>@gmail.com" in text for text in texts(page))
        assert all(found.textFormat() is Qt.TextFormat.PlainText for found in page.findChildren(QLabel) if found.text())

    def test_an_address_shows_its_beginning(self, page):
        page.show_view(WORDING.address(ADDRESS, is_copied=False))
        edit = page.findChild(QLineEdit)
        edit.setFocus()
        assert edit.cursorPosition() == 0

    def test_buttons_that_dont_fit_side_by_side_get_lines_of_their_own(self, page):
        view = View("Title", choices=tuple(Choice(action, "A rather long word") for action in list(Action)[:4]))
        page.show_view(view)
        page.resize(480, 500)
        QApplication.processEvents()
        places = [page.button(choice.action).geometry() for choice in view.choices]
        assert len({place.top() for place in places}) == 2
        assert not any(one.intersects(other) for one in places for other in places if one is not other)
        parent = page.button(view.choices[0].action).parentWidget()
        assert all(parent.rect().contains(place) for place in places)

    def test_in_a_mirrored_window_the_first_button_is_at_the_right(self, page):
        page.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        page.show_view(WORDING.problem(PERSONAL, can_leave=False))
        QApplication.processEvents()
        first, second = page.button(Action.OTHER_ACCOUNT), page.button(Action.COPY_DETAILS)
        assert first.x() > second.x()

    def test_without_room_the_mark_is_left_out_before_anything_must_be_scrolled(self, page):
        page.show_view(WORDING.problem(PERSONAL, can_leave=True))
        QApplication.processEvents()
        assert page._logo.isVisible()
        page.resize(480, 330)
        QApplication.processEvents()
        assert not page._logo.isVisible()
        assert page._scroll.verticalScrollBar().maximum() == 0
        assert page.button(Action.OTHER_ACCOUNT).visibleRegion().boundingRect().height() == u(34)


def texts(page):
    return [found.text() for found in page.findChildren(QLabel)]
