"""Finding by tag in a real bucket, over several pages."""

from __future__ import annotations

import threading

import pytest

from app.catalog.live import LiveCatalog
from app.core.errors import CancelledError, ConfigurationError, OutageError, RefusalError
from app.core.events import Matches, Scanned, Unreadable, UploaderRead
from app.core.job import Job
from app.core.query import Joined
from app.core.tags import TagRules
from app.demo.server import LocalServer
from app.services.search import read_uploaders, tag_counts
from tests import proxy as faults
from tests.fakes import Listener, MovedClock, cancel_when
from tests.integration.finding import find, put_all
from tests.server import make_buckets, plain_client

COUNT = 2500
MORE_KEYS = {1: "Tag3", 2: "Tag7"}


def tags_for(number):
    """Spread values over keys, spellings and scripts."""
    tags = {"Tag2": "Tag-value"}
    if number % 5 == 0:
        tags["Tag1"] = ("Invoice 2026", "INVOICE 2026", "Ｉｎｖｏｉｃｅ 2026")[number % 3]
    if number % 7 == 0:
        tags[MORE_KEYS.get(number % 4, "Tag1" if "Tag1" not in tags else "Tag4")] = "Kunde 4711"
    if number % 11 == 0:
        tags["Tag5"] = "Größe" if number % 2 else "GRÖSSE"
    if number % 13 == 0:
        tags["Owner"] = "Invoice 2026"
    return tags


def key_of(number):
    return (f"a/b/{number}.txt", f"a/b.{number}", f"a/{number} é 第.pdf", f"z{number}")[number % 4]


@pytest.fixture(scope="module")
def big(s3_server: LocalServer, direct):
    """A bucket of 2,500 objects, which is three pages of a listing."""
    client = plain_client(s3_server)
    name = make_buckets(client).storage
    put_all(client, name, {key_of(number): (b"x", tags_for(number)) for number in range(COUNT)})
    client.put_object(Bucket=name, Key=".tagdrop/index", Body=b"not anybody's file", Tagging="Tag1=Invoice%202026")
    client.close()
    return direct.bucket(name)


def keys_where(holds):
    return {key_of(number) for number in range(COUNT) if holds(number)}


@pytest.mark.parametrize(
    ("values", "options", "holds"),
    [
        (["invoice 2026"], {}, lambda n: n % 5 == 0),
        (["ｉＮＶＯＩＣＥ 2026"], {}, lambda n: n % 5 == 0),
        (["invoice*"], {}, lambda n: n % 5 == 0),
        (["invoice 2026", "kunde 4711"], {}, lambda n: n % 5 == 0 and n % 7 == 0),
        (["invoice 2026", "kunde 4711"], {"joined": Joined.ANY}, lambda n: n % 5 == 0 or n % 7 == 0),
        (["invoice 2026"], {"excluded": ["Kunde 4711"]}, lambda n: n % 5 == 0 and n % 7),
        ([], {"excluded": ["Kunde 4711", "invoice 2026"]}, lambda n: n % 5 and n % 7),
        (["grösse"], {}, lambda n: n % 11 == 0),
        (["gro\u0308sse"], {}, lambda n: n % 11 == 0),
        (["Grosse"], {}, lambda n: False),
        (["Tag-value"], {}, lambda n: False),
        (["Invoice"], {}, lambda n: False),
        ([], {}, lambda n: True),
    ],
)
def test_exactly_the_files_that_are_meant_are_found(big, values, options, holds):
    report, matches, _ = find(big, *values, **options)
    expected = keys_where(holds)
    assert set(matches) == expected
    assert (report.matches, report.looked_at, report.unreadable, report.is_complete) == (len(expected), COUNT, 0, True)


def test_a_match_comes_with_its_size_and_all_its_tags(big):
    _, matches, _ = find(big, "invoice 2026", "kunde 4711")
    match = matches[key_of(35)]
    assert match.stored.size_bytes == 1
    assert match.tags == tags_for(35)
    assert set(match.values) == {"Ｉｎｖｏｉｃｅ 2026", "Kunde 4711"}


def test_matches_come_while_the_search_runs_and_the_total_once_the_listing_ended(big):
    _, _, listener = find(big, "invoice 2026")
    told = [event for event in listener.events if isinstance(event, Matches | Scanned)]
    first_match = next(at for at, event in enumerate(told) if isinstance(event, Matches))
    assert first_match < len(told) / 2
    looked_at = [event.looked_at for event in listener.of(Scanned)]
    assert looked_at == sorted(looked_at)
    assert looked_at[-1] == COUNT
    assert listener.of(Scanned)[-1].total == COUNT


