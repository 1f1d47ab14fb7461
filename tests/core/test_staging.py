"""How the staging bucket is laid out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.staging import Place, new_place, place_of, user_prefixes

NOW = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)


def test_the_keys_of_a_place_lead_back_to_it() -> None:
    place = new_place("ab5e91fe131e05f1", NOW)
    assert place.request_id.startswith("20261124T093100Z-")
    assert place_of(place.label_key) == place
    assert place_of(place.copy_key("a/b.txt")) == place
    assert place.copy_key("a/b.txt") == f"ab5e91fe131e05f1/{place.request_id}/files/a/b.txt"


def test_an_archive_and_what_it_is_made_of_have_places_too() -> None:
    place = new_place("ab5e91fe131e05f1", NOW, is_shared=True)
    archive = place.archive_key("Lot 4.zip")
    assert archive == f"shared/ab5e91fe131e05f1/{place.request_id}/zip/Lot 4.zip"
    assert [place_of(key) for key in (archive, place.scratch_key(7), place.label_key)] == [place] * 3
    assert [place.is_archive(key) for key in (archive, place.scratch_key(7))] == [True, False]
    assert [place.is_copy(key) for key in (place.copy_key("a"), archive)] == [True, False]
    assert place.prefix.startswith(user_prefixes("ab5e91fe131e05f1")[1])


def test_an_archive_with_a_very_long_name_has_a_key_too() -> None:
    place = Place("u", "20261124T093100Z-00000000")
    name = place.archive_key("ä" * 250 + ".zip").removeprefix(f"{place.prefix}zip/")
    assert name == "ä" * 98 + ".zip"


def test_a_copy_of_the_longest_key_has_a_key_too() -> None:
    place = Place("u", "20261124T093100Z-00000000")
    key = place.copy_key("x" * 1024)
    assert len(key.encode()) <= 1024
    assert place_of(key) == place
    assert key != place.copy_key("y" * 1024)


@pytest.mark.parametrize(
    "key",
    [
        "readme.txt",
        "u/x/files/a",
        "u/20261124T093100Z-00000000/other",
        "u/20261124T093100Z-00000000/files/",
        "u/20261124T093100Z-00000000/zip/a/b.zip",
        "shared/shared/u/20261124T093100Z-00000000/zip/b.zip",
    ],
)
def test_a_key_that_is_laid_out_otherwise_is_nobodys(key: str) -> None:
    assert place_of(key) is None
