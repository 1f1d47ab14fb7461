"""The page of settings: what is chosen works at once and at the next start, and what IT has set is only shown."""

import json
import re
from dataclasses import replace
from zipfile import ZipFile

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from app import __version__
from app.core.capabilities import NOTHING
from app.ui.services import WindowSettings
from app.ui.theme import appearance

Key, Modifier = Qt.Key, Qt.KeyboardModifier
IT = (("Storage bucket", "files-of-example"), ("Region", "eu-central-1"), ("Endpoint", "AWS"))


def choose(control, text):
    """Choose a value in the menu of a control, as a press on it does."""
    menu = control.menu()
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.deleteLater()


def words(page):
    return {found.text() for found in page.findChildren(QLabel) if found.isVisible()}


def facts_of(place):
    return [(value.accessibleName(), value.toPlainText()) for value in place.settings.details.values()]


@pytest.fixture
def opened(new_place):
    """A window that isn't connected, with its settings shown."""
    place = new_place(WindowSettings("Example Ltd", details=IT))
    place.window.activateWindow()
    place.show_settings()
    return place


class TestWays:
    def test_control_comma_shows_them_from_any_page_and_begins_at_the_first(self, new_place, qtbot):
        place = new_place()
        with qtbot.waitActive(place.window):
            place.window.activateWindow()
        place.window.show_page("find", with_keyboard=True)
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Comma, Modifier.ControlModifier)
        assert place.window.current_page() == "settings"
        assert QApplication.focusWidget() is place.settings.scheme

    def test_the_button_at_the_foot_shows_them_and_says_so(self, new_place, qtbot):
        place = new_place()
        button = place.account_foot.button
        plain = button.grab().toImage()
        assert button.accessibleName() == "Settings"
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert place.window.current_page() == "settings"
        QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
        assert button.grab().toImage() != plain
        assert not place.window.sidebar.list.selectionModel().hasSelection()
        place.window.show_page("upload")
        assert button.grab().toImage() == plain

    def test_f6_goes_from_the_places_to_the_first_setting_and_back(self, opened, qtbot):
        opened.window.sidebar.list.setFocus()
        seen = []
        for _ in range(2):
            qtbot.keyClick(QApplication.focusWidget(), Key.Key_F6)
            seen.append(QApplication.focusWidget())
        assert seen == [opened.settings.scheme, opened.window.sidebar.list]

    @pytest.mark.parametrize("width", [1120, 600])
    def test_the_button_is_beside_the_account_and_in_the_rail_above_it(self, new_place, qtbot, width):
        place = new_place()
        place.window.resize(width, 720)
        foot, sidebar = place.account_foot, place.window.sidebar
        qtbot.waitUntil(lambda: sidebar.is_rail == (width < 900))
        at = foot.button.mapTo(sidebar, QPoint(0, 0)).x()
        assert (at > sidebar.width() / 2) == (width >= 900)
        assert at + foot.button.width() <= sidebar.width()


class TestAppearance:
    def test_is_followed_at_once_and_at_the_next_start(self, opened, new_place):
        choose(opened.settings.scheme, "Dark")
        assert appearance().theme.name == "dark"
        assert opened.settings.scheme.accessibleName() == "Appearance: Dark"
        assert new_place().preferences.scheme == "dark"
        choose(opened.settings.scheme, "Light")
        assert appearance().theme.name == "light"

    @pytest.mark.parametrize("key", [Key.Key_Space, Key.Key_Return, Key.Key_Down])
    def test_is_chosen_by_keyboard_alone(self, opened, qtbot, key):
        qtbot.keyClick(opened.settings.scheme, key)
        menu = opened.settings.scheme.findChild(QMenu)
        assert [action.text() for action in menu.actions() if action.isChecked()] == ["Follow the system"]
        for press in (Key.Key_Down, Key.Key_Down, Key.Key_Return):
            qtbot.keyClick(menu, press)
        assert opened.preferences.scheme == "light"

    def test_a_file_that_somebody_has_spoiled_means_the_system(self, opened):
        opened.window.settings.setValue("preferences/scheme", "purple")
        assert opened.preferences.scheme == "system"


class TestListOfContents:
    @pytest.fixture
    def stored(self, boto, buckets):
        for key in ("a.pdf", "b.pdf"):
            boto.put_object(Bucket=buckets.storage, Key=key, Body=b"content", Tagging="Tag1=Invoice 2026")

    def test_is_off_at_first(self, opened):
        assert (opened.settings.adds_list.isChecked(), opened.settings.adds_list.text()) == (False, "Off")

    def test_downloads_have_one_once_it_is_on(self, place, person, stored):
        place.show_settings()
        person.presses(place.settings.adds_list)
        assert place.settings.adds_list.text() == "On"
        person.finds("Invoice 2026")
        person.presses(place.find.download)
        person.waits_for_transfers()
        with ZipFile(place.downloads / "Invoice 2026.zip") as archive:
            listed = [name for name in archive.namelist() if name.endswith(".json")]
            assert len(json.loads(archive.read(listed[0]))["files"]) == 2

    def test_then_one_without_it_is_in_the_menu(self, place, person, stored):
        place.preferences.adds_list = True
        person.finds("Invoice 2026")
        assert place.find.bar.download_other.text() == "Download without a list of contents"
        place.find.bar.download_other.click()
        person.waits_for_transfers()
        with ZipFile(place.downloads / "Invoice 2026.zip") as archive:
            assert sorted(archive.namelist()) == ["a.pdf", "b.pdf"]

    def test_is_kept_for_the_next_start(self, opened, new_place):
        opened.settings.adds_list.click()
        assert new_place().settings.adds_list.isChecked()


