"""What the journal keeps of downloads, links and deletions."""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.deletions import CopiesDeletion
from app.core.downloads import ArchiveFetch, CopiesFetch, FetchRequest, Listing, Survey
from app.core.errors import InputError, LocalFileError, NothingFoundError, RefusalError
from app.core.events import Match, Unreadable
from app.core.objects import StoredObject
from app.core.open_transfers import OpenTransfer, TransferKind
from app.core.query import Joined, Query, Relation, Term
from app.core.search_report import SearchReport
from app.core.sharing import ShareRequest
from app.journal.file import JournalFile, journal_path
from app.journal.journal import WorkJournal
from tests.fakes import MovedClock

STORAGE = "eu-central-1/files"
NOON = datetime(2026, 11, 25, 12, 0, 0, 5, tzinfo=UTC)
QUERY = Query((Term("Größe"), Term("Lot", Relation.BEGINS_WITH), Term("Draft", Relation.IS_NOT)), Joined.ANY)
OUTPUT = Path("/home/maria/Downloads/見積\udce4.zip")


def match(key, size_bytes=7):
    stored = StoredObject(key, size_bytes, NOON, f"etag of {key}")
    return Match(stored, {"Tag1": "A", "Other": "見積書"}, ("A",))


def survey():
    report = SearchReport(2, 5, 1, False, "live", NOON)
    return Survey(QUERY, report, (Unreadable("x", RefusalError("forbidden", "No access", "Ask IT.", "x")),))


def fetch_request(output=OUTPUT, **given):
    return FetchRequest((match("b.pdf"), match("a/見積書.pdf", 5)), output, "Lot 1", "1001", **given)


DOWNLOADS = [
    fetch_request(),
    fetch_request(force=True, is_marked=False, in_cloud=True),
    fetch_request(listing=Listing(QUERY, is_all=True)),
    CopiesFetch("20261125T120000Z-00000000", "1001", OUTPUT, True, False, 3, 900),
    ArchiveFetch("shared/1002/20261125T120000Z-00000000/zip/a.zip", OUTPUT, True, False, 900),
]


@pytest.fixture
def path(tmp_path):
    return journal_path(tmp_path / "journal", "1001")


@pytest.fixture
def open_journal(path):
    """Open the journal as another start of the program does."""
    files = []

    def open_it(storage=STORAGE):
        files.append(JournalFile(path))
        return WorkJournal(files[-1], storage, MovedClock())

    yield open_it
    for file in files:
        file.close()


@pytest.fixture
def journal(open_journal):
    return open_journal()


@pytest.mark.parametrize("request_", DOWNLOADS, ids=["files", "in-cloud", "to-be-listed", "copies", "archive"])
def test_a_download_that_was_left_is_there_again_as_it_was(journal, open_journal, request_):
    journal.downloads.begin(request_).leave()
    later = open_journal()
    (found,) = later.open_transfers()
    assert (found.kind, found.name) == (TransferKind.FETCH, str(OUTPUT))
    assert later.kind_of(found.id) is TransferKind.FETCH
    assert later.downloads.read(found.id) == request_
    taken, record = later.downloads.take_up(found.id)
    assert taken == request_
    record.finish()
    assert later.open_transfers() == ()


def test_the_search_behind_a_list_of_contents_is_there_again(journal):
    record = journal.downloads.begin(fetch_request(survey=survey()))
    kept = journal.downloads.read(record.run_id).survey
    assert (kept.query, kept.report) == (QUERY, survey().report)
    (unreadable,) = kept.unreadable
    assert (unreadable.key, type(unreadable.error)) == ("x", RefusalError)
    assert str(unreadable.error) == "x: No access. Ask IT."
    record.finish()


@pytest.mark.parametrize("public_for", [None, timedelta(hours=8)], ids=["colleagues", "public"])
def test_a_link_that_was_left_is_there_again(journal, public_for):
    asked = ShareRequest((match("a"),), QUERY, "1001", public_for)
    record = journal.shares.begin(asked)
    asked = replace(asked, folder=Path("/tmp/Größe"))
    record.became(asked)
    record.leave()
    (found,) = journal.open_transfers()
    assert (found.kind, found.name, found.files) == (TransferKind.SHARE, QUERY.describe(), 1)
    assert journal.shares.read(found.id) == asked


def test_a_deletion_that_was_left_is_there_again(journal):
    asked = CopiesDeletion("20261125T120000Z-00000000", "1001", "Lot 1", 3)
    journal.deletions.begin(asked).leave()
    (found,) = journal.open_transfers()
    assert (found.kind, found.name, found.files) == (TransferKind.DELETE, "Lot 1", 3)
    assert journal.deletions.read(found.id) == asked


def test_how_far_it_was_is_told_where_it_is_offered(journal):
    record = journal.downloads.begin(fetch_request())
    record.progressed(1, 7)
    record.leave()
    (found,) = journal.open_transfers()
    began_at = found.began_at
    assert found == OpenTransfer(record.run_id, TransferKind.FETCH, str(OUTPUT), began_at, 2, 1, 12, 5)


