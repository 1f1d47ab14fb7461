"""Freeing parts before the journal goes, whatever the storage does."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from app.core.errors import LocalFileError, MissingError, OutageError, RefusalError
from app.core.events import SourceFile, UploadStatus
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.journal.file import JournalFile
from app.journal.transfers import Transfers
from app.services.uploads.freeing import free_uploads
from tests.fakes import MovedClock


class Storage:
    """Frees parts, or does what it is told instead."""

    def __init__(self, *instead):
        self.asked = []
        self._instead = list(instead)

    def __call__(self):
        return self

    def abort_upload(self, key, upload_id):
        self.asked.append((key, upload_id))
        if self._instead:
            self._instead.pop(0)()


def raising(error):
    def fail():
        raise error

    return fail


def request(*names):
    files = tuple(UploadFile(SourceFile(Path("/in") / name, (name,), name, 10, 5), ("A",)) for name in names)
    return UploadRequest(files, (), "", TagRules(), "maria@example.com", True)


@pytest.fixture
def journal(tmp_path):
    with closing(JournalFile(tmp_path / "journal.sqlite")) as file:
        yield Transfers(file, "eu-central-1/files", MovedClock())


@pytest.fixture
def interrupted(journal):
    """Let two uploads be interrupted; of the first one file is done."""
    for names in (("a", "b"), ("c",)):
        record = journal.begin(request(*names), [1] * len(names))
        for place, name in enumerate(names):
            record.begun(place, f"upload-{name}")
        if "b" in names:
            record.settled(1, UploadStatus.UPLOADED)
        record.leave()


def test_what_was_begun_and_is_not_done_is_freed(interrupted, journal):
    storage = Storage()
    free_uploads(storage, journal)
    assert storage.asked == [("a", "upload-a"), ("c", "upload-c")]
    assert len(journal.open_transfers()) == 2


def test_what_somebody_is_at_is_left_to_them(interrupted, journal):
    storage, busy = Storage(), journal.open_transfers()[0].id
    _, record = journal.take_up(busy)
    free_uploads(storage, journal)
    record.leave()
    assert storage.asked == [("c", "upload-c")]


def test_where_nothing_was_begun_the_storage_is_not_opened(journal):
    journal.begin(request("a"), [1]).leave()
    free_uploads(lambda: pytest.fail("opened"), journal)


@pytest.mark.parametrize("error", [RefusalError("forbidden", "No"), MissingError("no-such-upload", "Gone")])
def test_one_that_is_refused_or_gone_is_not_in_the_way_of_the_next(interrupted, journal, error):
    storage = Storage(raising(error))
    free_uploads(storage, journal)
    assert [key for key, _ in storage.asked] == ["a", "c"]


def test_an_outage_ends_it_and_is_logged(interrupted, journal, caplog):
    storage = Storage(raising(OutageError("no-connection", "No connection")))
    free_uploads(storage, journal)
    assert [key for key, _ in storage.asked] == ["a"]
    assert "can't be freed (no-connection)" in caplog.text


def test_a_storage_that_says_nothing_is_not_waited_for(interrupted, journal, caplog):
    answers = threading.Event()
    storage = Storage(lambda: answers.wait(30))
    free_uploads(storage, journal, seconds=0.05)
    assert "couldn't be freed in time" in caplog.text
    assert len(journal.open_transfers()) == 2
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "free-uploads":
            thread.join(10)
    assert [key for key, _ in storage.asked] == ["a"]


def test_a_journal_that_cant_be_read_is_logged(journal, monkeypatch, caplog):
    monkeypatch.setattr(journal, "open_transfers", raising(LocalFileError("journal-unusable", "No")))
    free_uploads(lambda: pytest.fail("opened"), journal)
    assert "can't be read" in caplog.text
