"""The window: places, keys, banners, drawer, drops, and the question before it closes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QSettings, QSize, Qt
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDragLeaveEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow
from app.ui.theme import u
from app.ui.widgets.banner import Banner
from app.ui.widgets.page import Page
from app.ui.widgets.sheet import Sheet
from tests.ui.test_drop_target import addresses, drop, files

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


class EditPage(Page):
    def __init__(self) -> None:
        super().__init__()
        self.edit, self.other = QLineEdit(), QLineEdit()
        self.layers = 0
        layout = QVBoxLayout(self)
        layout.addWidget(self.edit)
        layout.addWidget(self.other)

    def focus_first(self) -> None:
        self.edit.setFocus()

    def regions(self) -> tuple[QWidget, ...]:
        return (self.edit, self.other)

    def close_layer(self) -> bool:
        self.layers += 1
        return True


class Tall(QWidget):
    def sizeHint(self) -> QSize:
        return QSize(300, 900)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(shown: Callable[..., QWidget], settings: QSettings) -> MainWindow:
    made = MainWindow(settings)
    made.add_page("upload", "Upload", "upload", EditPage())
    made.add_page("find", "Find", "find", EditPage())
    made.add_page("staging", "Temporary copies", "clock", EditPage())
    shown(made, 1120, 720)
    return made


def page(window: MainWindow) -> EditPage:
    return next(each for each in window.findChildren(EditPage) if each.isVisible())


class TestPlaces:
    def test_the_first_page_is_shown(self, window: MainWindow) -> None:
        assert window.current_page() == "upload"

    def test_the_keyboard_begins_on_the_page(self, window: MainWindow) -> None:
        assert page(window).edit.hasFocus()

    @pytest.mark.parametrize(("key", "place"), [(Key.Key_1, "upload"), (Key.Key_2, "find"), (Key.Key_3, "staging")])
    def test_control_and_a_digit_go_to_a_place(self, window: MainWindow, qtbot: QtBot, key: Qt.Key, place: str) -> None:
        qtbot.keyClick(window, key, CONTROL)

        assert window.current_page() == place
        assert page(window).edit.hasFocus()

    def test_control_f_goes_to_the_field_of_find(self, window: MainWindow, qtbot: QtBot) -> None:
        qtbot.keyClick(window, Key.Key_F, CONTROL)

        assert window.current_page() == "find"
        assert page(window).edit.hasFocus()

    def test_a_press_in_the_sidebar_shows_the_page_and_moves_the_keyboard_there(
        self, window: MainWindow, qtbot: QtBot
    ) -> None:
        with qtbot.waitSignal(window.page_shown) as told:
            press_place(window, 2, qtbot)

        assert told.args == ["staging"]
        assert page(window).edit.hasFocus()

    def test_the_arrow_keys_walk_the_places_and_stay_in_the_list(self, window: MainWindow, qtbot: QtBot) -> None:
        places = window.sidebar.list
        places.setFocus()
        qtbot.keyClick(places, Key.Key_Down)

        assert window.current_page() == "find"
        assert places.hasFocus()

    def test_tab_leaves_the_list_of_places(self, window: MainWindow, qtbot: QtBot) -> None:
        window.sidebar.list.setFocus()
        qtbot.keyClick(window.sidebar.list, Key.Key_Tab)

        assert page(window).edit.hasFocus()

    def test_a_screen_reader_meets_a_list_with_counts(self, window: MainWindow) -> None:
        window.set_count("staging", 3)
        places = QAccessible.queryAccessibleInterface(window.sidebar.list)

        assert places.role() == QAccessible.Role.List
        assert places.text(QAccessible.Text.Name) == "Places"
        names = [places.child(n).text(QAccessible.Text.Name) for n in range(places.childCount())]
        assert names == ["Upload", "Find", "Temporary copies, 3"]


class TestWidth:
    def test_a_narrow_window_has_a_rail_whose_places_have_tooltips(self, window: MainWindow) -> None:
        model = window.sidebar.list.model()
        assert window.sidebar.width() == u(216)
        assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) is None

        window.resize(899, 600)

        assert window.sidebar.width() == u(56)
        assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "Upload"
        assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Upload"

    def test_large_text_counts_as_a_narrow_window(self, window: MainWindow, qapp: QApplication) -> None:
        larger = qapp.font()
        larger.setPointSizeF(15)
        qapp.setFont(larger)

        assert window.sidebar.is_rail
        assert window.sidebar.width() == 84

    def test_in_a_mirrored_window_the_sidebar_is_at_the_right(self, window: MainWindow) -> None:
        window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        QApplication.processEvents()

        assert window.sidebar.geometry().right() == window.rect().right()

    def test_with_large_text_it_stays_large_enough_for_its_buttons(
        self, window: MainWindow, qapp: QApplication
    ) -> None:
        twice = qapp.font()
        twice.setPointSizeF(20)
        qapp.setFont(twice)

        assert window.minimumSize() == QSize(720, 600).boundedTo(window.screen().availableSize())


class TestRegions:
    def test_f6_visits_sidebar_field_list_and_drawer(self, window: MainWindow, qtbot: QtBot) -> None:
        drawer = QLineEdit()
        window.set_drawer(drawer)
        window.toggle_drawer()
        page(window).edit.setFocus()

        seen = []
        for _ in range(4):
            qtbot.keyClick(QApplication.focusWidget(), Key.Key_F6)
            seen.append(QApplication.focusWidget())

        assert seen == [page(window).other, drawer, window.sidebar.list, page(window).edit]

    def test_shift_f6_goes_back(self, window: MainWindow, qtbot: QtBot) -> None:
        page(window).edit.setFocus()
        qtbot.keyClick(page(window).edit, Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)

        assert window.sidebar.list.hasFocus()


class TestDrawer:
    @pytest.fixture
    def content(self, window: MainWindow) -> QWidget:
        made = Tall()
        window.set_drawer(made)
        return made

    def test_control_j_opens_and_closes_it(self, window: MainWindow, content: QWidget, qtbot: QtBot) -> None:
        assert not window.drawer.is_open
        with qtbot.waitSignal(window.drawer.toggled):
            qtbot.keyClick(window, Key.Key_J, CONTROL)
        assert window.drawer.isVisible()

        qtbot.keyClick(window, Key.Key_J, CONTROL)
        qtbot.waitUntil(lambda: not window.drawer.isVisible())

    def test_it_takes_two_fifths_of_the_height_at_most(
        self, window: MainWindow, content: QWidget, qtbot: QtBot
    ) -> None:
        window.toggle_drawer()
        qtbot.waitUntil(lambda: window.drawer.height() == int(720 * 0.4))

        window.resize(1120, 600)
        qtbot.waitUntil(lambda: window.drawer.height() == 240)

    def test_without_motion_it_is_open_at_once(
        self, window: MainWindow, content: QWidget, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.ui.drawer.has_motion", lambda widget: False)
        window.toggle_drawer()

        assert window.drawer.height() == int(720 * 0.4)

    def test_closing_it_gives_the_keyboard_back_to_the_page(self, window: MainWindow, qtbot: QtBot) -> None:
        inside = QLineEdit()
        window.set_drawer(inside)
        window.toggle_drawer()
        inside.setFocus()
        qtbot.keyClick(inside, Key.Key_Escape)

        assert page(window).edit.hasFocus()

    def test_escape_closes_it_before_it_touches_the_page(
        self, window: MainWindow, content: QWidget, qtbot: QtBot
    ) -> None:
        window.toggle_drawer()
        qtbot.keyClick(window, Key.Key_Escape)
        assert not window.drawer.is_open
        assert page(window).layers == 0

        qtbot.keyClick(window, Key.Key_Escape)
        assert page(window).layers == 1


class TestBanners:
    def test_one_at_a_time_and_the_covered_one_comes_back(self, window: MainWindow) -> None:
        window.show_banner(Banner("warn", "offline", "No connection", "Text.", cause="offline"))
        window.show_banner(Banner("error", "alert", "Disk full", "Text."))
        assert banners(window) == ["Disk full. Text."]

        window.clear_banner("error")
        assert banners(window) == ["No connection. Text."]

        window.clear_banner("offline")
        assert banners(window) == []

    def test_the_same_cause_replaces_its_banner(self, window: MainWindow) -> None:
        for time in ("10:42", "10:50"):
            window.show_banner(Banner("warn", "offline", "No connection", time, cause="offline"))

        assert banners(window) == ["No connection. 10:50"]
        window.clear_banner("offline")
        assert banners(window) == []


class TestDrops:
    def test_while_dragging_the_page_becomes_the_panel_and_the_sidebar_stays(self, window: MainWindow) -> None:
        data = files("/home/a/1.pdf", "/home/a/2.pdf")
        drag(window, data)

        assert "Let go to add 2 files" in texts(window)
        assert window.sidebar.list.isVisible()
        assert window.childAt(QPoint(600, 300)) is not page(window)

        QApplication.sendEvent(window, QDragLeaveEvent())
        assert "Let go to add 2 files" not in texts(window)

    def test_dropped_files_lead_to_the_upload_page(self, window: MainWindow, qtbot: QtBot) -> None:
        window.show_page("find")
        with qtbot.waitSignal(window.files_dropped) as told:
            drop(window, files("/home/a/1.pdf"))

        assert told.args == [[Path("/home/a/1.pdf")]]
        assert window.current_page() == "upload"

    def test_a_web_address_is_answered_while_dragging_and_after(self, window: MainWindow) -> None:
        data = addresses("https://example.com/")
        drag(window, data)
        assert "This program hands over a web address, not a file." in texts(window)

        drop(window, addresses("https://example.com/"))
        assert banners(window) == ["This program hands over a web address, not a file. Save it first, then drop it."]

        drop(window, files("/home/a/1.pdf"))
        assert banners(window) == []

    def test_files_are_pasted_from_anywhere_in_the_window(self, window: MainWindow, qtbot: QtBot) -> None:
        QGuiApplication.clipboard().setMimeData(files("/home/a/1.pdf"))
        window.sidebar.list.setFocus()

        with qtbot.waitSignal(window.files_dropped):
            qtbot.keyClick(window.sidebar.list, Key.Key_V, CONTROL)
        QGuiApplication.clipboard().clear()

    def test_pasting_text_into_a_line_is_left_to_the_line(self, window: MainWindow, qtbot: QtBot) -> None:
        QGuiApplication.clipboard().setText("Invoice")
        page(window).edit.setFocus()
        qtbot.keyClick(page(window).edit, Key.Key_V, CONTROL)

        assert page(window).edit.text() == "Invoice"
        QGuiApplication.clipboard().clear()

    def test_nothing_is_taken_while_a_sheet_asks(self, window: MainWindow, qtbot: QtBot) -> None:
        sheet = Sheet("Question", "", "Go")
        window.open_sheet(sheet)
        with qtbot.assertNotEmitted(window.files_dropped):
            drop(window, files("/home/a/1.pdf"))

        sheet.reject()
        with qtbot.waitSignal(window.files_dropped):
            drop(window, files("/home/a/1.pdf"))


class TestCover:
    @pytest.fixture
    def cover(self, window: MainWindow) -> QLineEdit:
        made = QLineEdit()
        window.cover(made)
        return made

    def test_it_is_in_place_of_everything_and_has_the_keyboard(self, window: MainWindow, cover: QLineEdit) -> None:
        assert cover.size() == window.size()
        assert cover.hasFocus()
        assert not window.sidebar.isVisible()

    def test_keys_and_drops_mean_nothing_to_what_is_covered(
        self, window: MainWindow, cover: QLineEdit, qtbot: QtBot
    ) -> None:
        qtbot.keyClick(cover, Key.Key_2, CONTROL)
        qtbot.keyClick(cover, Key.Key_F6)
        with qtbot.assertNotEmitted(window.files_dropped):
            drop(window, files("/home/a/1.pdf"))
        assert window.current_page() == "upload"
        assert cover.hasFocus()

    def test_afterwards_the_keyboard_is_where_it_was(self, window: MainWindow, qtbot: QtBot) -> None:
        page(window).other.setFocus()
        window.cover(QLineEdit())
        window.cover(QLineEdit())
        window.uncover()
        assert page(window).other.hasFocus()
        with qtbot.waitSignal(window.files_dropped):
            drop(window, files("/home/a/1.pdf"))

    def test_where_that_is_gone_it_is_on_the_page(self, window: MainWindow) -> None:
        window.sidebar.list.setFocus()
        window.cover(QLineEdit())
        window.sidebar.hide()
        window.uncover()
        assert page(window).edit.hasFocus()

    def test_a_question_may_be_asked_over_it(self, window: MainWindow, cover: QLineEdit) -> None:
        window.close_guard = lambda: "Work is running."
        window.close()
        assert question(window).isAncestorOf(QApplication.focusWidget())


class TestClosing:
    def test_with_nothing_to_lose_it_just_closes(self, window: MainWindow, qtbot: QtBot) -> None:
        with qtbot.waitSignal(window.about_to_close):
            assert window.close()

    def test_with_work_running_it_asks_and_may_stay(self, window: MainWindow, qtbot: QtBot) -> None:
        window.close_guard = lambda: "12 of 38 files are not uploaded yet."
        assert not window.close()

        sheet = question(window)
        assert "12 of 38 files are not uploaded yet." in texts(window)
        with qtbot.assertNotEmitted(window.about_to_close):
            qtbot.keyClick(sheet.confirm, Key.Key_Escape)
        assert window.isVisible()

    def test_it_asks_once(self, window: MainWindow) -> None:
        window.close_guard = lambda: "Work is running."
        window.close()
        window.close()

        assert len([sheet for sheet in window.findChildren(Sheet) if sheet.isVisible()]) == 1

    def test_stop_and_close_closes(self, window: MainWindow, qtbot: QtBot) -> None:
        window.close_guard = lambda: "Work is running."
        window.close()
        sheet = question(window)

        with qtbot.waitSignal(window.about_to_close):
            qtbot.mouseClick(sheet.confirm, Qt.MouseButton.LeftButton)
        assert not window.isVisible()

    def test_it_asks_also_over_another_question(self, window: MainWindow, qtbot: QtBot) -> None:
        first = Sheet("“a.pdf” is already in use", "", "Keep both")
        window.open_sheet(first)
        window.close_guard = lambda: "Work is running."
        window.close()

        second = next(sheet for sheet in window.findChildren(Sheet) if sheet is not first)
        assert second.cancel.hasFocus()
        qtbot.keyClick(second.cancel, Key.Key_Escape)
        assert first.isVisible()
        assert first.confirm.hasFocus()

    def test_its_size_is_remembered(
        self, window: MainWindow, settings: QSettings, shown: Callable[..., QWidget], qtbot: QtBot
    ) -> None:
        window.resize(700, 500)
        window.close()
        again = MainWindow(settings)
        qtbot.addWidget(again)

        assert (again.width(), again.height()) == (700, 500)


def press_place(window: MainWindow, row: int, qtbot: QtBot) -> None:
    places = window.sidebar.list
    spot = places.visualRect(places.model().index(row, 0)).center()
    qtbot.mouseClick(places.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def drag(window: MainWindow, data: QMimeData) -> None:
    keys, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, button, keys))


def banners(window: MainWindow) -> list[str]:
    return [each.accessibleName() for each in window.findChildren(Banner) if each.isVisible()]


def texts(window: MainWindow) -> list[str]:
    return [each.text() for each in window.findChildren(QLabel) if each.isVisible()]


def question(window: MainWindow) -> Sheet:
    sheet = next(each for each in window.findChildren(Sheet) if each.isVisible())
    assert sheet.accessibleName() == "Close Tagdrop?"
    assert sheet.confirm.text() == "Stop and close"
    assert sheet.cancel.hasFocus()
    return sheet