def test_a_cancelled_search_ends_at_once_and_what_it_told_stands(big):
    listener = cancel_when(lambda event: isinstance(event, Scanned) and event.looked_at >= 500)
    with pytest.raises(CancelledError):
        find(big, "invoice 2026", listener=listener)
    assert listener.of(Scanned)[-1].looked_at < COUNT
    assert listener.of(Matches)


def test_a_search_is_cancelled_while_the_listing_hangs(behind, proxy):
    listed, held = threading.Event(), threading.Event()

    def hold(asked, forward):
        listed.set()
        held.wait(30)
        return forward()

    proxy.on(faults.lists, hold)
    listener = Listener()

    def cancel_once_it_lists():
        listed.wait()
        listener.job.cancel.cancel()

    threading.Thread(target=cancel_once_it_lists).start()
    with pytest.raises(CancelledError):
        find(behind, "a", listener=listener)
    assert not held.is_set()
    held.set()


def test_what_cant_be_read_is_counted_and_named_and_the_rest_is_found(behind, boto, proxy):
    put_all(boto, behind.bucket, {f"f{number:03}": (b"x", {"Tag1": "a"}) for number in range(300)})
    proxy.on(faults.of_key("f010", faults.reads_tags), faults.answer(403, "AccessDenied"))
    proxy.on(faults.of_key("f020", faults.reads_tags), faults.answer(404, "NoSuchKey"))
    proxy.on(faults.of_key("f030", faults.reads_tags), faults.answer(500, "InternalError"))
    report, matches, listener = find(behind, "a")
    assert len(matches) == 297
    assert (report.matches, report.looked_at, report.unreadable, report.is_complete) == (297, 300, 3, False)
    assert {event.key: event.error.code for event in listener.of(Unreadable)} == {
        "f010": "forbidden",
        "f020": "gone",
        "f030": "storage-failed",
    }


def test_a_bucket_that_may_not_be_listed_is_not_an_empty_one(behind, proxy):
    proxy.on(faults.lists, faults.answer(403, "AccessDenied"))
    with pytest.raises(RefusalError) as caught:
        find(behind, "a")
    assert caught.value.title == "You don’t have access"
    assert caught.value.target == behind.bucket


def test_an_empty_bucket_is_no_error(storage):
    report, matches, _ = find(storage, "a")
    assert (matches, report.looked_at, report.is_complete) == ({}, 0, True)


def test_a_bucket_that_isnt_there_is_a_matter_of_settings(direct):
    with pytest.raises(ConfigurationError) as caught:
        find(direct.bucket("nobody-has-this-bucket"), "a")
    assert str(caught.value) == (
        "nobody-has-this-bucket: The storage has no such bucket. Ask IT to check the settings."
    )


def test_a_listing_that_breaks_off_ends_the_search_as_an_outage(behind, boto, proxy):
    put_all(boto, behind.bucket, {f"f{number:04}": (b"x", {"Tag1": "a"}) for number in range(1100)})
    proxy.on(
        lambda asked: faults.lists(asked) and "continuation-token" in asked.query, faults.answer(500, "InternalError")
    )
    with pytest.raises(OutageError):
        find(behind, "a")


def test_values_in_use_are_counted_under_their_usual_spelling(storage, boto):
    spellings = ["Invoice", "invoice", "Invoice", "Plan"]
    put_all(
        boto,
        storage.bucket,
        {f"f{n}": (b"x", {"Tag1": value, "Tag2": "Tag-value"}) for n, value in enumerate(spellings)},
    )
    counts = tag_counts(LiveCatalog(storage, TagRules(), MovedClock()), Job())
    assert counts == {"Invoice": 3, "Plan": 1}
    assert list(counts) == ["Invoice", "Plan"]


def test_uploaders_are_read_from_the_metadata(storage, boto):
    boto.put_object(Bucket=storage.bucket, Key="a", Metadata={"uploaded-by": "J%C3%BCrgen"})
    boto.put_object(Bucket=storage.bucket, Key="b")
    listener = Listener()
    read_uploaders(["a", "b", "missing"], storage, listener.job)
    assert {event.key: event.uploaded_by for event in listener.of(UploaderRead)} == {"a": "Jürgen", "b": ""}
