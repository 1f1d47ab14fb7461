"""A Tagdrop link as the program's argument, as a browser hands it over."""

from __future__ import annotations

import pytest

from app import bootstrap

LINK = "tagdrop:find?is=Lot+4&not=Draft"


@pytest.fixture
def opened(monkeypatch):
    """What the window was opened on."""
    calls = []

    def open_window(config, link=""):
        calls.append(link)
        return 0

    monkeypatch.setattr(bootstrap, "open_window", open_window)
    return calls


@pytest.mark.parametrize("words", [[LINK], ["-v", LINK]])
def test_opens_the_window_on_it(tagdrop, opened, words):
    assert tagdrop(*words).code == 0
    assert opened == [LINK]


def test_also_one_that_cant_be_read_is_for_the_window_to_say(tagdrop, opened):
    assert tagdrop("tagdrop:delete?everything").code == 0
    assert opened == ["tagdrop:delete?everything"]


def test_without_one_the_window_opens_as_ever(tagdrop, opened):
    assert tagdrop().code == 0
    assert opened == [""]


def test_behind_a_command_it_is_a_value_like_any_other(tagdrop, opened):
    ended = tagdrop("find", LINK, "--json")
    assert (ended.code, ended.lines[-1]["matches"]) == (0, 0)
    assert opened == []
