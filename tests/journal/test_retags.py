"""What the journal keeps of changed tags."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import InputError, LocalFileError, NothingFoundError
from app.core.events import Match
from app.core.objects import StoredObject
from app.core.open_transfers import OpenTransfer, TransferKind
from app.core.tag_edits import RetagRequest, TagEdit, TagsChange
from app.core.tags import TagRules
from app.journal.file import JournalFile, journal_path
from app.journal.retags import RUNS_KEPT, Retags
from app.journal.schema import VERSION
from tests.fakes import MovedClock

A_TO_B = (TagEdit("A", "B"), TagEdit(None, "C"))
KEYS = ("Tag1", "Tag3")
RULES = TagRules("Tag1", ("Tag3",), {"Tag2": "fixed"})
NOON = datetime(2026, 11, 25, 12, 0, 0, 5, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return journal_path(tmp_path / "journal", "1001")


@pytest.fixture
def file(path):
    file = JournalFile(path)
    yield file
    file.close()


@pytest.fixture
def retags(file):
    return Retags(file, "eu-central-1/files", MovedClock())


def found(key):
    return Match(StoredObject(key, 7, NOON, f"etag of {key}"), {"Tag1": "A", "Other": "見積書"}, ("A",))


def change(key, after="B"):
    return TagsChange(key, {"Tag1": "A", "Tag3": "見積書"}, {"Tag1": after})


def request(*keys):
    return RetagRequest(tuple(found(key) for key in keys), A_TO_B, RULES)


def recorded(retags, *keys):
    """Note a change of these files that came to its end and return its id."""
    record = retags.begin(request(*keys))
    record.planned(map(change, keys))
    record.settled(keys, ())
    record.finish()
    return record.run_id


def test_runs_are_told_with_what_they_did_the_last_one_first(retags):
    first, second = recorded(retags, "a", "b"), recorded(retags, "c")
    runs = retags.runs()
    assert [(run.id, run.files) for run in runs] == [(second, 1), (first, 2)]
    assert (runs[0].edits, runs[0].tag_keys) == (A_TO_B, KEYS)
    assert abs(runs[0].began_at - MovedClock().now()) < timedelta(minutes=1)
    assert retags.changes(first) == (change("a"), change("b"))


def test_what_is_noted_of_a_file_again_takes_the_place_of_what_was(retags):
    record = retags.begin(request("a"))
    record.planned([change("a")])
    record.planned([change("a", "X")])
    assert retags.changes(record.run_id) == (change("a", "X"),)
    record.finish()


def test_a_run_of_which_nothing_is_left_is_told_no_more(retags):
    run_id = recorded(retags, "a", "b")
    record = retags.begin_undo(run_id)
    record.settled(["a"], ["a"])
    assert [run.files for run in retags.runs()] == [1]
    record.settled(["b"], ["b"])
    assert retags.runs() == ()
    record.finish()
    with pytest.raises(NothingFoundError):
        retags.begin_undo(run_id)


def test_each_bucket_has_runs_of_its_own(retags, file):
    other = Retags(file, "eu-central-1/other", MovedClock())
    recorded(retags, "a")
    run_id = recorded(other, "a", "b")
    assert [run.id for run in other.runs()] == [run_id]
    assert [run.files for run in retags.runs()] == [1]


def test_only_the_last_runs_are_kept(retags, file):
    other = Retags(file, "eu-central-1/other", MovedClock())
    recorded(other, "a")
    ids = [recorded(retags, "a") for _ in range(RUNS_KEPT + 3)]
    assert [run.id for run in retags.runs()] == ids[:2:-1]
    assert retags.changes(ids[0]) == ()
    assert len(other.runs()) == 1


def test_it_is_there_again_at_the_next_start(retags, file, path):
    recorded(retags, "a")
    file.close()
    again = JournalFile(path)
    assert [run.files for run in Retags(again, "eu-central-1/files", MovedClock()).runs()] == [1]
    again.close()


def test_what_was_noted_survives_the_death_of_the_program(path):
    program = (
        "import os, sys; from pathlib import Path; from app.journal.file import JournalFile;"
        "from app.journal.retags import Retags; from tests.fakes import MovedClock;"
        "from tests.journal.test_retags import change, request;"
        "retags = Retags(JournalFile(Path(sys.argv[1])), 'eu-central-1/files', MovedClock());"
        "record = retags.begin(request('a', 'b', 'c')); record.planned([change('a'), change('b')]);"
        "record.settled(['a'], []);"
        "os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path)], timeout=60)
    assert ended.returncode == -9
    file = JournalFile(path)
    retags = Retags(file, "eu-central-1/files", MovedClock())
    (run,) = retags.runs()
    assert retags.changes(run.id) == (change("a"), change("b"))
    (left,) = retags.open_transfers()
    assert left == OpenTransfer(run.id, TransferKind.RETAG, "“A” became “B”, “C” was added", run.began_at, 3, 2, 0, 0)
    asked, record = retags.take_up(run.id)
    assert asked == request("b", "c")
    with pytest.raises(InputError, match="Another Tagdrop is at this transfer"):
        retags.take_up(run.id)
    assert retags.open_transfers() == ()
    record.finish()
    assert retags.open_transfers() == ()
    assert [run.files for run in retags.runs()] == [2]
    file.close()


def test_an_undo_that_is_broken_off_is_told_and_what_was_left_of_the_change_is_over(retags):
    record = retags.begin(request("a", "b", "c"))
    record.planned([change("a"), change("b")])
    record.settled(["a", "b"], [])
    record.leave()
    undo = retags.begin_undo(record.run_id)
    undo.settled(["a"], ["a"])
    undo.leave()
    (left,) = retags.open_transfers()
    assert (left.kind, left.files, left.files_left) == (TransferKind.UNDO, 2, 1)
    retags.begin_undo(record.run_id).finish()
    assert retags.open_transfers() == ()
    assert [run.files for run in retags.runs()] == [1]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX’s")
def test_nobody_else_on_the_computer_can_read_it(retags, path):
    recorded(retags, "a")
    files = list(path.parent.iterdir())
    assert path in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_each_person_has_a_file_of_their_own(tmp_path):
    assert journal_path(tmp_path, "1001") != journal_path(tmp_path, "1002")
    assert "1001" not in journal_path(tmp_path, "1001").name


def test_nothing_of_it_stays_where_it_is_deleted(retags, file, path):
    recorded(retags, "a")
    file.delete()
    assert list(path.parent.iterdir()) == []
    assert retags.runs() == ()


class TestAFileThat:
    def test_is_no_journal_is_put_aside_and_told(self, retags, path, caplog):
        path.parent.mkdir()
        path.write_bytes(b"no database" * 1000)
        recorded(retags, "a")
        assert [run.files for run in retags.runs()] == [1]
        assert "The journal is damaged; it is put aside and begun anew" in caplog.text
        assert path.with_suffix(".damaged").read_bytes().startswith(b"no database")

    def test_is_damaged_within_is_put_aside_when_that_is_noticed(self, retags, file, path, caplog):
        recorded(retags, *(f"f{n:05}" for n in range(5000)))
        file.close()
        content = path.read_bytes()
        path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
        with pytest.raises(LocalFileError) as caught:
            retags.runs()
        assert caught.value.code == "journal-unusable"
        assert retags.runs() == ()
        assert recorded(retags, "a")

    def test_a_newer_program_wrote_is_left_as_it_is(self, retags, file, path):
        recorded(retags, "a")
        file.close()
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.close()
        with pytest.raises(LocalFileError) as caught:
            retags.begin(request("a"))
        assert str(caught.value) == (
            f"{path}: What is to be done can’t be noted on this computer. So it could neither be undone nor gone on with, and isn’t begun."
            " The computer says: a newer Tagdrop wrote it."
        )
        assert path.exists()

    def test_cannot_be_made_is_an_error_of_this_computer(self, retags, path):
        path.parent.write_bytes(b"in the way")
        with pytest.raises(LocalFileError):
            recorded(retags, "a")
