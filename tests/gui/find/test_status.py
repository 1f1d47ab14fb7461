"""The line above the found files: what gives way where it is narrow."""

import pytest

from app.ui.find.status import StatusLine
from app.ui.widgets.segmented import Segmented


@pytest.fixture
def line(qtbot):
    made = StatusLine()
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


def test_words_stay_whole_where_the_line_is_narrow(line, qtbot):
    line.set_unreadable("4 files couldn’t be looked at")
    line.resize(line._needed_width() - 1, 40)
    qtbot.waitUntil(lambda: not line.again.isVisible())
    assert line.unreadable.isVisible()
    assert line._words.toolTip() == ""


def test_all_and_any_take_their_room_while_they_are_here(line, qtbot):
    line.resize(line._needed_width(), 40)
    assert line.again.isVisible()
    joiner = Segmented("Match", ("All", "Any"))
    line.hold(joiner)
    joiner.show()
    line.show_ended("Up to date at 10:42")
    assert not line.again.isVisible()
