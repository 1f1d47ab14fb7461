"""What interrupted downloads have left goes before the journal does, whatever the disks do."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from pathlib import Path

import pytest

from app.core.downloads import ArchiveFetch
from app.core.errors import LocalFileError
from app.core.query import Query, Term
from app.core.sharing import ShareRequest
from app.journal.file import JournalFile
from app.journal.request_formats import DownloadFormat, ShareFormat
from app.journal.requests import Requests
from app.services import delete_parts as module
from app.services.delete_parts import delete_packings, delete_parts
from app.services.downloading import wanted_by
from app.services.zip_part.place import discard_parts, journal_path, part_path
from tests.fakes import MovedClock


@pytest.fixture
def journal(tmp_path):
    with closing(JournalFile(tmp_path / "journal.sqlite")) as file:
        yield Requests(file, DownloadFormat(), "eu-central-1/files", MovedClock())


@pytest.fixture
def interrupt(journal, tmp_path):
    """Return what lets a download to a folder be interrupted, and returns the folder."""

    def interrupt(name):
        output = tmp_path / name / "Invoices.zip"
        output.parent.mkdir()
        request = ArchiveFetch("shared/1001/x/Invoices.zip", output, False, True, 100)
        journal.begin(request).leave()
        part_path(output).write_bytes(b"half of it")
        journal_path(part_path(output)).write_text(json.dumps(wanted_by(request).header()) + "\n")
        return output.parent

    return interrupt


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_part_and_its_notes_go_and_nothing_else(journal, interrupt):
    folder = interrupt("Downloads")
    (folder / "Holiday.zip.part").write_bytes(b"of another program")
    (folder / "Invoices.zip").write_bytes(b"of another day")
    assert delete_parts(journal) == ()
    assert names_in(folder) == ["Holiday.zip.part", "Invoices.zip"]


def test_what_somebody_is_at_is_left_to_them(journal, interrupt):
    folder = interrupt("Downloads")
    _, record = journal.take_up(journal.open_transfers()[0].id)
    assert delete_parts(journal) == ()
    record.leave()
    assert names_in(folder) == ["Invoices.zip.part", "Invoices.zip.part.json"]


@pytest.mark.parametrize("end", [".part", ".part.json"])
def test_what_cant_be_deleted_is_named_and_not_in_the_way_of_the_others(journal, interrupt, monkeypatch, end):
    folders = [interrupt("One"), interrupt("Two")]
    unlink = Path.unlink

    def refuse(path, missing_ok=False):
        if path == folders[0] / f"Invoices.zip{end}":
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    (error,) = delete_parts(journal)
    assert (error.code, error.target) == ("part-left", str(folders[0] / "Invoices.zip.part"))
    assert error.title == "What an interrupted download has left couldn’t be deleted"
    assert error.detail == "Can’t be read or written. Delete it yourself, and the file beside it that ends in .json."
    assert names_in(folders[1]) == []


def test_a_folder_that_is_away_is_told(journal, interrupt, tmp_path):
    folder = interrupt("Stick")
    folder.rename(tmp_path / "elsewhere")
    (error,) = delete_parts(journal)
    assert error.target == str(folder / "Invoices.zip.part")
    assert error.detail.startswith("Its folder isn’t there; it may be on a disk that is away. Delete it yourself")


def test_a_disk_that_gives_no_answer_is_not_waited_for_nor_in_the_way(journal, interrupt, monkeypatch):
    folders, answers, is_deleted = [interrupt("Server"), interrupt("Downloads")], threading.Event(), threading.Event()

    def discard(output, wanted):
        if output.parent == folders[0]:
            answers.wait(30)
        discard_parts(output, wanted)
        if output.parent == folders[1]:
            is_deleted.set()

    monkeypatch.setattr(module, "discard_parts", discard)
    (error,) = (error for error in delete_parts(journal, seconds=0.3) if error.target.startswith(str(folders[0])))
    assert error.detail.startswith("Its disk doesn’t answer. ")
    assert is_deleted.wait(30)
    assert len(journal.open_transfers()) == 2
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "delete-parts":
            thread.join(10)


def test_what_a_link_was_packed_in_goes_too(tmp_path):
    folder = tmp_path / "tagdrop-x"
    folder.mkdir(mode=0o700)
    (folder / "Invoices.zip.part").write_bytes(b"half of it")
    with closing(JournalFile(tmp_path / "journal.sqlite")) as file:
        links = Requests(file, ShareFormat(), "eu-central-1/files", MovedClock())
        links.begin(ShareRequest((), Query((Term("Invoices"),)), "1001")).leave()
        links.begin(ShareRequest((), Query((Term("Invoices"),)), "1001", folder=folder)).leave()
        delete_packings(links)
    assert not folder.exists()


def test_a_journal_that_cant_be_read_is_logged(journal, monkeypatch, caplog):
    def fail():
        raise LocalFileError("journal-unusable", "No")

    monkeypatch.setattr(journal, "open_transfers", fail)
    assert delete_parts(journal) == ()
    delete_packings(journal)
    assert "Interrupted downloads can't be read" in caplog.text
    assert "Interrupted links can't be read" in caplog.text
