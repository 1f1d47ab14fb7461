"""Where ZIPs are saved: chosen in the settings, kept, and said clearly where it can't be."""

import os
from pathlib import Path
from zipfile import ZipFile

import pytest
from PySide6.QtWidgets import QFileDialog

from app.core.errors import LocalFileError
from app.ui.preferences import ZipPlace
from app.ui.transfers.transfer import State
from app.ui.transfers.wording import say
from app.ui.zip_target import ZipTarget
from tests.gui.settings.test_settings_page import choose


def plain(text):
    return text.replace("\u2068", "").replace("\u2069", "")


def offered(place):
    menu = place.settings.zip_place.menu()
    texts = [(action.text(), action.isChecked()) for action in menu.actions()]
    menu.deleteLater()
    return texts


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "Scans & more"
    folder.mkdir()
    return folder


@pytest.fixture
def stored(boto, buckets):
    for key in ("a.pdf", "b.pdf"):
        boto.put_object(Bucket=buckets.storage, Key=key, Body=key.encode(), Tagging="Tag1=Invoice 2026")


@pytest.fixture
def finder(person, stored):
    """Somebody who has found two files."""
    person.finds("Invoice 2026")
    return person


class TestChoosing:
    def test_downloads_is_where_at_first(self, new_place):
        place = new_place()
        assert offered(place) == [("Downloads", True), ("Ask each time", False), ("Choose a folder…", False)]
        assert place.settings.zip_place.accessibleName() == "Save ZIP files to: Downloads"

    def test_a_folder_stands_there_by_its_name_with_its_path_as_tooltip_also_at_the_next_start(self, new_place, scans):
        place = new_place()
        place.show_settings()
        choose(place.settings.zip_place, "Choose a folder…")
        dialog = place.settings.zip_place.findChild(QFileDialog)
        assert dialog.fileMode() == QFileDialog.FileMode.Directory
        dialog.fileSelected.emit(str(scans))
        dialog.reject()
        for shown in (place, new_place()):
            control = shown.settings.zip_place
            assert control.text() == "Scans & more"
            assert str(scans.parent) in control.toolTip()
            assert offered(shown)[:2] == [("Downloads", False), ("Scans && more", True)]

    def test_one_can_go_back_to_downloads_and_to_the_folder(self, new_place, scans):
        place = new_place()
        place.preferences.save_zips_in(scans)
        choose(place.settings.zip_place, "Downloads")
        assert (place.preferences.zip_place, place.settings.zip_place.toolTip()) == (ZipPlace.DOWNLOADS, "")
        choose(place.settings.zip_place, "Scans && more")
        assert place.preferences.zip_place is ZipPlace.FOLDER

    def test_a_file_that_lost_the_folder_means_downloads(self, new_place, scans):
        place = new_place()
        place.preferences.save_zips_in(scans)
        place.window.settings.remove("preferences/zip_folder")
        assert place.preferences.zip_place is ZipPlace.DOWNLOADS


class TestDownload:
    def test_is_saved_in_the_chosen_folder_beside_what_is_there(self, finder, scans):
        (scans / "Invoice 2026.zip").write_text("mine")
        finder.place.preferences.save_zips_in(scans)
        finder.presses(finder.place.find.download)
        finder.waits_for_transfers()
        assert plain(say(finder.place.queue.transfers[0]).title) == "Saved to Scans & more"
        assert (scans / "Invoice 2026.zip").read_text() == "mine"
        with ZipFile(scans / "Invoice 2026 (2).zip") as archive:
            assert archive.testzip() is None

    def test_asks_each_time_and_replaces_what_was_chosen(self, finder, scans):
        finder.place.preferences.zip_place = ZipPlace.ASK
        finder.presses(finder.place.find.download)
        dialog = finder.place.window.findChild(QFileDialog)
        assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        assert [Path(name).name for name in dialog.selectedFiles()] == ["Invoice 2026.zip"]
        assert not finder.place.queue.transfers
        output = scans / "For the tax office.zip"
        output.write_text("an old one")
        dialog.fileSelected.emit(str(output))
        dialog.reject()
        finder.waits_for_transfers()
        with ZipFile(output) as archive:
            assert sorted(archive.namelist()) == ["a.pdf", "b.pdf"]

    def test_nothing_is_saved_where_the_question_is_cancelled(self, finder):
        finder.place.preferences.zip_place = ZipPlace.ASK
        finder.presses(finder.place.find.download)
        finder.place.window.findChild(QFileDialog).reject()
        assert not finder.place.queue.transfers

    def test_says_that_the_chosen_folder_is_gone_and_goes_on_once_it_is_back(self, finder, scans):
        finder.place.preferences.save_zips_in(scans)
        scans.rmdir()
        finder.presses(finder.place.find.download)
        finder.waits_for_transfers()
        transfer = finder.place.queue.transfers[0]
        assert transfer.state is State.FAILED
        assert (say(transfer).title, plain(say(transfer).detail)) == (
            "The folder is gone",
            "“Scans & more” was moved, renamed or deleted, or its drive isn’t connected. "
            "Choose another folder in Settings.",
        )
        assert not scans.exists()
        scans.mkdir()
        finder.presses(finder.place.panel.line(transfer).retry)
        finder.waits_for_transfers()
        assert (scans / "Invoice 2026.zip").exists()


def test_a_folder_that_cannot_be_written_is_named(scans, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: not (path == scans and mode & os.W_OK))
    with pytest.raises(LocalFileError) as raised:
        ZipTarget(scans).make_ready()
    assert plain(f"{raised.value.title}. {raised.value.detail}") == (
        "Nothing can be saved in the folder. Your account on this computer has no right to “Scans & more”. "
        "Choose another folder in Settings."
    )
    assert raised.value.target == str(scans)
