"""What several use cases are tested with."""

from __future__ import annotations

from contextlib import closing

import pytest

from app.journal.file import JournalFile, journal_path
from app.journal.retags import Retags
from tests.fakes import MovedClock
from tests.services.journals import journal_in


@pytest.fixture
def journal(tmp_path):
    """A journal that says what was retagged."""
    file = JournalFile(journal_path(tmp_path / "journal", "1001"))
    yield Retags(file, "test/files", MovedClock())
    file.close()


@pytest.fixture
def work_path(tmp_path):
    """Where the journal of work is."""
    return tmp_path / "journal.sqlite"


@pytest.fixture
def work(work_path):
    """The journal of work."""
    with closing(JournalFile(work_path)) as file:
        yield journal_in(file)


@pytest.fixture
def others(work_path):
    """The same as another Tagdrop sees it."""
    with closing(JournalFile(work_path)) as file:
        yield journal_in(file)
