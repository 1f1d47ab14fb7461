"""What a change makes of the values that a file carries."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.core.errors import InputError
from app.core.tag_edits import TagEdit, check_edits, edited
from app.core.tags import TagRules, fold

VALUES = st.lists(st.sampled_from(["A", "a", "B", "b", "C", "ｃ", "D"]), max_size=6)
VALUE = st.sampled_from(["A", "b", "C", "d", "E"])


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (TagEdit(None, "B"), ["A"], ["A", "B"]),
        (TagEdit(None, "a"), ["A"], ["A"]),
        (TagEdit("a", None), ["B", "A", "C"], ["B", "C"]),
        (TagEdit("A", None), ["B"], ["B"]),
        (TagEdit("a", "X"), ["B", "A", "C"], ["B", "X", "C"]),
        (TagEdit("A", "X"), ["B"], ["B"]),
        (TagEdit("invoices", "Invoice"), ["Lot 1", "Invoices", "invoice", "Draft"], ["Lot 1", "Invoice", "Draft"]),
        (TagEdit("invoices", "Invoice"), ["invoice", "Lot 1", "Invoices"], ["Invoice", "Lot 1"]),
        (TagEdit("invoice", "Invoice"), ["invoice", "B"], ["Invoice", "B"]),
    ],
)
def test_a_change_adds_takes_off_renames_or_merges(edit, before, after):
    assert edit.apply(before) == tuple(after)


def test_changes_are_done_one_after_the_other():
    assert edited(["A"], [TagEdit("A", None), TagEdit(None, "B"), TagEdit("b", "C")]) == ("C",)


@given(VALUES, VALUE, VALUE)
def test_a_merge_leaves_one_of_the_two_and_the_others_in_order(values, old, new):
    after = TagEdit(old, new).apply(values)
    if fold(old) not in map(fold, values):
        assert after == tuple(values)
        return
    alike = {fold(old), fold(new)}
    assert [value for value in after if fold(value) in alike] == [new]
    assert [v for v in after if fold(v) not in alike] == [v for v in values if fold(v) not in alike]


@given(VALUES, st.lists(st.builds(TagEdit, st.none() | VALUE, VALUE), max_size=3))
def test_doing_a_change_twice_is_doing_it_once(values, edits):
    for edit in edits:
        once = edit.apply(values)
        if edit.old is None or fold(edit.old) != fold(edit.new):
            assert edit.apply(once) == once


def test_a_value_that_comes_must_be_one_that_can_be_stored_and_one_that_goes_needn_t():
    check_edits([TagEdit("a#b", "ab"), TagEdit("x*", None)], TagRules())
    with pytest.raises(InputError, match="“#” can’t be used in a tag"):
        check_edits([TagEdit(None, "a#b")], TagRules())
    with pytest.raises(InputError, match="Type a tag first"):
        check_edits([TagEdit(None, "")], TagRules())
