"""What every engine must do alike, on one real bucket."""

from __future__ import annotations

import pytest

from app.core.errors import CancelledError
from app.core.events import Matches, Scanned, Unreadable
from app.core.job import Job
from app.core.query import Joined
from tests import proxy as faults
from tests.fakes import MovedClock, cancel_when
from tests.integration.finding import ENGINES, find, opened_catalog, put_all
from tests.server import make_buckets, plain_client

COUNT = 1300
VALUES = ["Invoice 2026", "INVOICE 2026", "Lot 1", "Lot 12", "Größe", "GRÖSSE", "عقد", "契約"]


def values_of(number):
    """Spread values, in several spellings and scripts, over one to three tags."""
    return [VALUES[(number * step) % len(VALUES)] for step in range(1, 1 + number % 4)]


def tags_of(number):
    keys = ("Tag1", "Tag3", "Tag7")
    return {"Tag2": "Tag-value", "Owner": "Lot 1", **dict(zip(keys, values_of(number), strict=False))}


@pytest.fixture(scope="module")
def bucket(s3_server, direct):
    client = plain_client(s3_server)
    name = make_buckets(client).storage
    objects = {f"k/{number:04} é.txt": (b"x" * (number % 9), tags_of(number)) for number in range(COUNT)}
    put_all(client, name, {**objects, ".tagdrop/own": (b"x", {"Tag1": "Lot 1"})})
    client.close()
    return direct.bucket(name)


@pytest.fixture(scope="module", params=ENGINES)
def catalog(request, bucket, tmp_path_factory):
    with opened_catalog(request.param, bucket, tmp_path_factory.mktemp(request.param)) as catalog:
        yield catalog


def keys_where(holds):
    return {f"k/{number:04} é.txt" for number in range(COUNT) if holds({v.casefold() for v in values_of(number)})}


@pytest.mark.parametrize(
    ("values", "options", "holds"),
    [
        (["invoice 2026"], {}, lambda found: "invoice 2026" in found),
        (["lot*"], {}, lambda found: {"lot 1", "lot 12"} & found),
        (["grösse", "lot 1"], {}, lambda found: {"grösse", "lot 1"} <= found),
        (["عقد", "契約"], {"joined": Joined.ANY}, lambda found: {"عقد", "契約"} & found),
        (["lot 1"], {"excluded": ["lot 12"]}, lambda found: "lot 1" in found and "lot 12" not in found),
        ([], {"excluded": ["invoice 2026"]}, lambda found: "invoice 2026" not in found),
        (["Tag-value"], {}, lambda found: False),
        (["Lot"], {}, lambda found: False),
        ([], {}, lambda found: True),
    ],
)
def test_exactly_the_files_that_are_meant_are_found(catalog, bucket, values, options, holds):
    report, matches, _ = find(bucket, *values, catalog=catalog, **options)
    assert set(matches) == keys_where(holds)
    assert (report.matches, report.looked_at, report.unreadable) == (len(matches), COUNT, 0)
    assert report.is_complete
    assert report.engine in ("live", "index")
    assert report.fresh_at <= MovedClock().now()


def test_a_match_comes_with_all_there_is_to_know(catalog, bucket):
    _, matches, _ = find(bucket, "lot*", catalog=catalog)
    match = matches["k/0002 é.txt"]
    assert (match.stored.size_bytes, match.tags, match.values) == (2, tags_of(2), tuple(values_of(2)))


def test_progress_never_falls_and_ends_at_the_total(catalog, bucket):
    _, _, listener = find(bucket, "lot*", catalog=catalog)
    looked_at = [event.looked_at for event in listener.of(Scanned)]
    assert looked_at == sorted(looked_at)
    assert (looked_at[-1], listener.of(Scanned)[-1].total) == (COUNT, COUNT)


def test_values_in_use_are_counted_under_their_usual_spelling(catalog):
    counts = catalog.tag_counts(Job())
    files = [{v.casefold() for v in values_of(number)} for number in range(COUNT)]
    assert {value.casefold(): count for value, count in counts.items()} == {
        folded: sum(folded in found for found in files) for folded in {v.casefold() for v in VALUES}
    }
    assert list(counts.values()) == sorted(counts.values(), reverse=True)


def test_a_cancelled_search_ends_and_what_it_told_stands(catalog, bucket):
    listener = cancel_when(lambda event: isinstance(event, Matches))
    with pytest.raises(CancelledError):
        find(bucket, catalog=catalog, listener=listener)
    assert sum(len(news.batch) for news in listener.of(Matches)) < COUNT


@pytest.mark.parametrize("engine", ENGINES)
def test_what_cant_be_read_is_named_and_the_rest_is_found(engine, behind, boto, proxy, tmp_path):
    put_all(boto, behind.bucket, {f"f{number}": (b"x", {"Tag1": "a"}) for number in range(20)})
    proxy.on(faults.of_key("f7", faults.reads_tags), faults.answer(403, "AccessDenied"))
    with opened_catalog(engine, behind, tmp_path) as catalog:
        report, matches, listener = find(behind, "a", catalog=catalog)
    assert set(matches) == {f"f{number}" for number in range(20)} - {"f7"}
    assert [(event.key, event.error.code) for event in listener.of(Unreadable)] == [("f7", "forbidden")]
    assert (report.unreadable, report.is_complete) == (1, False)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_empty_bucket_is_no_error(engine, storage, tmp_path):
    with opened_catalog(engine, storage, tmp_path) as catalog:
        report, matches, _ = find(storage, "a", catalog=catalog)
    assert (matches, report.looked_at, report.is_complete) == ({}, 0, True)
