from datetime import UTC, datetime

import pytest

from app.aws.times import parse_time

MOMENT = datetime(2026, 11, 24, 5, 4, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-11-24T05:04:02.000Z", "2026-11-24T05:04:02Z", "Tue, 24 Nov 2026 05:04:02 GMT", "1795496642", 1795496642],
)
def test_every_form_of_time_that_the_storage_uses_is_read_as_the_same_moment(text):
    assert parse_time(text) == MOMENT
    assert parse_time(text).tzinfo is not None


def test_what_is_no_time_is_refused():
    with pytest.raises(ValueError, match="soon"):
        parse_time("soon")
