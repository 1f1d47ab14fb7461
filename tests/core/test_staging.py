"""How the staging bucket is laid out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.staging import Place, new_place, place_of

NOW = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)


def test_the_keys_of_a_place_lead_back_to_it() -> None:
    place = new_place("ab5e91fe131e05f1", NOW)
    assert place.request_id.startswith("20261124T093100Z-")
    assert place_of(place.label_key) == place
    assert place_of(place.copy_key("a/b.txt")) == place
    assert place.copy_key("a/b.txt") == f"ab5e91fe131e05f1/{place.request_id}/files/a/b.txt"


def test_a_copy_of_the_longest_key_has_a_key_too() -> None:
    place = Place("u", "20261124T093100Z-00000000")
    key = place.copy_key("x" * 1024)
    assert len(key.encode()) <= 1024
    assert place_of(key) == place
    assert key != place.copy_key("y" * 1024)


@pytest.mark.parametrize(
    "key", ["readme.txt", "u/x/files/a", "u/20261124T093100Z-00000000/other", "u/20261124T093100Z-00000000/files/"]
)
def test_a_key_that_is_laid_out_otherwise_is_nobodys(key: str) -> None:
    assert place_of(key) is None
