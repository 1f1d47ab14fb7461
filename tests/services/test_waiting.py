"""What waits for its turn is in the journal, whole, and nobody else's."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core.downloads import FetchRequest, Listing
from app.core.errors import InputError, LocalFileError, NothingFoundError
from app.core.events import Match, SourceFile
from app.core.job import Job
from app.core.objects import StoredObject
from app.core.query import Query, Term
from app.core.sharing import ShareRequest
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.services.cloud_zip import CloudStores
from app.services.downloading import Downloader
from app.services.linking import Linker
from app.services.upload_waiting import waiting_upload
from tests.fakes import MovedClock
from tests.services.journals import runs

FOUND = Match(StoredObject("a", 7, datetime(2026, 11, 25, 12, tzinfo=UTC), "1"), {"Tag1": "Lot 7"}, ("Lot 7",))
QUERY = Query((Term("Lot 7"),))


class Kind:
    """What waits, in one journal.

    Attributes:
        kept: where it is noted.
        asked: what is noted.
    """

    def begun(self):
        """Return the record of one whose turn has come."""
        return self.kept.begin(self.asked)

    def is_asked(self, request):
        """Tell whether a request is whole."""
        return request == self.asked


class Downloads(Kind):
    def __init__(self, journal, folder):
        self.kept = journal.downloads
        self.asked = FetchRequest((FOUND,), folder / "Lot 7.zip", "Lot 7", "1001", listing=Listing(QUERY, is_all=True))
        downloader = Downloader(CloudStores(None, None, None), MovedClock(), self.kept, None)
        self.waiting, self.waiting_again = lambda: downloader.waiting(self.asked), downloader.waiting_again


class Links(Kind):
    def __init__(self, journal, folder):
        self.kept = journal.shares
        self.asked = ShareRequest((FOUND,), QUERY, "1001")
        linker = Linker(CloudStores(None, None, None), None, MovedClock(), self.kept)
        self.waiting, self.waiting_again = lambda: linker.waiting(self.asked), linker.waiting_again


class Uploads(Kind):
    def __init__(self, journal, folder):
        self.kept = journal.uploads
        files = (UploadFile(SourceFile(folder / "a.pdf", ("a.pdf",), "a.pdf", 10, 5), ("Lot 1",)),)
        self.asked = UploadRequest(files, (), "", TagRules(), "maria@example.com", True, transfer="1")

    def waiting(self):
        return waiting_upload(self.asked, self.kept, None)

    def waiting_again(self, run_id):
        return waiting_upload(self.kept.read(run_id), self.kept, None)

    def begun(self):
        return self.kept.begin(self.asked, [1])

    def is_asked(self, request):
        return replace(request, run_id=None, before={}) == self.asked


@pytest.fixture(params=[Downloads, Links, Uploads])
def kind(request, work, tmp_path):
    return request.param(work, tmp_path)


@pytest.fixture
def other_kind(kind, others, tmp_path):
    """The same as another Tagdrop sees it."""
    return type(kind)(others, tmp_path)


@pytest.fixture
def interrupted(kind):
    """The id of one that was interrupted."""
    record = kind.begun()
    record.leave()
    return record.run_id


def lets_die(kind, path, folder):
    script = (
        "import os, sys; from pathlib import Path; from app.journal.file import JournalFile;"
        "from tests.services.journals import journal_in; from tests.services.test_waiting import *;"
        f"kind = {kind.__name__}(journal_in(JournalFile(Path(sys.argv[1]))), Path(sys.argv[2]));"
        "kind.waiting().note(); os.kill(os.getpid(), 9)"
    )
    return subprocess.run([sys.executable, "-c", script, str(path), str(folder)], check=False, timeout=60).returncode


def test_it_is_there_whole_when_the_program_dies(kind, other_kind, work_path, tmp_path, others):
    assert lets_die(type(kind), work_path, tmp_path) == -9
    (found,) = others.open_transfers()
    assert kind.is_asked(other_kind.kept.read(found.id))


def test_it_is_noted_once_and_not_offered_as_interrupted(kind, others, work_path):
    waiting = kind.waiting()
    waiting.note()
    waiting.note()
    assert runs(work_path) == 1
    assert others.open_transfers() == ()
    waiting.leave()


@pytest.mark.parametrize("is_noted", [True, False])
def test_its_turn_begins_under_what_was_noted_and_is_nobody_elses(kind, other_kind, others, work_path, is_noted):
    waiting = kind.waiting()
    if is_noted:
        waiting.note()
    begun = waiting.begin()
    waiting.note()
    assert (begun.request, begun.is_taken_up, runs(work_path)) == (kind.asked, False, 1)
    with pytest.raises(InputError) as error:
        other_kind.kept.take_up(begun.record.run_id)
    assert error.value.code == "transfer-in-use"
    begun.record.leave()
    assert [found.id for found in others.open_transfers()] == [begun.record.run_id]


def test_one_that_was_interrupted_is_nobody_elses_while_it_waits(kind, other_kind, others, interrupted):
    waiting = kind.waiting_again(interrupted)
    waiting.note()
    assert others.open_transfers() == ()
    with pytest.raises(InputError) as error:
        other_kind.kept.take_up(interrupted)
    assert error.value.code == "transfer-in-use"
    begun = waiting.begin()
    assert (begun.record.run_id, begun.is_taken_up) == (interrupted, True)
    assert kind.is_asked(begun.request)
    begun.record.finish()


def test_one_that_somebody_else_ended_meanwhile_is_said_at_its_turn(kind, other_kind, interrupted):
    waiting = kind.waiting_again(interrupted)
    other_kind.kept.take_up(interrupted)[1].finish()
    for turn in (waiting.note, waiting.begin):
        with pytest.raises(NothingFoundError, match="There is no such transfer"):
            turn()


@pytest.mark.parametrize("is_noted", [True, False])
def test_it_is_left_when_the_window_closes(kind, others, is_noted):
    waiting = kind.waiting()
    if is_noted:
        waiting.note()
    waiting.leave()
    waiting.note()
    assert len(others.open_transfers()) == 1


def test_one_that_was_interrupted_is_left_as_it_was(kind, other_kind, others, interrupted):
    before = kind.kept.read(interrupted)
    waiting = kind.waiting_again(interrupted)
    waiting.note()
    waiting.leave()
    assert [found.id for found in others.open_transfers()] == [interrupted]
    assert other_kind.kept.read(interrupted) == before


@pytest.mark.parametrize("is_noted", [True, False])
def test_it_is_forgotten_when_it_is_cancelled(kind, work_path, is_noted):
    waiting = kind.waiting()
    if is_noted:
        waiting.note()
    waiting.forget(Job())
    waiting.note()
    assert runs(work_path) == 0


@pytest.mark.parametrize("is_noted", [True, False])
def test_one_that_was_interrupted_is_forgotten_when_it_is_cancelled(kind, work_path, interrupted, is_noted):
    waiting = kind.waiting_again(interrupted)
    if is_noted:
        waiting.note()
    waiting.forget(Job())
    assert runs(work_path) == 0


def test_trying_again_goes_on_with_what_was_left(kind):
    waiting = kind.waiting()
    first = waiting.begin()
    first.record.leave()
    again = waiting.again().begin()
    assert (again.record.run_id, again.is_taken_up) == (first.record.run_id, True)
    again.record.finish()


def test_trying_again_begins_anew_what_was_forgotten(kind, others):
    waiting = kind.waiting()
    waiting.begin().record.finish()
    again = waiting.again().begin()
    assert (again.request, again.is_taken_up) == (kind.asked, False)
    again.record.leave()
    assert len(others.open_transfers()) == 1


def test_a_journal_that_cant_be_written_is_said_at_its_turn(kind, work_path):
    work_path.mkdir()
    waiting = kind.waiting()
    for turn in (waiting.note, waiting.begin):
        with pytest.raises(LocalFileError):
            turn()
