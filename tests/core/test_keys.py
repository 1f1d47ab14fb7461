"""From a file's name to its key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.errors import InputError
from app.core.keys import check_key, expand_prefix, is_junk, is_pointer, key_of, numbered


def test_a_key_is_the_dropped_folder_and_the_path_below_it() -> None:
    assert key_of(("Photos", "2026", "a b.jpg")) == "Photos/2026/a b.jpg"


@pytest.mark.parametrize("name", ["CON.txt", "a:b?.txt", "trail. ", "😀.pdf", "عقد.docx", "見積書.pdf"])
def test_names_that_a_key_can_have_stay_as_they_are(name: str) -> None:
    assert key_of((name,)) == name


def test_a_decomposed_name_is_composed() -> None:
    assert key_of(("Cafe\u0301.txt",)) == "Café.txt"


def test_control_characters_and_backslashes_become_underscores() -> None:
    assert key_of(("a\nb\\c\x7f.txt",)) == "a_b_c_.txt"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("..", "x"), "name-not-safe"),
        ((".", "x"), "name-not-safe"),
        ((".tagdrop", "x"), "name-reserved"),
        (("a" * 1025,), "key-too-long"),
        (("\udcff.txt",), "name-not-unicode"),
    ],
)
def test_a_name_that_cannot_be_stored_is_a_named_failure(parts: tuple[str, ...], code: str) -> None:
    with pytest.raises(InputError) as caught:
        key_of(parts)
    assert caught.value.code == code
    assert caught.value.target


def test_a_leading_slash_is_refused() -> None:
    with pytest.raises(InputError):
        check_key("/etc/passwd", "passwd")


def test_copies_are_numbered_before_the_suffix() -> None:
    assert numbered("a/report.pdf", 2) == "a/report (2).pdf"
    assert numbered("a.b/README", 3) == "a.b/README (3)"
    assert numbered(".profile", 2) == ".profile (2)"


def test_a_numbered_key_is_never_too_long() -> None:
    key = numbered("é" * 510 + ".pdf", 12)
    assert len(key.encode()) <= 1024
    assert key.endswith(" (12).pdf")


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", "~$plan.docx", ".~lock.plan.odt#"])
def test_scraps_of_the_system_are_junk(name: str) -> None:
    assert is_junk(name)
    assert not is_junk(f"a{name}")


def test_googles_pointer_files_are_recognised() -> None:
    assert is_pointer("Plan.gdoc")
    assert not is_pointer("Plan.doc")


def test_the_date_is_filled_into_the_prefix() -> None:
    assert expand_prefix("{year}/{month}/{day}/", datetime(2026, 3, 7, tzinfo=UTC)) == "2026/03/07/"
