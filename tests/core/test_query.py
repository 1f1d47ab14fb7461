"""What a query means."""

from __future__ import annotations

import pytest

from app.core.errors import InputError
from app.core.query import Joined, Query, query_of


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
