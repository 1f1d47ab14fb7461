"""Typing a few letters finds the tags in use, and another spelling of one of them is noticed."""

import time
import unicodedata

import pytest
from hypothesis import given, strategies as st

from app.core.completion import Vocabulary, loosely

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("aAäÄéßİſsS 1-é\u0301\u0345가각"),
    min_size=1,
    max_size=12,
)


def completed(counts: dict[str, int], typed: str, limit: int = 6) -> list[str]:
    return [found.value for found in Vocabulary(counts).complete(typed, limit)]


def matched(value: str, typed: str) -> str:
    (found,) = Vocabulary({value: 1}).complete(typed, 1)
    return value[slice(*found.match)]


def test_values_come_most_used_first() -> None:
    counts = {"Hardware orders": 7, "Harbour Street": 96, "Hartmann GmbH": 31}

    assert completed(counts, "har") == ["Harbour Street", "Hartmann GmbH", "Hardware orders"]
    assert completed(counts, "har", limit=2) == ["Harbour Street", "Hartmann GmbH"]


def test_a_word_that_begins_so_goes_before_one_that_contains_it() -> None:
    counts = {"Sharing": 500, "New Harbour": 3, "Harbour Street": 2, "2026-Har": 1}

    assert completed(counts, "har") == ["New Harbour", "Harbour Street", "2026-Har", "Sharing"]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("MULL", "Müller"),
        ("müll", "Muller"),
        ("strasse", "Hafenstraße"),
        ("our st", "Harbour Street"),
        ("①", "Lot 1"),
        ("-11", "2026-1187"),
        ("港", "新港街"),
        ("ハ", "ﾊｰﾊﾞｰ"),
        ("각", "생각"),
        (" har ", "Harbour Street"),
    ],
)
def test_case_and_accents_do_not_count(typed: str, value: str) -> None:
    assert completed({"Another": 9, value: 1}, typed) == [value]


def test_other_letters_are_other_letters() -> None:
    assert Vocabulary({"がき": 1}).alike("かき") is None
    assert completed({"Harbour": 1}, "hrb") == []


def test_nothing_typed_completes_to_the_most_used_values() -> None:
    assert completed({"Contract": 1, "Invoice": 5, "Draft": 3}, "", limit=2) == ["Invoice", "Draft"]


def test_nothing_in_use_completes_to_nothing() -> None:
    assert completed({}, "") == completed({}, "a") == []
    assert Vocabulary({}).most_used is None


def test_files_are_counted_in_every_spelling():
    vocabulary = Vocabulary({"Invoice": 3, "invoice": 2, "Invoices": 1})
    assert (vocabulary.files("INVOICE"), vocabulary.files("Draft")) == (5, 0)


def test_what_is_typed_does_not_reach_into_the_next_value() -> None:
    assert completed({"Harbour": 2, "Street": 1}, "rs") == []


def test_values_that_are_there_already_are_left_out() -> None:
    found = Vocabulary({"Invoice": 9, "Inventory": 1}).complete("inv", 1, without=("INVOICE",))

    assert [suggestion.value for suggestion in found] == ["Inventory"]


def test_what_was_typed_is_marked_where_it_stands() -> None:
    assert matched("Harbour Street", "har") == "Har"
    assert matched("Müller & Söhne", "sohn") == "Söhn"
    assert matched("Sharing Harbour", "har") == "Har"
    assert matched("Hafenstraße", "tras") == "traß"
    assert matched("Mu\u0308ller", "mul") == "Mu\u0308l"
    assert matched("Harbour", "") == ""


@pytest.mark.parametrize("typed", ["Invoices", "invoice", "INVOICES", "Ínvoice"])
def test_another_spelling_of_a_value_in_use_is_noticed(typed: str) -> None:
    found = Vocabulary({"Invoice": 96, "Contract": 120}).alike(typed)

    assert found is not None
    assert (found.value, found.files) == ("Invoice", 96)


@pytest.mark.parametrize("typed", ["Invoice", "Invoicing", "In voice", "Voice", "s", ""])
def test_the_same_spelling_and_other_words_are_not(typed: str) -> None:
    assert Vocabulary({"Invoice": 96}).alike(typed) is None


def test_the_rarer_of_two_spellings_leads_to_the_other_and_not_back() -> None:
    known = Vocabulary({"Invoice": 96, "Invoices": 3})

    assert known.alike("Invoice") is None
    assert (found := known.alike("Invoices")) is not None
    assert found.value == "Invoice"


def test_two_spellings_used_alike_lead_nowhere() -> None:
    known = Vocabulary({"Invoice": 3, "Invoices": 3})

    assert known.alike("Invoice") is known.alike("Invoices") is None


def test_a_value_is_known_however_it_is_typed() -> None:
    known = Vocabulary({"Invoice": 1})

    assert known.known("INVOICE") == "Invoice"
    assert known.known("Ínvoice") is None


@given(st.lists(TEXT, max_size=8), TEXT)
def test_what_is_completed_contains_what_was_typed(values: list[str], typed: str) -> None:
    typed = unicodedata.normalize("NFC", typed).strip()
    counts = {value: number for number, value in enumerate(values)}

    found = completed(counts, typed, limit=8)

    assert set(found) == {value for value in counts if loosely(typed) in loosely(value)}


@given(TEXT, st.integers(0, 11), st.integers(1, 12))
def test_the_mark_holds_the_letters_that_were_typed(value: str, start: int, length: int) -> None:
    typed = unicodedata.normalize("NFC", value[start : start + length]).strip()
    for found in Vocabulary({value: 1}).complete(typed, 1):
        first, end = found.match
        assert 0 <= first <= end <= len(value)
        assert loosely(typed) in loosely(value[first:end])


@given(TEXT)
def test_alike_is_the_same_for_every_case(value: str) -> None:
    found = Vocabulary({value: 1}).alike(value.casefold() + "s")

    assert found is None or found.value == value


def test_a_hundred_thousand_values_are_searched_within_a_key() -> None:
    known = Vocabulary({f"Kunde {number} Müller": number for number in range(100_000)})
    worst = 0.0
    for typed in ("k", "kunde 9", "mull", "not there at all", "99999", "zz"):
        began = time.thread_time()
        known.complete(typed, 6)
        worst = max(worst, time.thread_time() - began)

    # Ten times what it takes; a search value by value takes longer.
    assert worst < 0.03
