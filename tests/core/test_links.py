"""The Tagdrop link as text and back; what a stranger may put into one."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.core.errors import InputError
from app.core.links import Link, is_link, link_from_text, link_to_text
from app.core.query import Joined, Query, Relation, Term, query_of
from app.core.staging import Place
from app.core.tags import normalise, visible

PLACE = Place("1084-x_Y", "20261124T093100Z-0123abcd", is_shared=True)
KEY = PLACE.archive_key("Lot 4 & more, Größe?.zip")

values = st.text(min_size=1, max_size=20).map(normalise).filter(lambda value: value and visible(value) == value)
terms = st.builds(Term, values, st.sampled_from(Relation))
queries = st.builds(Query, st.lists(terms, max_size=5).map(tuple), st.sampled_from(Joined))
archives = st.one_of(
    st.none(), values.filter(lambda name: "/" not in name).map(lambda n: PLACE.archive_key(f"{n}.zip"))
)


@given(st.builds(Link, queries, archives))
def test_every_link_comes_back_as_it_was(link: Link) -> None:
    text = link_to_text(link)
    assert is_link(text)
    assert text.isascii()
    assert not any(character.isspace() for character in text)
    assert link_from_text(text) == link


def test_a_search_reads_well() -> None:
    assert link_to_text(Link(query_of(["Lot 4", "Kunde*"], ["Draft"]))) == (
        "tagdrop:find?is=Lot+4&begins=Kunde&not=Draft"
    )


def test_a_finished_zip_is_named_by_its_place() -> None:
    text = link_to_text(Link(query_of(["Lot 4"]), KEY))
    assert text.startswith("tagdrop:find?is=Lot+4&zip=1084-x_Y/20261124T093100Z-0123abcd/zip/Lot+4+%26+more")
    assert link_from_text(text).archive_key == KEY


@pytest.mark.parametrize(
    "text",
    ["  tagdrop:find?is=Lot+4\n", "TAGDROP:find?is=Lot+4", "tagdrop://find/?is=Lot+4", "tagdrop:Find?is=Lot%204"],
)
def test_what_other_programs_make_of_it_is_understood(text: str) -> None:
    assert link_from_text(text) == Link(query_of(["Lot 4"]))


def test_ten_of_the_longest_tags_in_japanese_come_back() -> None:
    link = Link(query_of([f"{number}{'請' * 255}" for number in range(10)]), KEY)
    assert link_from_text(link_to_text(link)) == link


def test_everything_is_a_link_too() -> None:
    assert link_from_text("tagdrop:find?") == link_from_text("tagdrop:find") == Link(Query())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.com/?is=Lot",
        "tagdrop:delete?is=Lot",
        "tagdrop:find?is=",
        "tagdrop:find?is=%FF",
        "tagdrop:find?is=a%00b",
        "tagdrop:find?is=a%E2%80%AEb",
        "tagdrop:find?other=a",
        "tagdrop:find?is=a#b&zip=",
        "tagdrop:find?zip=1/20261124T093100Z-0123abcd/files/a.zip",
        "tagdrop:find?zip=1/20261124T093100Z-0123abcd/request.json",
        "tagdrop:find?zip=../20261124T093100Z-0123abcd/zip/a.zip",
        "tagdrop:find?zip=1/20261124T093100Z-0123abcd/zip/a%2Fb.zip",
        "tagdrop:find?zip=1/20261124T093100Z-0123abcd/zip/a%0A.zip",
        "tagdrop:find?zip=1/20261124T093100Z-0123abcd/zip/setup.exe",
        f"tagdrop:find?zip=1/20261124T093100Z-0123abcd/zip/{'a' * 1020}.zip",
        "tagdrop:find?zip=1/20261124T093100Z-0123abcd/zip/a.zip&zip=1/20261124T093100Z-0123abcd/zip/b.zip",
        f"tagdrop:find?is={'a' * 32_000}",
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InputError) as raised:
        link_from_text(text)
    assert raised.value.code == "link-unreadable"
    assert (raised.value.title, raised.value.detail) == ("This link can’t be read", "Ask for the link again.")
    assert raised.value.target.isprintable()


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    try:
        link = link_from_text(f"tagdrop:find?{text}")
    except InputError:
        return
    assert link_from_text(link_to_text(link)) == link
