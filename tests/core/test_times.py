"""Times as whole numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.times import time_of_file

SECOND = 10**9


@pytest.mark.parametrize(
    ("modified_ns", "time"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-SECOND, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (10_413_792_000 * SECOND, datetime(2300, 1, 1, tzinfo=UTC)),
        (2**90, datetime(9999, 1, 1, tzinfo=UTC)),
        (-(2**90), datetime(2, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_time_of_a_file_can_be_told_whatever_the_disk_says(modified_ns, time):
    assert time_of_file(modified_ns) == time
    assert time_of_file(modified_ns).astimezone()
