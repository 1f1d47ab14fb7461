"""Downloads that go to a name of their own, whose part is theirs, and whose list is made at their turn."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.downloads import ArchiveFetch, FetchRequest, Listing
from app.core.errors import NothingFoundError, OutageError
from app.core.events import Match, Matches, Unreadable
from app.core.job import Job
from app.core.objects import StoredObject
from app.core.query import Query, Term
from app.core.search_report import SearchReport
from app.core.zipformat import STORED, Member
from app.services.cloud_zip import CloudStores
from app.services.downloading import Downloader, wanted_by
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


@pytest.fixture
def downloader(work):
    return Downloader(NOWHERE, MovedClock(), work.downloads, None)


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


def test_one_takes_the_place_of_the_same_that_was_left_and_of_no_other(downloader, work, tmp_path):
    downloader.waiting(ArchiveFetch("shared/1/zip/a.zip", tmp_path / "a.zip")).leave()
    downloader.waiting_numbered(named(tmp_path)).leave()
    downloader.waiting_numbered(named(tmp_path)).leave()
    downloader.waiting_numbered(named(tmp_path, "other")).leave()
    outputs = sorted(Path(found.name).name for found in work.open_transfers())
    assert outputs == ["a.zip", "b.zip", "c.zip"]


def breaks_off(request):
    """Leave a part of a download."""
    with suppress(OutageError), part_file(request.output, wanted_by(request), Job()) as part:
        part.note(Member("a", NOON, STORED, 0, 0, 0, 0, is_zip64=False))
        raise OutageError("unreachable", "No connection")


def test_the_part_of_an_interrupted_one_goes_with_it(downloader, work, tmp_path):
    request = fetch_request(tmp_path / "a.zip")
    record = work.downloads.begin(request)
    record.leave()
    breaks_off(request)
    assert len(list(tmp_path.glob("a.zip*"))) == 2
    waiting = downloader.waiting_again(record.run_id)
    waiting.note()
    waiting.forget(Job())
    assert list(tmp_path.glob("a.zip*")) == []
    assert work.open_transfers() == ()


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
def test_a_search_that_was_made_for_a_list_is_not_made_again(catalog, is_found, work, others, tmp_path):
    nowhere = CloudStores(Unreachable(), Unreachable(), Unreachable())
    asked = fetch_request(tmp_path / "a.zip", "a", "b", "x", listing=Listing(QUERY, is_all=True))
    with pytest.raises(OutageError):
        Downloader(nowhere, MovedClock(), work.downloads, catalog).download(asked, Job())
    (left,) = others.open_transfers()
    kept = others.downloads.read(left.id)
    if is_found:
        assert ([file.stored.key for file in kept.files], left.files) == (["a", "c"], 2)
        assert (kept.listing, kept.survey.report) == (None, SearchReport(2, 3, 1, False, "live", NOON))
    else:
        assert kept == asked
