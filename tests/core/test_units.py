"""Sizes in words."""

from __future__ import annotations

import pytest

from app.core.units import size_text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (999_499, "999 KB"),
        (999_500, "1.0 MB"),
        (4_240_000_000, "4.2 GB"),
        (99_940_000, "99.9 MB"),
        (99_950_000, "100 MB"),
        (999_500_000, "1.0 GB"),
        (5 * 1024**4, "5.5 TB"),
        (10**18, "1000 PB"),
    ],
)
def test_a_size_is_told_as_file_managers_do(size: int, text: str) -> None:
    assert size_text(size) == text
