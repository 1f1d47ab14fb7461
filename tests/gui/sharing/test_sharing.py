"""Sharing from the window: the popup, the key, the link on the clipboard, and opening one."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel

from app.aws.signing import Presigner
from app.core.links import Link, link_from_text, link_to_text
from app.core.query import Query, query_of
from app.core.staging import Place
from app.ui.preferences import ZipPlace
from app.ui.services import WindowSettings
from app.ui.transfers.download import Download
from tests.gui.person import Person
from tests.proxy import answer, completes, once_there, reads_content, reads_from
from tests.server import keys_in

MIB = 1024**2
CONTENTS = {f"{number}.mov": random.Random(number).randbytes(6 * MIB) for number in range(2)}
QUERY = query_of(["Invoice 2026"])


@pytest.fixture
def stored(boto, buckets):
    for key, content in CONTENTS.items():
        boto.put_object(Bucket=buckets.storage, Key=key, Body=content, Tagging="Tag1=Invoice 2026")


@pytest.fixture
def found(person, stored):
    """The files are found."""
    QGuiApplication.clipboard().clear()
    person.finds("Invoice 2026")
    person.wait(lambda: person.place.sharing.button.isEnabled())


def shares(person):
    """Copy the link to what is chosen, once what is shown was looked at."""
    person.wait(person.place.sharing.button.isEnabled)
    person.place.sharing.copy_tagdrop_link()
    person.waits_for_transfers()


def clipboard():
    return QGuiApplication.clipboard().text()


def opens_popup(person):
    person.wait(person.place.sharing.button.isEnabled)
    person.presses(person.place.sharing.button)
    return person.place.sharing.popup


def saying(person):
    line = person.place.panel.line(person.place.queue.transfers[0])
    said = line.words()
    return said.title, said.detail.replace("\u2068", "").replace("\u2069", "")


def spoken_banner(place):
    banner = place.window._banners.current()
    return banner._sentence.replace("\u2068", "").replace("\u2069", "")


def saves_what_is_offered(person, place):
    person.presses(place.window._banners.current().button)


class TestThePopup:
    def test_copies_the_search_as_it_stands_at_once(self, person, found, boto, buckets):
        person.presses(opens_popup(person).tagdrop)
        assert clipboard() == "tagdrop:find?is=Invoice+2026"
        assert keys_in(boto, buckets.staging) == []

    def test_makes_a_zip_of_the_files_that_were_chosen_first(self, person, place, found, boto, buckets):
        place.find.table.toggle_row(0)
        person.presses(opens_popup(person).tagdrop)
        person.waits_for_transfers()
        link = link_from_text(clipboard())
        assert link.query == QUERY
        assert link.archive_key in keys_in(boto, buckets.staging)
        title, detail = saying(person)
        assert title == "Link copied"
        assert detail.startswith("Colleagues can open Invoice 2026.zip until tomorrow at ")

    def test_says_that_public_links_are_turned_off(self, person, found):
        popup = opens_popup(person)
        assert not popup.public.isEnabled()
        assert popup.public.toolTip() == "Turned off by Example Ltd"
        assert popup.tagdrop.hasFocus()
        popup.close()

    @pytest.fixture
    def shares_publicly(self, qtbot, new_place, services, stored):
        """Return what copies a public link to what is found, and returns whose window it is."""

        def share():
            place = new_place(WindowSettings("Example Ltd", public_links=True))
            place.connect_to(services)
            person = Person(qtbot, place)
            person.finds("Invoice 2026")
            person.wait(place.sharing.button.isEnabled)
            person.presses(opens_popup(person).public)
            person.waits_for_transfers()
            return person

        return share

    @pytest.fixture
    def session_is_short(self, monkeypatch):
        sign = Presigner.sign
        monkeypatch.setattr(
            Presigner, "sign", lambda self, key, name, until: sign(self, key, name, until - timedelta(hours=7))
        )

    def test_makes_a_public_link_where_that_is_allowed(self, shares_publicly):
        title, detail = saying(shares_publicly())
        assert "X-Amz-Signature=" in clipboard()
        assert title == "Link copied"
        assert re.fullmatch(r"Anyone who has this link can open it until (tomorrow at )?\d\d:\d\d\.", detail)

    def test_says_why_a_public_link_ends_early_with_its_session(self, shares_publicly, session_is_short):
        title, detail = saying(shares_publicly())
        assert title == "Link copied, it ends early"
        assert detail.endswith(
            ". It ends then already, because a public link ends with the session that signs it, and IT allows none that"
            " is longer."
        )

    def test_says_why_a_public_link_ends_early_with_the_zip(self, shares_publicly, monkeypatch):
        """Which was packed on this computer."""
        monkeypatch.setattr("app.services.share.LIFETIME", timedelta(hours=2))
        assert saying(shares_publicly())[1].endswith(
            ". It ends then already, because the ZIP that it leads to is deleted then."
        )

    @pytest.mark.parametrize("points", [10, 15])
    def test_says_so_to_the_end_in_a_narrow_window_with_large_text(
        self, shares_publicly, session_is_short, qapp, points
    ):
        person = shares_publicly()
        larger = qapp.font()
        larger.setPointSizeF(points)
        qapp.setFont(larger)
        person.place.window.resize(560, 620)
        person.place.window.drawer.set_open(True)
        panel = person.place.panel
        line = panel.line(person.place.queue.transfers[0])

        def is_whole(label):
            seen = panel._scroll.viewport()
            place = QRect(label.mapTo(seen, QPoint(0, 0)), label.size())
            return label.height() >= label.heightForWidth(label.width()) > 0 and seen.rect().contains(place)

        person.wait(lambda: line.width() < 560 and is_whole(line._title) and is_whole(line._detail))
        assert "…" not in QLabel.text(line._detail)
        assert line._detail.heightForWidth(line._detail.width()) > 2 * line._detail.fontMetrics().height()

    def test_closes_by_escape(self, person, found):
        popup = opens_popup(person)
        person.bot.keyClick(popup, Qt.Key.Key_Escape)
        person.wait(lambda: person.place.sharing.popup is None)


def test_the_key_copies_the_link_for_colleagues(person, place, found):
    person.bot.keyClick(
        place.find.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert clipboard() == "tagdrop:find?is=Invoice+2026"


def test_nothing_is_shared_while_nothing_can_be_taken(person, place, stored):
    place.window.show_page("find")
    assert not place.sharing.button.isEnabled()
    QGuiApplication.clipboard().setText("mine")
    place.sharing.copy_tagdrop_link()
    assert clipboard() == "mine"


def test_a_link_that_couldnt_be_made_can_be_tried_again(person, place, found, proxy, boto, buckets):
    proxy.on(lambda asked: completes(asked) and "/zip/" in asked.key, answer(403, "AccessDenied"), times=1)
    place.find.table.toggle_row(0)
    shares(person)
    line = place.panel.line(place.queue.transfers[0])
    assert line.words().title == "You don’t have access"
    assert clipboard() == ""
    person.wait(lambda: line.retry.isVisible())
    person.presses(line.retry)
    person.wait(lambda: clipboard())
    assert link_from_text(clipboard()).archive_key in keys_in(boto, buckets.staging)


def test_temporary_copies_show_what_is_shared_with_its_link_and_take_it_back(person, place, found, boto, buckets):
    place.find.table.toggle_row(0)
    shares(person)
    link = clipboard()
    QGuiApplication.clipboard().clear()
    person.wait(lambda: place.staging.model.rowCount() == 1)
    place.window.show_page("staging")
    tail = place.staging.view.indexWidget(place.staging.model.index(0))
    person.wait(tail.link.isVisible)
    person.presses(tail.link)
    assert clipboard() == link
    person.presses(tail.delete)
    person.wait(lambda: keys_in(boto, buckets.staging) == [])


def test_a_shared_zip_is_saved_as_it_is(person, place, found, tmp_path):
    place.find.table.selectAll()
    shares(person)
    person.wait(lambda: place.staging.model.rowCount() == 1)
    place.save_staged(place.staging.model.requests[0], tmp_path / "again.zip")
    person.waits_for_transfers()
    with ZipFile(tmp_path / "again.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS


class TestOpeningALink:
    @pytest.fixture
    def link(self, person, place, found):
        """A link to both files as a ZIP."""
        place.find.table.selectAll()
        shares(person)
        return clipboard()

    def test_shows_the_search_and_saves_the_zip(self, person, place, link):
        place.window.show_page("upload")
        place.opening.open_link(link)
        assert place.window.current_page() == "find"
        assert place.find.field.values() == ("Invoice 2026",)
        saves_what_is_offered(person, place)
        person.wait(lambda: (place.downloads / "Invoice 2026.zip").exists())
        person.waits_for_transfers()
        with ZipFile(place.downloads / "Invoice 2026.zip") as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS
        download = next(t for t in place.queue.transfers if t.output is not None)
        assert place.panel.line(download).words().detail.endswith("2 files, 12.6 MB")

    def test_saves_nothing_before_somebody_has_said_so(self, person, place, link):
        """A page in the browser can open a link."""
        before = place.queue.transfers
        place.opening.open_link(link)
        assert spoken_banner(place) == (
            "A link leads to Invoice 2026.zip. Save it if a colleague has sent you the link."
        )
        person.presses(place.window._banners.current().second)
        assert place.window._banners.current() is None
        assert place.queue.transfers == before

    def test_works_by_paste_into_the_find_field(self, person, place, link):
        place.find.field.clear()
        QGuiApplication.clipboard().setText(link)
        edit = place.find.field.focusProxy()
        edit.setFocus()
        person.bot.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert place.find.field.values() == ("Invoice 2026",)
        assert place.find.field.pending_text() == ""
        assert place.find.field.problem() is None
        person.wait(lambda: (place.downloads / "Invoice 2026.zip").exists())

    def test_asks_where_to_save_the_zip_where_the_person_wants_that(self, person, place, link, tmp_path):
        place.preferences.zip_place = ZipPlace.ASK
        place.opening.open_link(link)
        saves_what_is_offered(person, place)
        dialog = place.window.findChild(QFileDialog)
        assert [Path(name).name for name in dialog.selectedFiles()] == ["Invoice 2026.zip"]
        dialog.fileSelected.emit(str(tmp_path / "From Maria.zip"))
        dialog.reject()
        person.wait((tmp_path / "From Maria.zip").exists)
        person.waits_for_transfers()
        assert not place.downloads.exists()

    def test_goes_on_under_the_same_name_after_an_interruption(self, person, place, link, proxy, monkeypatch):
        monkeypatch.setattr("app.aws.retries.MAX_TRIES", 1)
        output = place.downloads / "Invoice 2026.zip"
        part = output.with_name(f"{output.name}.part")
        proxy.on(reads_from(8 * MIB), once_there(part, 8 * MIB))
        place.opening.open_link(link)
        saves_what_is_offered(person, place)
        person.waits_for_transfers()
        line = place.panel.line(next(t for t in place.queue.transfers if isinstance(t, Download)))
        assert "What has arrived is kept, and the next try goes on." in line.words().detail
        proxy.forget()
        person.wait(lambda: line.retry.isVisible())
        person.presses(line.retry)
        person.wait(output.exists)
        person.waits_for_transfers()
        assert [path.name for path in place.downloads.iterdir()] == [output.name]
        assert proxy.starts(lambda asked: reads_content(asked) and asked.key.endswith(".zip")) == [8 * MIB]
        with ZipFile(output) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS

    def test_waits_for_the_connection(self, person, place, link, new_place, services):
        other = new_place()
        other.opening.open_link(link)
        saves_what_is_offered(person, other)
        assert not other.queue.transfers
        other.connect_to(services)
        person.wait(lambda: (other.downloads / "Invoice 2026.zip").exists())


def test_a_link_to_everything_browses(person, place, stored):
    place.opening.open_link(link_to_text(Link(Query())))
    person.waits_for_search()
    assert sorted(person.names()) == sorted(CONTENTS)


def test_a_link_to_what_is_gone_says_so(person, place, stored):
    key = Place("1084", "20261124T093100Z-0123abcd", is_shared=True).archive_key("Lot 4.zip")
    place.opening.open_link(link_to_text(Link(QUERY, key)))
    saves_what_is_offered(person, place)
    person.waits_for_transfers()
    assert saying(person)[0] == "This ZIP isn’t there any more"
    assert not place.downloads.exists() or list(place.downloads.iterdir()) == []


@pytest.mark.parametrize("text", ["tagdrop:delete?is=a", "tagdrop:find?zip=../x", "tagdrop:find?is=a%00"])
def test_a_link_that_cant_be_read_is_said(place, text):
    place.opening.open_link(text)
    assert spoken_banner(place) == f"“{text}”: This link can’t be read. Ask for the link again."
    assert place.find.field.values() == ()


def test_what_is_typed_is_no_link(person, place):
    place.window.show_page("find")
    person.bot.keyClicks(place.find.field.focusProxy(), "tagdrop:find")
    assert place.find.field.pending_text() == "tagdrop:find"
