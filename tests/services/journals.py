"""Journals of work, as each program that runs has one of the same file."""

from __future__ import annotations

from pathlib import Path

from app.journal.file import JournalFile
from app.journal.journal import WorkJournal
from tests.fakes import MovedClock


def journal_in(file: JournalFile) -> WorkJournal:
    return WorkJournal(file, "eu-central-1/files", MovedClock())


def runs(path: Path) -> int:
    """Count what the journal has, under way or not."""
    file = JournalFile(path)
    with file.transaction() as connection:
        (found,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    file.close()
    return int(found)
