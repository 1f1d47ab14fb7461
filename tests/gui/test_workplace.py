import threading

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.core.errors import ConfigurationError, OutageError
from app.core.query import Term
from app.ui.connecting import Connecting
from app.ui.not_set_up import NotSetUp
from app.ui.transfers.wording import unfinished
from app.ui.widgets.sheet import Sheet
from tests.gui.person import Person
from tests.proxy import hold_until, puts_object


def write(folder, *names):
    for name in names:
        (folder / name).write_text("content of a file")
    return folder


def not_set_up():
    raise ConfigurationError("not-set-up", "Tagdrop isn’t set up on this computer yet", "", "")


def shown_page(person):
    person.wait(lambda: any(page.isVisible() for page in person.place.window.findChildren(NotSetUp)))
    pages = [page for page in person.place.window.findChildren(NotSetUp) if page.isVisible()]
    return pages[-1]


class TestConnecting:
    @pytest.fixture
    def opened(self, qtbot, new_place, runner):
        def open_with(connect, take_settings=None):
            place = new_place()
            connecting = Connecting(place, connect, runner, take_settings=take_settings)
            connecting.start()
            person = Person(qtbot, place)
            person.connecting = connecting
            return person

        return open_with

    def test_a_search_that_was_typed_meanwhile_begins_when_it_is_connected(self, opened, services, boto, buckets):
        boto.put_object(Bucket=buckets.storage, Key="a.pdf", Body=b"x", Tagging="Tag1=Lot")
        go_on = threading.Event()

        def connect():
            go_on.wait(30)
            return services

        person = opened(connect)
        person.place.window.show_page("find")
        person.place.find.search_for([Term("Lot")])
        assert person.said() == "Connecting to your files. This takes a moment."
        go_on.set()
        person.waits_for_search()
        assert person.names() == ["a.pdf"]

    def test_an_outage_is_a_banner_with_another_try(self, opened, services):
        answers = [OutageError("no-connection", "No connection to the storage", "Check the network."), None]

        def connect():
            error = answers.pop(0)
            if error:
                raise error
            return services

        person = opened(connect)
        banners = person.place.window._banners
        person.wait(banners.current)
        assert banners.current().accessibleName() == "No connection to the storage. Check the network."
        person.presses(banners.current().button)
        person.wait(lambda: banners.current() is None and person.place._services is services)

    def test_without_settings_the_window_says_what_it_needs(self, opened):
        def connect():
            raise ConfigurationError("not-set-up", "Tagdrop isn’t set up on this computer yet", "", "")

        person = opened(connect)
        person.wait(lambda: person.place.window.findChild(NotSetUp))
        page = person.place.window.findChild(NotSetUp)
        assert page.state.accessibleName() == (
            "Tagdrop isn’t set up on this computer yet. It needs a small settings file from your IT team."
        )
        page.details_asked.emit()
        assert "Error: not-set-up" in QGuiApplication.clipboard().text()

    def test_the_file_from_it_is_taken_and_the_window_opened_anew(self, opened, tmp_path):
        taken = []
        person = opened(not_set_up, taken.append)
        page = shown_page(person)
        assert (page.open.text(), page.open.hasFocus()) == ("Open the file from IT…", True)
        person.presses(page.open)
        dialog = page.findChild(QFileDialog)
        with person.bot.waitSignal(person.connecting.settings_taken):
            dialog.fileSelected.emit(str(tmp_path / "c.toml"))
        assert taken == [tmp_path / "c.toml"]
        dialog.reject()

    def test_a_file_that_cannot_be_used_is_explained_and_another_one_can_be_opened(self, opened, tmp_path):
        def refuse(file):
            raise ConfigurationError("setting-unknown", "Unknown setting regoin", "Did you mean region?", f"{file}:4")

        person = opened(not_set_up, refuse)
        first = shown_page(person)
        person.presses(first.open)
        dialog = first.findChild(QFileDialog)
        dialog.fileSelected.emit("c.toml")
        person.wait(lambda: shown_page(person) is not first)
        page = shown_page(person)
        assert page.state.accessibleName().startswith("Tagdrop’s settings can’t be used. c.toml:4: Unknown setting")
        assert page.open.isVisible()

    def test_trying_again_reads_the_settings_anew_where_they_can_be_taken(self, opened):
        person = opened(not_set_up, lambda file: None)
        with person.bot.waitSignal(person.connecting.settings_taken):
            person.presses(shown_page(person).retry)

    def test_wrong_settings_are_named_with_their_place(self, opened):
        def connect():
            raise ConfigurationError("setting-unknown", "Unknown setting regoin", "Did you mean region?", "c.toml:4")

        person = opened(connect)
        person.wait(lambda: person.place.window.findChild(NotSetUp))
        page = person.place.window.findChild(NotSetUp)
        assert page.state.accessibleName() == (
            "Tagdrop’s settings can’t be used. c.toml:4: Unknown setting regoin. Did you mean region?"
        )


class TestClosing:
    @pytest.fixture
    def busy(self, person, place, proxy, files):
        """An upload that doesn't end by itself."""
        go_on = threading.Event()
        proxy.on(puts_object, hold_until(go_on))
        place.window.close_guard = place.unfinished
        person.drops_and_waits(write(files, "a.pdf"))
        person.types(place.upload.list.field, "Lot 3")
        person.presses(place.upload.list.upload)
        person.wait(lambda: proxy.count(puts_object))
        yield place.window
        go_on.set()

    def test_with_work_running_it_asks_once(self, person, busy):
        busy.close()
        assert busy.isVisible()
        (sheet,) = busy.findChildren(Sheet)
        assert sheet._text.text() == "0 of 1 file uploaded so far. The rest can go on at the next start."
        person.presses(sheet.confirm)
        person.wait(lambda: not busy.isVisible())

    def test_it_stays_open_when_that_is_wanted(self, person, busy):
        busy.close()
        person.presses(busy.findChildren(Sheet)[0].cancel)
        assert busy.isVisible()

    def test_without_work_it_closes_without_a_question(self, person, place):
        place.window.close_guard = lambda: unfinished(place.queue.open_transfers)
        place.window.close()
        assert not place.window.isVisible()


def test_a_rebuilt_index_is_told_once_in_a_quiet_banner(person, place):
    place.refresh.rebuilt.emit()
    banner = place.window._banners.current()
    assert banner.kind == "info"
    assert banner.accessibleName() == (
        "Searches take longer for a while. The list of files on this computer was damaged and is made anew."
    )
    person.presses(banner.button)
    assert place.window._banners.current() is None
