"""What several use cases are tested with."""

from __future__ import annotations

import pytest

from app.journal.file import JournalFile, journal_path
from app.journal.retags import Retags
from tests.fakes import MovedClock


@pytest.fixture
def journal(tmp_path):
    """A journal that says what was retagged."""
    file = JournalFile(journal_path(tmp_path / "journal", "1001"))
    yield Retags(file, "test/files", MovedClock())
    file.close()
