"""Which tag values are taken, which are equal, and what an object's tag set is made of."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.core.errors import InputError
from app.core.tags import TagRules, encode_tag_set, fold, normalise, visible

RULES = TagRules()


@pytest.mark.parametrize(
    "value", ["Invoice 2026", "Kunde 4711", "見積書", "فواتير 2026", "a_b.c:d/e=f+g-h@i", "Übergabe"]
)
def test_letters_digits_spaces_and_signs_of_any_script_are_taken(value: str) -> None:
    RULES.check(value)


@pytest.mark.parametrize(
    ("value", "shown"), [("Lot #3", "#"), ("a*b", "*"), ("tab\there", "␉"), ("e\u0301\u0308", "\u0301"), ("😀", "😀")]
)
def test_any_other_character_is_named(value: str, shown: str) -> None:
    with pytest.raises(InputError) as caught:
        RULES.check(value)
    assert caught.value.code == "tag-character"
    assert caught.value.title == f"“{shown}” can’t be used in a tag"
    assert caught.value.detail == "Letters, digits, spaces and + - = . _ : / @ can."


def test_256_utf16_units_are_the_most() -> None:
    RULES.check("a" * 256)
    RULES.check("𠮷" * 128)
    for value in ("a" * 257, "𠮷" * 129):
        with pytest.raises(InputError, match="Too long"):
            RULES.check(value)


def test_values_are_equal_whatever_their_case_and_width() -> None:
    assert fold("INVOICE") == fold("invoice") == fold("ｉｎｖｏｉｃｅ")
    assert fold("STRASSE") == fold("Straße")
    assert fold("invoice") != fold("invoices")


def test_a_value_is_stored_composed_and_without_space_around_it() -> None:
    assert normalise("  Cafe\u0301 ") == "Café"


def test_the_first_value_goes_to_the_first_key_and_the_fixed_tag_is_added() -> None:
    assert RULES.tag_set(["A", "B"]) == {"Tag1": "A", "Tag2": "Tag-value", "Tag3": "B"}


def test_equal_values_are_stored_once() -> None:
    assert RULES.tag_set(["Invoice", "INVOICE"]) == {"Tag1": "Invoice", "Tag2": "Tag-value"}


def test_more_values_than_keys_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        RULES.tag_set(list("ABCDEFG"))
    assert str(caught.value) == "Too many tags. A file can carry 6 at most."


def test_a_tag_set_over_4_kb_when_encoded_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        RULES.tag_set([f"{'見' * 250}{n}" for n in range(3)])
    assert caught.value.code == "tags-too-long"


STORED = {"Tag4": "C", "Tag1": "A", "Tag2": "other", "Scanner": "clean", "aws:backup": "x"}


class TestOtherValues:
    def test_leave_every_other_tag_but_awss_own_which_nobody_may_write(self) -> None:
        changed = RULES.with_values(STORED, ["B", "C"])
        assert changed == {"Tag1": "B", "Tag2": "other", "Tag3": "C", "Scanner": "clean"}

    def test_must_be_some(self) -> None:
        with pytest.raises(InputError) as caught:
            RULES.with_values(STORED, [])
        assert str(caught.value) == "It would carry no tag any more. Give it another tag first."

    def test_must_not_be_more_than_there_are_keys(self) -> None:
        with pytest.raises(InputError, match="Too many tags"):
            RULES.with_values(STORED, list("ABCDEFG"))

    def test_must_leave_room_for_those_of_other_programs(self) -> None:
        others = {f"Other{number}": "x" for number in range(8)}
        assert len(RULES.with_values({"Tag1": "A", **others}, ["A", "B"])) == 10
        with pytest.raises(InputError) as caught:
            RULES.with_values({"Tag1": "A", **others}, ["A", "B", "C"])
        assert str(caught.value) == (
            "It has no room for another tag. The storage keeps 10 for each file, those of other programs included."
        )

    def test_must_not_make_the_set_longer_than_4_kb(self) -> None:
        with pytest.raises(InputError, match="These tags are too long together"):
            RULES.with_values({"Other": "見" * 250, "Tag1": "見" * 150}, ["見" * 200, "x" * 100])


def test_fixed_and_foreign_tags_are_no_values() -> None:
    tags = {"Tag1": "A", "Tag2": "Tag-value", "Scanner": "clean", "Tag4": "B"}
    assert RULES.values(tags) == ("A", "B")


def test_the_organisations_patterns_are_asked_for_by_name() -> None:
    rules = TagRules(required_pattern=r"P-\d{5}", organization="Example Ltd")
    rules.check("P-12345")
    with pytest.raises(InputError, match="Example Ltd asks for a tag like"):
        rules.check("Invoice")
    with pytest.raises(InputError, match="Example Ltd doesn’t allow this tag"):
        TagRules(forbidden_pattern=r"\d{6}", organization="Example Ltd").check("id 123456")


def test_a_tag_set_is_encoded_as_query_parameters() -> None:
    assert encode_tag_set({"Tag1": "a b&c=é"}) == "Tag1=a%20b%26c%3D%C3%A9"


@given(st.text())
def test_nothing_that_is_shown_controls_the_terminal_or_the_direction(text: str) -> None:
    shown = visible(text)
    assert not any(ord(c) < 0x20 or c in "\x7f\x9b\u202e\u2066\u200f" for c in shown)