def test_what_is_under_way_is_not_told_and_cannot_be_taken_up(journal, open_journal):
    record = journal.downloads.begin(fetch_request())
    other = open_journal()
    assert other.open_transfers() == ()
    with pytest.raises(InputError, match="Another Tagdrop is at this transfer"):
        other.downloads.take_up(record.run_id)
    record.leave()
    assert len(other.open_transfers()) == 1


def test_what_is_done_is_forgotten_with_its_lock(journal, path):
    record = journal.downloads.begin(fetch_request())
    record.finish()
    assert journal.open_transfers() == ()
    assert list(path.parent.glob("*.lock")) == []
    for ask in (journal.downloads.read, journal.downloads.take_up, journal.kind_of):
        with pytest.raises(NothingFoundError, match="There is no such transfer"):
            ask(record.run_id)


def test_a_download_to_the_same_zip_takes_the_place_of_an_interrupted_one(journal, path):
    journal.downloads.begin(fetch_request()).leave()
    under_way = journal.downloads.begin(fetch_request(Path("/home/maria/b.zip")))
    again = journal.downloads.begin(fetch_request())
    beside = journal.downloads.begin(fetch_request(Path("/home/maria/b.zip")))
    assert len(list(path.parent.glob("*.lock"))) == 3
    again.leave()
    assert [found.id for found in journal.open_transfers()] == [again.run_id]
    under_way.finish()
    beside.finish()


def test_what_is_left_takes_the_place_of_what_was_asked_for(journal):
    record = journal.downloads.begin(fetch_request(in_cloud=True))
    fewer = replace(fetch_request(), files=(match("b.pdf"),))
    record.became(fewer)
    record.leave()
    assert journal.downloads.read(record.run_id) == fewer
    (found,) = journal.open_transfers()
    assert (found.files, found.size_bytes) == (1, 7)


def numbered(begin, *outputs):
    requests = (fetch_request(OUTPUT.with_name(name)) for name in outputs)
    return begin(requests, lambda one, other: one.files == other.files)


def test_a_download_is_noted_under_a_name_that_no_other_one_has(journal, open_journal):
    records = [numbered(start.downloads.begin_numbered, "a.zip", "b.zip") for start in (journal, open_journal())]
    assert [request.output.name for request, _ in records] == ["a.zip", "b.zip"]
    for request, record in records:
        assert journal.downloads.read(record.run_id) == request
        record.finish()


def test_the_name_of_an_interrupted_download_is_free_for_the_same_alone(journal):
    journal.downloads.begin(fetch_request(OUTPUT.with_name("a.zip"))).leave()
    other = ArchiveFetch("shared/x.zip", OUTPUT.with_name("b.zip"))
    journal.downloads.begin(other).leave()

    def is_same(one, other):
        return type(one) is type(other)

    requests = (fetch_request(OUTPUT.with_name(name)) for name in ("b.zip", "a.zip"))
    taken, record = journal.downloads.begin_numbered(requests, is_same)
    assert taken.output.name == "a.zip"
    record.leave()
    assert {found.name for found in journal.open_transfers()} == {str(other.output), str(taken.output)}
    assert len(journal.open_transfers()) == 2


@pytest.mark.parametrize("stands_there", [True, False], ids=["is-there", "is-another"])
def test_one_whose_zip_is_in_its_place_is_done(journal, tmp_path, stands_there):
    output, other = tmp_path / "a\udce4.zip", tmp_path / "other"
    other.write_bytes(b"")
    output.write_bytes(b"the ZIP")
    made = (output if stands_there else other).stat()
    record = journal.downloads.begin(fetch_request(output))
    record.placing(output, (made.st_dev, made.st_ino))
    record.leave()
    assert len(journal.open_transfers()) == (0 if stands_there else 1)
    assert len(journal.open_transfers()) == (0 if stands_there else 1)


def test_each_bucket_has_its_own(journal, open_journal):
    record = journal.downloads.begin(fetch_request())
    record.leave()
    other = open_journal("eu-central-1/other")
    assert other.open_transfers() == ()
    with pytest.raises(NothingFoundError):
        other.downloads.take_up(record.run_id)


def test_it_survives_the_death_of_the_program(path, journal):
    program = (
        "import os, sys; from pathlib import Path; from app.journal.file import JournalFile;"
        "from app.journal.journal import WorkJournal; from tests.fakes import MovedClock;"
        "from tests.journal.test_requests import STORAGE, fetch_request;"
        "WorkJournal(JournalFile(Path(sys.argv[1])), STORAGE, MovedClock()).downloads.begin(fetch_request());"
        "os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(path)], timeout=60).returncode == -9
    (found,) = journal.open_transfers()
    assert journal.downloads.read(found.id) == fetch_request()


def test_a_journal_that_cannot_be_written_lets_nothing_begin_and_stops_nothing(journal, path, caplog, monkeypatch):
    record = journal.downloads.begin(fetch_request())

    def full(self):
        raise LocalFileError("disk-full", "Not enough space on this computer")

    monkeypatch.setattr(JournalFile, "transaction", full)
    with pytest.raises(LocalFileError):
        journal.downloads.begin(fetch_request())
    with caplog.at_level(logging.WARNING):
        record.became(fetch_request(force=True))
        record.finish()
    assert caplog.messages == [f"The journal of transfer {record.run_id} can't be written"] * 2
    assert list(path.parent.glob("*.lock")) == []
