"""Numbers, sizes and times read as people say them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.ui import words

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (38, "38 files"), (12400, "12,400 files")])
def test_a_count_agrees_with_its_noun(number: int, text: str) -> None:
    assert words.files(number) == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (348_000, "348 KB"),
        (999_499, "999 KB"),
        (999_500, "1.0 MB"),
        (22_400_000, "22.4 MB"),
        (92_000_000, "92 MB"),
        (214_000_000, "214 MB"),
        (1_800_000_000, "1.8 GB"),
        (5 * 1024**4, "5.5 TB"),
    ],
)
def test_a_size_has_the_figures_that_tell_something(size_bytes: int, text: str) -> None:
    assert words.size(size_bytes) == text


def test_a_part_of_a_size_has_the_unit_of_the_whole() -> None:
    assert words.size_of(80_000_000, 214_000_000) == "80 of 214 MB"
    assert words.size_of(4_600_000, 6_800_000) == "4.6 of 6.8 MB"
    assert words.size_of(45_300_000, 92_000_000) == "45.3 of 92.0 MB"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW.replace(hour=9, minute=14), "Today, 09:14"),
        (NOW - timedelta(days=1), "Yesterday, 12:00"),
        (datetime(2026, 11, 19, 11, 40, tzinfo=UTC), "19 Nov, 11:40"),
        (datetime(2024, 2, 3, 8, 0, tzinfo=UTC), "3 Feb 2024, 08:00"),
    ],
)
def test_a_date_is_as_near_as_it_is(moment: datetime, text: str) -> None:
    assert words.date(moment, NOW) == text


def test_a_date_is_told_in_the_zone_that_is_shown() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert words.date(datetime(2026, 11, 23, 16, 0, tzinfo=UTC), NOW.astimezone(tokyo)) == "Today, 01:00"


def test_a_date_inside_a_sentence_begins_small() -> None:
    assert words.made(NOW.replace(hour=9, minute=31), NOW) == "today at 09:31"
    assert words.made(datetime(2026, 11, 19, 11, 40, tzinfo=UTC), NOW) == "on 19 Nov at 11:40"


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(hours=23, minutes=12, seconds=30), "23 h 12 min left"),
        (timedelta(minutes=46), "46 min left"),
        (timedelta(seconds=12), "12 s left"),
        (timedelta(seconds=-5), "0 s left"),
    ],
)
def test_time_left_gets_finer_towards_the_end(left: timedelta, text: str) -> None:
    assert words.time_left(left) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (3, "a few seconds left"),
        (42, "about 40 seconds left"),
        (58, "about 1 minute left"),
        (121, "about 2 minutes left"),
        (7300, "about 2 hours left"),
    ],
)
def test_an_estimate_is_rounded(seconds: float, text: str) -> None:
    assert words.about_left(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 second"), (160, "2 minutes 40 seconds"), (120, "2 minutes"), (3900, "1 hour 5 minutes")],
)
def test_a_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_a_name_in_a_sentence_keeps_its_direction_to_itself() -> None:
    assert words.quoted("فاتورة.pdf") == "“\u2068فاتورة.pdf\u2069”"


def test_a_name_cannot_turn_the_sentence_around() -> None:
    assert "\u202e" not in words.name("invoice\u202efdp.exe")
