"""What the journal keeps of uploads."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.errors import InputError, LocalFileError, NothingFoundError
from app.core.events import SourceFile, UploadStatus
from app.core.tags import TagRules
from app.core.uploads import FileRecord, UploadFile, UploadRequest
from app.journal import schema
from app.journal.file import JournalFile, journal_path
from app.journal.retags import Retags
from app.journal.run_lock import RunLock
from app.journal.transfers import Transfers
from tests.fakes import MovedClock

STORAGE = "eu-central-1/files"
NAMES = ("a.pdf", "見積書.pdf", "b\udce4d.pdf")


def request(*names):
    files = tuple(
        UploadFile(SourceFile(Path("/in") / name, ("in", name), f"in/{name}", 10 + number, 5 + number), ("Lot 1", "Ö"))
        for number, name in enumerate(names)
    )
    rules = TagRules("Kunde", ("Mehr",), {"Art": "Beleg"})
    return UploadRequest(files, (), "2026/", rules, "maria@example.com", allow_replace=False)


@pytest.fixture
def path(tmp_path):
    return journal_path(tmp_path / "journal", "1001")


@pytest.fixture
def file(path):
    file = JournalFile(path)
    yield file
    file.close()


@pytest.fixture
def transfers(file):
    return Transfers(file, STORAGE, MovedClock())


@pytest.fixture
def later(path):
    """The journal as the next start of the program finds it."""
    file = JournalFile(path)
    yield Transfers(file, STORAGE, MovedClock())
    file.close()


def test_an_upload_that_was_left_is_there_again_as_it_was(transfers, later):
    asked = request(*NAMES)
    record = transfers.begin(asked, [1, 1, 2])
    record.leave()
    (found,) = later.open_transfers()
    assert (found.id, found.files, found.files_left, found.size_bytes, found.size_bytes_left) == (
        record.run_id,
        3,
        3,
        33,
        33,
    )
    before = {0: FileRecord(), 1: FileRecord(), 2: FileRecord(copy_number=2)}
    assert later.read(found.id) == replace(asked, run_id=found.id, before=before)


@pytest.mark.parametrize("modified_ns", [10_413_792 * 10**12, -(2**70)])
def test_a_file_of_a_time_that_sqlite_cant_hold_is_noted_all_the_same(transfers, later, modified_ns):
    asked = request("a.pdf")
    (file,) = asked.files
    odd = replace(file, source=replace(file.source, modified_ns=modified_ns))
    record = transfers.begin(replace(asked, files=(odd,)), [1])
    record.leave()
    (kept,) = later.read(record.run_id).files
    assert (kept.source.path, kept.values) == (file.source.path, file.values)


def test_a_number_from_an_old_list_names_no_later_upload(file):
    clock = MovedClock()
    transfers = Transfers(file, STORAGE, clock)
    old = [transfers.begin(request("a.pdf"), [1]) for _ in range(3)]
    for record in old:
        record.leave()
    file.delete()  # signed out, and in again within some seconds
    clock.moved_by += timedelta(seconds=5)
    new = transfers.begin(request("b.pdf"), [1])
    new.leave()
    assert new.run_id not in [record.run_id for record in old]
    with pytest.raises(NothingFoundError):
        transfers.read(old[0].run_id)


def test_numbers_rise_also_where_the_clock_is_put_back(file):
    clock = MovedClock()
    transfers = Transfers(file, STORAGE, clock)
    numbers = []
    for hours in (0, -1, -1, -30_000, 1):
        clock.moved_by = timedelta(hours=hours)
        record = transfers.begin(request("a.pdf"), [1])
        numbers.append(record.run_id)
        record.finish()
    assert numbers == sorted(set(numbers))
    assert len(str(numbers[0])) <= 9


def test_who_only_looks_turns_nobody_away(transfers, later, monkeypatch):
    record = transfers.begin(request("a.pdf"), [1])
    record.leave()
    run_id = record.run_id
    release = RunLock.release
    with ThreadPoolExecutor(1) as pool:
        going_on = []

        def release_when_wanted(lock, **kwargs):
            if not going_on:  # held by who looks, for this moment
                going_on.append(pool.submit(transfers.take_up, run_id))
                wait(going_on, timeout=1)
            release(lock, **kwargs)

        monkeypatch.setattr(RunLock, "release", release_when_wanted)
        later.open_transfers()
        taken_up, record = going_on[0].result(timeout=30)
    assert taken_up.run_id == run_id
    record.leave()


def test_what_is_under_way_is_not_told_and_cant_be_taken_up_by_anybody_else(transfers, later):
    record = transfers.begin(request(*NAMES), [1, 1, 1])
    assert later.open_transfers() == ()
    with pytest.raises(InputError) as error:
        later.take_up(record.run_id)
    assert error.value.code == "transfer-in-use"
    record.leave()
    later.take_up(record.run_id)[1].leave()


def test_what_was_noted_of_files_is_kept(transfers, later):
    record = transfers.begin(request(*NAMES), [1, 1, 1])
    record.settled(0, UploadStatus.UPLOADED)
    record.renamed(1, 3, None)
    record.begun(1, "upload-1")
    record.renamed(2, 1, "etag")
    record.begun(2, "upload-2")
    record.begun(2, None)
    record.leave()
    (found,) = later.open_transfers()
    assert (found.files, found.files_left, found.size_bytes_left) == (3, 2, 23)
    assert later.read(found.id).before == {
        0: FileRecord(UploadStatus.UPLOADED),
        1: FileRecord(None, 3, None, "upload-1"),
        2: FileRecord(None, 1, "etag", None),
    }
    assert later.read(found.id).key_of(1) == "2026/in/見積書 (3).pdf"


def test_a_note_waits_for_others_and_is_written_when_it_is_due(transfers, later, monkeypatch):
    record = transfers.begin(request(*NAMES), [1, 1, 1])
    monkeypatch.setattr("app.journal.transfers.time.monotonic", lambda: record._written_at)
    record.settled(0, UploadStatus.UPLOADED)
    assert later.read(record.run_id).before[0].status is None
    monkeypatch.undo()
    record._written_at -= 1
    record.flush_due()
    assert later.read(record.run_id).before[0].status is UploadStatus.UPLOADED
    record.leave()


@pytest.mark.parametrize("ends", ["finish", "all settled"])
def test_an_upload_that_is_done_is_told_no_more(ends, transfers, later, path):
    record = transfers.begin(request("a.pdf"), [1])
    if ends == "finish":
        record.finish()
    else:
        record.settled(0, UploadStatus.ALREADY_THERE)
        record.leave()
    assert later.open_transfers() == ()
    with pytest.raises(NothingFoundError) as error:
        later.read(record.run_id)
    assert error.value.code == "no-such-transfer"
    assert not list(path.parent.glob("*.lock"))


def test_an_upload_whose_end_is_being_noted_is_left_alone(transfers, later):
    record = transfers.begin(request("a.pdf"), [1])
    record.settled(0, UploadStatus.UPLOADED)
    record.flush()
    assert later.open_transfers() == ()
    assert later.read(record.run_id).before == {0: FileRecord(UploadStatus.UPLOADED)}
    record.finish()


def test_each_bucket_has_uploads_of_its_own(transfers, file):
    other = Transfers(file, "eu-central-1/other", MovedClock())
    record = transfers.begin(request("a.pdf"), [1])
    record.leave()
    assert other.open_transfers() == ()
    for ask in (other.read, other.take_up):
        with pytest.raises(NothingFoundError):
            ask(record.run_id)


def test_a_journal_that_cant_be_written_any_more_stops_no_upload(transfers, file, caplog):
    record = transfers.begin(request("a.pdf"), [1])
    with file.transaction() as connection:
        connection.execute("CREATE TRIGGER full BEFORE UPDATE ON uploads BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    record.settled(0, UploadStatus.UPLOADED)
    record.leave()
    assert "can't be written" in caplog.text


def test_what_couldnt_be_noted_is_noted_when_that_works_again(transfers, file, later):
    record = transfers.begin(request(*NAMES), [1, 1, 1])
    with file.transaction() as connection:
        connection.execute("CREATE TRIGGER full BEFORE UPDATE ON uploads BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    record.renamed(0, 2, None)
    record.begun(1, "upload-1")
    with file.transaction() as connection:
        connection.execute("DROP TRIGGER full")
    record.settled(2, UploadStatus.UPLOADED)
    record.leave()
    assert later.read(record.run_id).before == {
        0: FileRecord(copy_number=2),
        1: FileRecord(upload_id="upload-1"),
        2: FileRecord(UploadStatus.UPLOADED),
    }


def test_while_nothing_can_be_noted_that_is_tried_now_and_then_only(transfers, file, monkeypatch, caplog):
    record = transfers.begin(request("a.pdf"), [1])
    with file.transaction() as connection:
        connection.execute("CREATE TRIGGER full BEFORE UPDATE ON uploads BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    monkeypatch.setattr("app.journal.transfers.time.monotonic", lambda: record._written_at)
    monkeypatch.setattr("app.journal.transfers._GROUP_NOTES", 3)
    for _ in range(9):
        record.settled(0, UploadStatus.UPLOADED)
    assert caplog.text.count("can't be written") == 1
    record.leave()


def test_a_damaged_journal_that_cant_be_put_aside_is_said_of_it(file, path, monkeypatch):
    def is_open_elsewhere(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", is_open_elsewhere)
    damage = sqlite3.DatabaseError("database disk image is malformed")
    damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    with pytest.raises(LocalFileError) as error, file.transaction():
        raise damage
    assert error.value.target == str(path)


def test_a_commit_is_on_the_disk_itself_on_macos_too(file):
    with file.transaction() as connection:
        pass
    assert connection.execute("PRAGMA fullfsync").fetchone() == (1,)


PROGRAM = """
import os, sys
from pathlib import Path
from app.core.events import UploadStatus
from app.journal.file import JournalFile
from app.journal.transfers import Transfers
from tests.fakes import MovedClock
from tests.journal.test_transfers import request
record = Transfers(JournalFile(Path(sys.argv[1])), "eu-central-1/files", MovedClock()).begin(request("a", "b"), [1, 1])
record.settled(0, UploadStatus.UPLOADED)
record.flush()
record.settled(1, UploadStatus.UPLOADED)
os.kill(os.getpid(), 9)
"""


def test_what_was_noted_survives_the_death_of_the_program_and_is_free_then(path, later):
    ended = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], timeout=60)
    assert ended.returncode == -9
    (found,) = later.open_transfers()
    assert (found.files, found.files_left) == (2, 1)
    later.take_up(found.id)[1].finish()


def test_a_file_of_the_version_before_keeps_what_can_be_undone(path, file):
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.executescript(f"{schema._STEPS[0]} PRAGMA user_version = 1;")
        connection.execute("INSERT INTO runs VALUES (7, 'retag', ?, 0, '{\"edits\":[],\"tag_keys\":[]}')", (STORAGE,))
        connection.execute("INSERT INTO retagged VALUES (7, 'a', '{}', '{}')")
    connection.close()
    Transfers(file, STORAGE, MovedClock()).begin(request("a.pdf"), [1]).leave()
    assert [run.id for run in Retags(file, STORAGE, MovedClock()).runs()] == [7]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX’s")
def test_nobody_else_on_the_computer_can_read_it_and_it_goes_as_a_whole(transfers, file, path):
    transfers.begin(request("a.pdf"), [1]).leave()
    assert {found.stat().st_mode & 0o77 for found in path.parent.iterdir()} == {0}
    file.delete()
    assert list(path.parent.iterdir()) == []


def test_it_goes_also_where_a_lock_is_held_by_what_tidies_up(transfers, file, path, monkeypatch):
    unlink = Path.unlink

    def as_windows_does(found, missing_ok=False):
        if found.suffix == ".lock":
            raise PermissionError(13, "The process cannot access the file")
        unlink(found, missing_ok)

    record = transfers.begin(request("a.pdf"), [1])
    monkeypatch.setattr(Path, "unlink", as_windows_does)
    file.delete()
    assert [found.suffix for found in path.parent.iterdir()] == [".lock"]
    record.leave()
