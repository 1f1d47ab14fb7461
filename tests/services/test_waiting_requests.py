"""Downloads and links that wait for their turn are in the journal, whole, and nobody else's."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.downloads import ArchiveFetch, FetchRequest, Listing
from app.core.errors import InputError, NothingFoundError, OutageError
from app.core.events import Match, Matches, Unreadable
from app.core.job import Job
from app.core.objects import StoredObject
from app.core.query import Query, Term
from app.core.search_report import SearchReport
from app.core.sharing import ShareRequest
from app.core.zipformat import STORED, Member
from app.journal.file import JournalFile
from app.journal.journal import WorkJournal
from app.services.cloud_zip import CloudStores
from app.services.downloading import Downloader, wanted_by
from app.services.linking import Linker
from app.services.surveying import surveyed
from app.services.zip_part.file import part_file
from tests.fakes import Listener, MovedClock

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
QUERY = Query((Term("Lot 7"),))
NOWHERE = CloudStores(None, None, None)


def match(key, etag="1"):
    return Match(StoredObject(key, 7, NOON, etag), {"Tag1": "Lot 7"}, ("Lot 7",))


def fetch_request(output, *keys, listing=None):
    files = tuple(match(key) for key in keys or ("a", "b"))
    return FetchRequest(files, output, QUERY.describe(), "1001", listing=listing)


def journal_in(file):
    return WorkJournal(file, "eu-central-1/files", MovedClock())


class Kind:
    """What waits, in one journal."""

    def __init__(self, journal, folder):
        self.folder = folder
        self.journal = journal


class Downloads(Kind):
    def kept(self):
        return self.journal.downloads

    def asked(self):
        return fetch_request(self.folder / "Lot 7.zip", listing=Listing(QUERY, is_all=True))

    def tool(self):
        return Downloader(NOWHERE, MovedClock(), self.journal.downloads, None)


class Links(Kind):
    def kept(self):
        return self.journal.shares

    def asked(self):
        return ShareRequest((match("a"),), QUERY, "1001")

    def tool(self):
        return Linker(None, None, MovedClock(), self.journal.shares)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path):
    with closing(JournalFile(path)) as file:
        yield journal_in(file)


@pytest.fixture
def others(path):
    """The journal as another Tagdrop sees it."""
    with closing(JournalFile(path)) as file:
        yield journal_in(file)


@pytest.fixture
def downloader(journal):
    return Downloader(NOWHERE, MovedClock(), journal.downloads, None)


@pytest.fixture(params=[Downloads, Links])
def kind(request, journal, tmp_path):
    return request.param(journal, tmp_path)


@pytest.fixture
def other_kind(kind, others, tmp_path):
    """The same as another Tagdrop sees it."""
    return type(kind)(others, tmp_path)


def lets_die(kind, path, folder):
    script = (
        "import os, sys; from pathlib import Path; from tests.services.test_waiting_requests import *;"
        f"kind = {kind.__name__}(journal_in(JournalFile(Path(sys.argv[1]))), Path(sys.argv[2]));"
        "kind.tool().waiting(kind.asked()).note(); os.kill(os.getpid(), 9)"
    )
    return subprocess.run([sys.executable, "-c", script, str(path), str(folder)], check=False, timeout=60).returncode


def test_what_waits_is_there_whole_when_the_program_dies(kind, path, tmp_path, others):
    assert lets_die(type(kind), path, tmp_path) == -9
    (found,) = others.open_transfers()
    assert type(kind)(others, tmp_path).kept().read(found.id) == kind.asked()


def test_what_waits_is_not_offered_and_nobody_elses(kind, other_kind, others):
    waiting = kind.tool().waiting(kind.asked())
    waiting.note()
    assert others.open_transfers() == ()
    begun = waiting.begin()
    with pytest.raises(InputError) as error:
        other_kind.kept().take_up(begun.record.run_id)
    assert error.value.code == "transfer-in-use"
    assert (begun.request, begun.is_taken_up) == (kind.asked(), False)
    begun.record.finish()


def test_one_that_was_interrupted_is_nobody_elses_while_it_waits(kind, other_kind, others):
    kind.kept().begin(kind.asked()).leave()
    (found,) = others.open_transfers()
    waiting = kind.tool().waiting_again(found.id)
    waiting.note()
    assert others.open_transfers() == ()
    with pytest.raises(InputError):
        other_kind.kept().take_up(found.id)
    begun = waiting.begin()
    assert (begun.request, begun.record.run_id, begun.is_taken_up) == (kind.asked(), found.id, True)
    begun.record.finish()


@pytest.mark.parametrize("is_noted", [True, False])
def test_what_waits_when_the_window_closes_is_left(kind, others, is_noted):
    waiting = kind.tool().waiting(kind.asked())
    if is_noted:
        waiting.note()
    waiting.leave()
    assert len(others.open_transfers()) == 1


@pytest.mark.parametrize("is_noted", [True, False])
def test_what_is_cancelled_while_it_waits_is_forgotten(kind, others, is_noted):
    waiting = kind.tool().waiting(kind.asked())
    if is_noted:
        waiting.note()
    waiting.forget(Job())
    waiting.note()
    assert others.open_transfers() == ()


@pytest.mark.parametrize("is_noted", [True, False])
def test_one_that_was_interrupted_is_forgotten_when_it_is_cancelled(kind, others, is_noted):
    record = kind.kept().begin(kind.asked())
    record.leave()
    waiting = kind.tool().waiting_again(record.run_id)
    if is_noted:
        waiting.note()
    waiting.forget(Job())
    assert others.open_transfers() == ()


def test_one_that_is_gone_is_said_at_its_turn(kind, others, other_kind):
    record = kind.kept().begin(kind.asked())
    record.leave()
    other_kind.kept().take_up(record.run_id)[1].finish()
    waiting = kind.tool().waiting_again(record.run_id)
    with pytest.raises(NothingFoundError, match="There is no such transfer"):
        waiting.begin()


def test_trying_again_goes_on_with_what_was_left(kind):
    waiting = kind.tool().waiting(kind.asked())
    first = waiting.begin()
    first.record.leave()
    again = waiting.again().begin()
    assert (again.record.run_id, again.is_taken_up) == (first.record.run_id, True)
    again.record.finish()


def test_trying_again_begins_anew_what_was_forgotten(kind, others):
    waiting = kind.tool().waiting(kind.asked())
    waiting.begin().record.finish()
    again = waiting.again().begin()
    assert (again.request, again.is_taken_up) == (kind.asked(), False)
    again.record.leave()
    assert len(others.open_transfers()) == 1


def named(folder, *keys):
    """Return what yields a download under one name after the other."""
    return lambda: (fetch_request(folder / name, *keys) for name in ("a.zip", "b.zip", "c.zip"))


def test_two_that_wait_never_go_to_the_same_zip(downloader, others, tmp_path):
    elsewhere = Downloader(NOWHERE, MovedClock(), others.downloads, None)
    waiting = [tool.waiting_numbered(named(tmp_path)) for tool in (downloader, elsewhere, downloader)]
    for run in waiting:
        run.note()
    begun = [run.begin() for run in waiting]
    assert [run.request.output.name for run in begun] == ["a.zip", "b.zip", "c.zip"]
    for run in begun:
        run.record.finish()


def test_one_takes_the_place_of_the_same_that_was_left_and_of_no_other(downloader, journal, tmp_path):
    downloader.waiting(ArchiveFetch("shared/1/zip/a.zip", tmp_path / "a.zip")).leave()
    downloader.waiting_numbered(named(tmp_path)).leave()
    downloader.waiting_numbered(named(tmp_path)).leave()
    downloader.waiting_numbered(named(tmp_path, "other")).leave()
    outputs = sorted(Path(found.name).name for found in journal.open_transfers())
    assert outputs == ["a.zip", "b.zip", "c.zip"]


def breaks_off(request):
    """Leave a part of a download."""
    with suppress(OutageError), part_file(request.output, wanted_by(request), Job()) as part:
        part.note(Member("a", NOON, STORED, 0, 0, 0, 0, is_zip64=False))
        raise OutageError("unreachable", "No connection")


def test_the_part_of_an_interrupted_one_goes_with_it(downloader, journal, tmp_path):
    request = fetch_request(tmp_path / "a.zip")
    record = journal.downloads.begin(request)
    record.leave()
    breaks_off(request)
    assert len(list(tmp_path.glob("a.zip*"))) == 2
    waiting = downloader.waiting_again(record.run_id)
    waiting.note()
    waiting.forget(Job())
    assert list(tmp_path.glob("a.zip*")) == []
    assert journal.open_transfers() == ()


class Catalog:
    """Finds these files."""

    def search(self, query, job):
        assert query == QUERY
        job.events(Matches((match("c", "2"), match("a", "2"))))
        job.events(Unreadable("x", NothingFoundError("x", "Gone")))
        return SearchReport(2, 3, 1, False, "live", NOON)


@pytest.mark.parametrize(("is_all", "keys"), [(True, ["a", "c"]), (False, ["a"])])
def test_what_is_listed_is_what_a_search_finds_at_its_turn(is_all, keys, tmp_path):
    request = fetch_request(tmp_path / "a.zip", "a", "b", listing=Listing(QUERY, is_all))
    found = surveyed(request, request.listing, Catalog(), Listener().job)
    assert [(file.stored.key, file.stored.etag) for file in found.files] == [(key, "2") for key in keys]
    assert found.listing is None
    assert (found.survey.query, found.survey.report.matches) == (QUERY, 2)
    assert [unreadable.key for unreadable in found.survey.unreadable] == ["x"]


class Unreachable:
    """A bucket, or what finds in it, without a connection."""

    bucket = "files"

    def __getattr__(self, name):
        raise OutageError("unreachable", "No connection")


@pytest.mark.parametrize(
    ("catalog", "is_found"), [(Unreachable(), False), (Catalog(), True)], ids=["while it searches", "after that"]
)
def test_a_search_that_was_made_for_a_list_is_not_made_again(catalog, is_found, journal, others, tmp_path):
    nowhere = CloudStores(Unreachable(), Unreachable(), Unreachable())
    asked = fetch_request(tmp_path / "a.zip", "a", "b", "x", listing=Listing(QUERY, is_all=True))
    with pytest.raises(OutageError):
        Downloader(nowhere, MovedClock(), journal.downloads, catalog).download(asked, Job())
    (left,) = others.open_transfers()
    kept = others.downloads.read(left.id)
    if is_found:
        assert ([file.stored.key for file in kept.files], left.files) == (["a", "c"], 2)
        assert (kept.listing, kept.survey.report) == (None, SearchReport(2, 3, 1, False, "live", NOON))
    else:
        assert kept == asked
