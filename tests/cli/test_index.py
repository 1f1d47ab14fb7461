"""`tagdrop index`: on IT's computer it publishes, on a new one it starts from what is published."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from tests import proxy as faults
from tests.server import keys_in

POINTER = ".tagdrop/catalog/latest.json"


@pytest.fixture
def filled(boto, buckets):
    for number in range(40):
        tags = urlencode({"Tag1": f"Lot {number % 4}"})
        boto.put_object(Bucket=buckets.storage, Key=f"Site/{number}.pdf", Body=b"x", Tagging=tags)
    return buckets.storage


@pytest.fixture
def at(monkeypatch, tmp_path):
    """Return a function that goes to a computer: each has a data folder of its own."""
    return lambda computer: monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / computer))


@pytest.fixture
def published(tagdrop, at, filled):
    at("server room")
    ended = tagdrop("index", "--publish", "--json")
    assert ended.code == 0
    at("new desktop")
    return ended.lines[-1]


def test_publishing_says_what_was_stored(published, filled, boto):
    stored = published["published"]
    assert (published["objects"], published["read"], published["started_from"]) == (40, 40, None)
    assert stored["objects"] == 40
    assert boto.head_object(Bucket=filled, Key=stored["key"])["ContentLength"] == stored["size_bytes"]
    assert json.loads(boto.get_object(Bucket=filled, Key=POINTER)["Body"].read())["snapshot"] == stored["key"]


def test_a_new_computer_starts_from_it_and_says_so(published, tagdrop, proxy):
    proxy.forget()
    (summary,) = tagdrop("index", "--json").lines
    assert (summary["objects"], summary["read"], summary["started_from"]) == (40, 0, "published")
    assert summary["published"] is None
    assert proxy.count(faults.reads_tags) == 0
    (summary,) = tagdrop("index", "--json").lines
    assert summary["started_from"] is None


@pytest.mark.parametrize("engine", ["auto", "index"])
def test_the_first_search_of_a_new_computer_reads_the_tags_of_its_hits_only(engine, published, tagdrop, proxy):
    proxy.forget()
    ended = tagdrop("find", "lot 1", "--engine", engine, "--json")
    assert (ended.code, len(ended.of("match")), ended.lines[-1]["engine"]) == (0, 10, "index")
    assert proxy.count(faults.reads_tags) == 10


def test_auto_lists_before_it_answers_and_index_doesnt(published, tagdrop, filled, boto):
    boto.put_object(Bucket=filled, Key="new.pdf", Body=b"n", Tagging="Tag1=Lot 1")
    found = {engine: tagdrop("find", "lot 1", "--engine", engine, "--json") for engine in ("index", "auto")}
    assert {engine: len(ended.of("match")) for engine, ended in found.items()} == {"index": 10, "auto": 11}


def test_the_prefix_of_the_catalogue_is_nobodys_file(published, tagdrop, filled, boto):
    assert POINTER in keys_in(boto, filled)
    for engine in ("live", "index"):
        ended = tagdrop("find", "--everything", "--engine", engine, "--json")
        assert len(ended.of("match")) == 40


def test_one_that_cant_be_used_is_said_with_v_and_costs_only_time(published, tagdrop, filled, boto):
    boto.put_object(Bucket=filled, Key=POINTER, Body=b"damaged")
    ended = tagdrop("index", "--json", "-v")
    assert (ended.code, ended.lines[-1]["read"], ended.lines[-1]["started_from"]) == (0, 40, None)
    assert "The published catalogue isn’t used: The published catalogue is damaged." in ended.stderr


def test_rebuilding_reads_every_tag_whatever_is_published(published, tagdrop):
    assert tagdrop("index", "--rebuild", "--json").lines[-1]["read"] == 40


def test_people_are_told_in_a_sentence(published, tagdrop, at):
    assert tagdrop("index").stdout == "40 files, started from the published list, 0 read, 0 gone\n"
    at("server room")
    words = tagdrop("index", "--publish").stdout
    assert words.startswith("40 files, 0 read, 0 gone; published, ")
