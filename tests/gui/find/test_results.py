import random
from datetime import UTC, datetime, timedelta

import pytest

from app.core.events import Match
from app.core.objects import StoredObject
from app.ui.find.order import Order, SortBy, file_name, other_values, sort_name
from app.ui.find.results import Results

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def match(key, size=1, minutes=0, values=("Invoice 2026",)):
    return Match(StoredObject(key, size, NOON + timedelta(minutes=minutes), "etag"), {}, values)


def shown(results):
    return [results.at(position).stored.key for position in range(len(results))]


def test_the_newest_files_come_first_and_equal_times_by_name():
    results = Results()
    results.add([match("b.pdf"), match("a.pdf"), match("new.pdf", minutes=5), match("old.pdf", minutes=-5)])
    assert shown(results) == ["new.pdf", "a.pdf", "b.pdf", "old.pdf"]


@pytest.mark.parametrize("by", list(SortBy))
@pytest.mark.parametrize("is_descending", [True, False])
def test_batches_that_stream_in_end_sorted_as_if_they_had_come_at_once(by, is_descending):
    matches = [match(f"{number}/{number % 90} file.pdf", number % 7, number % 11) for number in range(400)]
    random.Random(7).shuffle(matches)
    streamed, at_once = Results(Order(by, is_descending)), Results(Order(by, is_descending))
    for first in range(0, 400, 23):
        streamed.add(matches[first : first + 23])
    at_once.add(matches)
    assert shown(streamed) == shown(at_once)
    assert len(streamed) == 400


@pytest.mark.parametrize("is_descending", [True, False])
def test_names_sort_without_case_and_by_the_value_of_their_numbers(is_descending):
    results = Results(Order(SortBy.NAME, is_descending))
    results.add([match("scan10.pdf"), match("Scan2.pdf"), match("archive/scan1.pdf")])
    wanted = ["archive/scan1.pdf", "Scan2.pdf", "scan10.pdf"]
    assert shown(results) == (wanted[::-1] if is_descending else wanted)


@pytest.mark.parametrize("order", [Order(by, down) for by in SortBy for down in (True, False)])
def test_each_match_is_found_at_the_position_where_it_is_shown(order):
    results = Results(order)
    results.add([match(f"{number}.pdf", number % 3, number % 4) for number in range(50)])
    for arrival in range(50):
        assert results.at(results.position_of(arrival)) is results.by_arrival(arrival)


def test_another_order_keeps_every_match():
    results = Results()
    results.add([match("small.pdf", 1), match("big.pdf", 9), match("middle.pdf", 5)])
    results.sort(Order(SortBy.SIZE, True))
    assert shown(results) == ["big.pdf", "middle.pdf", "small.pdf"]


@pytest.mark.parametrize("order", [Order(by, down) for by in SortBy for down in (True, False)])
def test_rows_that_streamed_in_stand_as_a_later_sort_puts_them(order):
    matches = [match(f"{number}/{number % 90} file.pdf", number % 7, number % 11) for number in range(400)]
    streamed, sorted_later = Results(order), Results(Order(SortBy.NAME if order.by is SortBy.SIZE else SortBy.SIZE))
    for first in range(0, 400, 40):
        for results in (streamed, sorted_later):
            results.prepare(matches[first : first + 20])
            results.prepare(matches[first + 20 : first + 40])
            results.merge()
    sorted_later.sort(order)
    assert shown(streamed) == shown(sorted_later)


def test_sizes_are_added_up():
    results = Results()
    results.add([match("a.pdf", 3), match("b.pdf", 4)])
    assert results.size_bytes == 7


def test_the_folder_is_no_part_of_a_files_name():
    assert file_name("Site photos/north/01.jpg") == "01.jpg"
    assert sort_name("Site photos/A 2.jpg") == sort_name("Other/a 2.JPG")


def test_other_tags_are_those_that_were_not_searched_for():
    assert other_values(("INVOICE 2026", "Lot 3"), frozenset({"invoice 2026"})) == ("Lot 3",)
