"""Member names that every system can unpack."""

from __future__ import annotations

import unicodedata
from random import Random

import pytest
from hypothesis import given, strategies as st

from app.core.zipnames import MemberNames


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("a/b.txt", "a/b.txt"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("a:b?.txt", "a_b_.txt"),
        ("trail. ", "trail"),
        ("../../etc/passwd", "_/_/etc/passwd"),
        ("/abs", "abs"),
        ("folder/", "folder"),
        ("annexe\u202efdp.exe", "annexe_fdp.exe"),
        ("a\\b", "a_b"),
        ("見積書.pdf", "見積書.pdf"),
    ],
)
def test_each_component_is_made_safe(key: str, name: str) -> None:
    assert MemberNames().name_for(key) == name


def test_names_that_are_one_file_on_some_disks_are_numbered() -> None:
    names = MemberNames()
    assert [names.name_for(key) for key in ("a.txt", "A.txt", "ａ.txt")] == ["a.txt", "A (2).txt", "ａ (3).txt"]


def test_a_file_and_a_folder_of_one_name_both_find_a_place() -> None:
    names = MemberNames()
    assert names.name_for("a") == "a"
    assert names.name_for("a/b") == "a (2)/b"
    assert names.name_for("c/d") == "c/d"
    assert names.name_for("c") == "c (2)"


@pytest.mark.parametrize("letter", ["n", "ü", "第", "🎉"])
def test_a_name_is_cut_to_what_disks_can_hold_and_keeps_its_suffix(letter: str) -> None:
    names = MemberNames()
    first, second = (names.name_for(f"{letter * 300}.txt") for _ in range(2))
    for name in (first, second):
        assert len(name.encode("utf-16-le")) // 2 <= 255
        assert name.endswith(".txt")
        assert name.encode().decode() == name
    assert second.endswith(" (2).txt")


def test_equal_names_in_two_folders_are_no_matter() -> None:
    names = MemberNames()
    assert [names.name_for(key) for key in ("a/x.txt", "b/x.txt", "A/x.txt")] == ["a/x.txt", "b/x.txt", "A/x (2).txt"]


@given(st.lists(st.text(min_size=1, max_size=40), max_size=30, unique=True))
def test_names_are_unique_and_stay_in_the_folder(keys: list[str]) -> None:
    names = MemberNames()
    given_names = [names.name_for(key) for key in keys]
    folded = {unicodedata.normalize("NFKC", name).casefold() for name in given_names}
    assert len(folded) == len(keys)
    for name in given_names:
        parts = name.split("/")
        assert all(part not in ("", ".", "..") and part == part.rstrip(". ") for part in parts)
        assert not set('<>:"\\|?*') & set(name)


@given(st.lists(st.text(min_size=1, max_size=40), max_size=30, unique=True), st.randoms())
def test_names_that_were_given_stay_as_they_are(keys: list[str], random: Random) -> None:
    """Also where some of the files never became members."""
    names, again = MemberNames(), MemberNames()
    members = [name for name in map(names.name_for, keys) if random.random() < 0.8]
    assert [again.name_for(name) for name in members] == members
