"""The line above the found files: what gives way where it is narrow."""

import pytest

from app.ui.find.filter_bar import FilterBar
from app.ui.find.status import StatusLine
from app.ui.theme import u
from app.ui.widgets.segmented import Segmented


@pytest.fixture
def line(qtbot):
    made = StatusLine(FilterBar(dict))
    qtbot.addWidget(made)
    made.resize(700, 40)
    with qtbot.waitExposed(made):
        made.show()
    made.show_ended("Up to date at 10:42")
    return made


def test_a_finished_search_can_be_repeated(line):
    assert line.again.isVisible()
    line.show_running("Searching", None)
    assert not line.again.isVisible()


def room_for_all(line):
    """Return the least width where *Search again* is offered too, and the filters at least in one button."""
    return line._needed_width([line.again]) + u(6) + line._filters.least_width()


def test_words_stay_whole_where_the_line_is_narrow(line, qtbot):
    line.set_unreadable("4 files couldn’t be looked at")
    line.resize(room_for_all(line) - 1, 40)
    qtbot.waitUntil(lambda: not line.again.isVisible())
    assert line.unreadable.isVisible()
    qtbot.waitUntil(lambda: line._words.toolTip() == "")


def test_all_and_any_take_their_room_while_they_are_here(line, qtbot):
    line.resize(room_for_all(line), 40)
    assert line.again.isVisible()
    joiner = Segmented("Match", ("All", "Any"))
    line.hold(joiner)
    joiner.show()
    line.show_ended("Up to date at 10:42")
    assert not line.again.isVisible()
