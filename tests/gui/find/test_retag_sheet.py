"""How tags are spelt that files spell differently."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from app.core.events import Match
from app.core.objects import StoredObject
from app.core.tags import TagRules
from app.ui.find.retag_sheet import RetagSheet


@pytest.mark.parametrize(
    ("spellings", "shown"), [(("Lot", "lot", "Lot"), "Lot"), (("lot", "Lot", "lot"), "lot"), (("lot", "Lot"), "Lot")]
)
def test_a_tag_is_spelt_as_most_files_do_in_whatever_order_they_come(qtbot, spellings, shown):
    for order in itertools.permutations(enumerate(spellings)):
        files = [
            Match(StoredObject(str(number), 1, datetime(2026, 11, 24, tzinfo=UTC), "e"), {"Tag1": value}, (value,))
            for number, value in order
        ]
        sheet = RetagSheet(files, TagRules())
        qtbot.addWidget(sheet)
        assert sheet.field.values() == (shown,)
        assert sheet.edits() == ()
