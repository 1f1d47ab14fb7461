import pytest

from app.services.near import near_values

IN_USE = {
    "Kunde4711": 3,
    "Harbour Street": 96,
    "Harbour Street, signed": 12,
    "Harbour office": 3,
    "Café": 2,
    "Lot 3": 40,
}


def near(wanted, counts=IN_USE):
    return [(counted.value, counted.files) for counted in near_values(wanted, counts)]


@pytest.mark.parametrize("wanted", ["kunde4711", "Kunde 4711", "Kunde-4711", "Kunde4171", "Kunde471", "Kunde47111"])
def test_case_signs_and_slips(wanted):
    assert near(wanted) == [("Kunde4711", 3)]


def test_accents():
    assert near("cafe") == [("Café", 2)]


def test_what_contains_it_comes_after_what_is_closer():
    assert near("Harbor Street")[0] == ("Harbour Street", 96)
    assert near("Harbour") == [("Harbour Street", 96), ("Harbour office", 3), ("Harbour Street, signed", 12)]


def test_of_equally_close_values_the_most_used_come_first_and_five_at_most():
    counts = {f"Client {number}": number for number in range(1, 9)}
    assert near("Client", counts) == [(f"Client {number}", number) for number in (8, 7, 6, 5, 4)]


@pytest.mark.parametrize("wanted", ["Zebra", "x", "!", ""])
def test_nothing_is_close_to_something_else(wanted):
    assert near(wanted) == []
