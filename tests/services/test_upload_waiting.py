"""An upload that waits for its turn is in the journal, and nobody else's."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.errors import InputError, LocalFileError, NothingFoundError
from app.core.events import SourceFile
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.journal.file import JournalFile
from app.journal.transfers import Transfers
from app.services.upload_waiting import waiting_upload
from tests.fakes import Listener, MovedClock


class Storage:
    """Frees parts."""

    def __init__(self):
        self.freed = []

    def abort_upload(self, key, upload_id):
        self.freed.append((key, upload_id))


def request(name="a.pdf"):
    source = SourceFile(Path("/in") / name, (name,), name, 10, 5)
    return UploadRequest((UploadFile(source, ("Lot 1",)),), (), "", TagRules(), "maria@example.com", True)


def transfers_in(file):
    return Transfers(file, "eu-central-1/files", MovedClock())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path):
    with closing(JournalFile(path)) as file:
        yield transfers_in(file)


@pytest.fixture
def others(path):
    """The journal as another Tagdrop sees it."""
    with closing(JournalFile(path)) as file:
        yield transfers_in(file)


@pytest.fixture
def waits(journal):
    """Return what lets an upload wait; what still does at the end is left."""
    with ExitStack() as stack:

        def wait(asked, *, is_noted=True, storage=None):
            waiting = waiting_upload(asked, journal, storage)
            stack.callback(waiting.leave)
            if is_noted:
                waiting.note()
            return waiting

        yield wait


@pytest.fixture
def interrupted(journal):
    """An upload of which a part had arrived, as it is read to go on."""
    record = journal.begin(request(), [1])
    record.begun(0, "upload-1")
    record.leave()
    return journal.read(record.run_id)


def runs(path):
    with closing(JournalFile(path)) as file, file.transaction() as connection:
        return connection.execute("SELECT count(*) FROM runs").fetchone()[0]


def test_it_is_noted_and_not_offered_as_interrupted_while_it_waits(waits, others, path):
    waiting = waits(request())
    waiting.note()
    assert runs(path) == 1
    assert others.open_transfers() == ()


def test_it_is_there_when_the_program_dies_while_it_waits(path, others):
    script = (
        "import os, sys; from pathlib import Path; from tests.services.test_upload_waiting import *;"
        "waiting_upload(request(), transfers_in(JournalFile(Path(sys.argv[1]))), None).note(); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False, timeout=60).returncode == 9
    (found,) = others.open_transfers()
    assert found.files_left == 1


@pytest.mark.parametrize("is_noted", [True, False])
def test_its_turn_begins_under_what_was_noted(waits, others, path, is_noted):
    asked = request()
    waiting = waits(asked, is_noted=is_noted)
    begun = waiting.begin()
    waiting.note()
    assert (begun.request, runs(path)) == (asked, 1)
    begun.record.leave()
    assert [found.id for found in others.open_transfers()] == [begun.record.run_id]


def test_one_that_was_interrupted_is_nobody_elses_while_it_waits(waits, others, interrupted):
    waiting = waits(interrupted)
    assert others.open_transfers() == ()
    with pytest.raises(InputError) as error:
        others.take_up(interrupted.run_id)
    assert error.value.code == "transfer-in-use"
    begun = waiting.begin()
    assert (begun.request, begun.record.run_id) == (interrupted, interrupted.run_id)
    begun.record.leave()


def test_one_that_somebody_else_ended_meanwhile_is_said_at_its_turn(waits, others, interrupted):
    waiting = waits(interrupted, is_noted=False)
    others.take_up(interrupted.run_id)[1].finish()
    with pytest.raises(NothingFoundError):
        waiting.note()
    with pytest.raises(NothingFoundError):
        waiting.begin()


@pytest.mark.parametrize("is_noted", [True, False])
def test_it_is_left_for_another_time(waits, others, is_noted):
    waiting = waits(request(), is_noted=is_noted)
    waiting.leave()
    waiting.note()
    assert [found.files_left for found in others.open_transfers()] == [1]


def test_one_that_was_interrupted_is_left_as_it_was(waits, others, interrupted):
    waiting = waits(interrupted)
    waiting.leave()
    assert [found.id for found in others.open_transfers()] == [interrupted.run_id]
    assert others.read(interrupted.run_id) == interrupted


@pytest.mark.parametrize("is_noted", [True, False])
def test_what_is_cancelled_while_it_waits_is_forgotten(waits, path, is_noted):
    waiting = waits(request(), is_noted=is_noted)
    waiting.forget(Listener().job)
    waiting.note()
    assert runs(path) == 0


@pytest.mark.parametrize("is_noted", [True, False])
def test_parts_of_what_is_cancelled_while_it_waits_are_freed(waits, interrupted, path, is_noted):
    storage = Storage()
    waiting = waits(interrupted, is_noted=is_noted, storage=storage)
    waiting.forget(Listener().job)
    assert (storage.freed, runs(path)) == ([("a.pdf", "upload-1")], 0)


def test_a_journal_that_cant_be_written_is_said_at_its_turn(path, journal):
    path.mkdir()
    waiting = waiting_upload(request(), journal, None)
    with pytest.raises(LocalFileError):
        waiting.note()
    with pytest.raises(LocalFileError):
        waiting.begin()


def test_a_tag_that_cant_be_stored_is_not_noted(journal, path):
    too_many = replace(request(), files=(UploadFile(request().files[0].source, tuple("ABCDEFGH")),))
    waiting = waiting_upload(too_many, journal, None)
    with pytest.raises(InputError):
        waiting.note()
    assert runs(path) == 0