class TestPublicLinks:
    @pytest.mark.parametrize(
        ("organization", "said"),
        [("Example Ltd", "Managed by Example Ltd"), ("", "Managed by your organisation")],
    )
    def test_are_shown_as_it_has_set_them_and_cannot_be_changed(self, new_place, organization, said):
        place = new_place(WindowSettings(organization, public_links=True))
        place.show_settings()
        control = place.settings.public_links
        assert (control.isEnabled(), control.isChecked(), control.text()) == (False, True, "On")
        assert said in words(place.settings)
        assert control.accessibleDescription() == f"Links that work without signing in. {said}."


class TestDetails:
    def test_are_hidden_until_asked_for(self, opened):
        assert not opened.settings.details.isVisible()

    @pytest.mark.parametrize("key", [Key.Key_Space, Key.Key_Return])
    def test_are_shown_and_hidden_by_keyboard_and_a_screen_reader_hears_which(self, opened, qtbot, key):
        states = []
        for _ in range(2):
            qtbot.keyClick(opened.settings.disclosure, key)
            state = QAccessible.queryAccessibleInterface(opened.settings.disclosure).state()
            states.append((opened.settings.details.isVisible(), bool(state.expandable), bool(state.expanded)))
        assert states == [(True, True, True), (False, True, False)]

    def test_before_a_connection_say_what_is_asked_and_with_what(self, opened):
        opened.settings.disclosure.click()
        facts = facts_of(opened)
        assert facts[:4] == [*IT, ("Tagdrop", __version__)]
        assert [name for name, _ in facts[4:]] == ["System"]

    def test_say_who_is_signed_in_and_what_is_weaker_here_once_that_is_known(self, place, services):
        known = [None, NOTHING.weaknesses(), ()]
        place.connect_to(replace(services, weaknesses=lambda: known[0]))
        place.show_settings()
        place.settings.disclosure.click()
        told = []
        while known:
            place.window.show_page("upload")
            place.show_settings()
            facts = facts_of(place)
            told.append(tuple(value for name, value in facts if name == "Weaker here"))
            known.pop(0)
        assert told == [(), NOTHING.weaknesses(), ("Nothing",)]
        assert facts[:2] == [("Signed in as", services.identity.label), ("User id", services.identity.user_id)]

    def test_follow_who_works_here_while_they_are_shown(self, opened, services):
        opened.settings.disclosure.click()
        opened.connect_to(services)
        assert ("User id", services.identity.user_id) in facts_of(opened)
        opened.forget()
        assert "User id" not in dict(facts_of(opened))

    def test_can_be_selected_and_copied_one_or_all(self, opened, qtbot):
        opened.settings.disclosure.click()
        value = opened.settings.details.values()[0]
        value.setFocus()
        qtbot.keyClick(value, Key.Key_A, Modifier.ControlModifier)
        qtbot.keyClick(value, Key.Key_C, Modifier.ControlModifier)
        assert QGuiApplication.clipboard().text() == "files-of-example"
        opened.settings.details.copy.click()
        lines = QGuiApplication.clipboard().text().splitlines()
        assert re.fullmatch(r"When: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", lines[0])
        assert lines[1:] == [f"{name}: {value}" for name, value in facts_of(opened)]


class TestRoom:
    @pytest.mark.parametrize(("width", "is_below"), [(1120, False), (600, True)])
    def test_a_control_is_below_its_words_where_there_is_little_room(self, opened, qtbot, width, is_below):
        opened.window.resize(width, 720)
        page = opened.settings
        title = next(found for found in page.findChildren(QLabel) if found.text() == "Public links")

        def distance():
            return page.public_links.mapTo(page, QPoint(0, 0)) - title.mapTo(page, QPoint(0, 0))

        qtbot.waitUntil(lambda: (distance().x() < 100) == is_below)
        assert (distance().y() > 2 * title.height()) == is_below

    def test_nothing_is_cut_off_at_the_side_in_the_narrowest_window(self, new_place, qtbot):
        name = "Donaudampfschifffahrtsgesellschaft für Unterwassergüterverkehrsverwaltung mbH"
        bucket = (("Staging bucket", "b" * 63),)
        place = new_place(WindowSettings(name, details=bucket))
        place.show_settings()
        place.settings.disclosure.click()
        place.window.resize(place.window.minimumSize())
        page = place.settings
        qtbot.waitUntil(lambda: page.width() < 480 and page.details.values()[0].isVisible())
        shown = [part for part in (*page.findChildren(QLabel), *page.details.values()) if part.isVisible()]
        assert len(shown) > 10
        for part in shown:
            assert part.mapTo(page, QPoint(part.width(), 0)).x() <= page.width()
        long = page.details.values()[0]
        assert long.height() >= 2 * long.fontMetrics().height() - 4
