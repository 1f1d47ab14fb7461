"""What a query means."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, strategies as st

from app.core.errors import InputError
from app.core.query import Joined, Query, Relation, Term, query_from_text, query_of, query_to_text
from app.core.tags import normalise


@pytest.mark.parametrize(
    ("query", "values", "is_meant"),
    [
        (query_of(["Invoice"]), ["INVOICE", "x"], True),
        (query_of(["Invoice"]), ["Invoices"], False),
        (query_of(["a", "b"]), ["a"], False),
        (query_of(["a", "b"]), ["b", "a"], True),
        (query_of(["a", "b"], joined=Joined.ANY), ["b"], True),
        (query_of(["Inv*"]), ["invoice"], True),
        (query_of(["a"], ["draft"]), ["a", "Draft"], False),
        (query_of(["a", "b"], ["draft"], Joined.ANY), ["a", "draft"], False),
        (query_of([], ["draft"]), ["a"], True),
        (query_of([], ["draft"]), ["draft"], False),
        (Query(), [], True),
    ],
)
def test_a_query_means_files(query: Query, values: list[str], is_meant: bool) -> None:
    assert query.matches(values) is is_meant


def test_an_empty_value_is_refused() -> None:
    with pytest.raises(InputError, match="Type a tag first"):
        query_of(["*"])


def test_a_query_is_described_in_a_few_words() -> None:
    assert query_of(["Invoice 2026", "Lot*"], ["Draft"]).describe() == "Invoice 2026, Lot…, not Draft"
    assert Query().describe() == "All files"


TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40).map(normalise).filter(bool)
QUERIES = st.builds(
    Query,
    st.lists(st.builds(Term, TEXT, st.sampled_from(Relation)), max_size=8).map(tuple),
    st.sampled_from(Joined),
)


@given(QUERIES)
def test_a_query_that_is_written_as_text_is_read_again_as_it_was(query):
    assert query_from_text(query_to_text(query)) == query


def test_the_text_of_a_query_is_readable():
    query = Query((Term("Kunde 4711"), Term("Draft", Relation.IS_NOT), Term("Lot", Relation.BEGINS_WITH)), Joined.ANY)
    assert query_to_text(query) == "is=Kunde+4711&not=Draft&begins=Lot&join=any"
    assert query_to_text(Query()) == ""


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_refused(text):
    with contextlib.suppress(InputError):
        query = query_from_text(text)
        assert query_from_text(query_to_text(query)) == query


@pytest.mark.parametrize(
    "text", ["is=", "is=%FF", "is", "has=x", "is=x&join=none", "join=any&join=all", "is=%20x", "&".join(["is=x"] * 101)]
)
def test_what_is_no_query_is_refused_in_a_sentence(text):
    with pytest.raises(InputError) as caught:
        query_from_text(text)
    assert caught.value.title == "This search can’t be read"
