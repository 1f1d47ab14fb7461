"""Going on with uploads of which more had happened than was noted, or that end otherwise than they began."""

from __future__ import annotations

import os
from dataclasses import replace
from threading import Thread

import pytest

from app.core.conflicts import Choice
from app.core.errors import CancelledError, LocalFileError, SignInError
from app.core.events import FileSent, FileUploaded, Progressed, UploadStatus
from app.journal.file import JournalFile
from app.journal.transfers import Record, Transfers
from app.services.upload import resume, upload, upload_waiting
from app.services.upload_waiting import waiting_upload
from tests import proxy as faults
from tests.disk import small_disk
from tests.fakes import Decides, Listener, MovedClock, NeverAsked, NoRenewal, cancel_when
from tests.integration.uploading import body, open_uploads, request_for, write
from tests.server import keys_in

MIB = 1024**2
SMALL, LARGE = "report.pdf", "film.mp4"


@pytest.fixture
def drop(files):
    return write(files, {SMALL: b"report", LARGE: b"film" * (5 * MIB)})


@pytest.fixture
def unnoted(monkeypatch, journal, drop):
    """Return what uploads everything, and leaves the journal as a power cut right after would."""

    def run(storage, *paths):
        with monkeypatch.context() as patch:
            patch.setattr(Record, "settled", lambda *_: None)
            patch.setattr(Record, "finish", Record.leave)
            upload(request_for(paths or [drop / SMALL, drop / LARGE]), storage, NeverAsked(), Listener().job, journal)

    return run


def go_on(storage, journal, resolver=None, listener=None):
    listener = listener or Listener()
    (run,) = journal.open_transfers()
    report = resume(run.id, storage, resolver or NeverAsked(), listener.job, journal)
    return report, {file.path.name: file for file in listener.of(FileUploaded)}


def of_large(matches):
    return faults.of_key(LARGE, matches)


def test_what_was_stored_without_our_noting_it_is_recognised(unnoted, behind, journal, proxy, boto):
    unnoted(behind)
    proxy.forget()
    report, _ = go_on(behind, journal)
    assert report.counts == {UploadStatus.UPLOADED: 2}
    assert proxy.count(of_large(faults.puts_part)) == 0
    assert keys_in(boto, behind.bucket) == sorted([LARGE, SMALL])
    assert journal.open_transfers() == ()


@pytest.mark.parametrize("name", [SMALL, LARGE])
def test_what_changed_after_that_takes_the_place_of_what_was_stored(unnoted, storage, journal, drop, boto, name):
    unnoted(storage)
    changed = b"new! " + (drop / name).read_bytes()
    (drop / name).write_bytes(changed)
    report, _ = go_on(storage, journal)
    assert report.counts == {UploadStatus.UPLOADED: 2}
    assert keys_in(boto, storage.bucket) == sorted([LARGE, SMALL])
    assert body(boto, storage.bucket, name) == changed
    assert open_uploads(boto, storage.bucket) == []


def test_a_large_file_whose_bytes_alone_changed_after_that_is_not_taken_for_the_one_stored(
    unnoted, storage, journal, drop, boto
):
    unnoted(storage)
    before = (drop / LARGE).stat()
    changed = b"FILM" * (5 * MIB)
    (drop / LARGE).write_bytes(changed)
    os.utime(drop / LARGE, ns=(before.st_atime_ns, before.st_mtime_ns))
    go_on(storage, journal)
    assert keys_in(boto, storage.bucket) == sorted([LARGE, SMALL])
    assert body(boto, storage.bucket, LARGE) == changed


def test_where_nothing_may_be_replaced_both_are_kept(unnoted, storage, journal, drop, boto, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Record, "settled", lambda *_: None)
        patch.setattr(Record, "finish", Record.leave)
        request = request_for([drop / SMALL], allow_replace=False)
        upload(request, storage, NeverAsked(), Listener().job, journal)
    (drop / SMALL).write_bytes(b"another report")
    go_on(storage, journal, Decides(Choice.KEEP_BOTH))
    assert keys_in(boto, storage.bucket) == ["report (2).pdf", SMALL]
    assert body(boto, storage.bucket, SMALL) == b"report"


def test_what_arrived_before_it_was_deleted_here_is_uploaded(unnoted, storage, journal, drop):
    unnoted(storage)
    for name in (SMALL, LARGE):
        (drop / name).unlink()
    report, _ = go_on(storage, journal)
    assert (report.counts, report.failures) == ({UploadStatus.UPLOADED: 2}, ())
    assert journal.open_transfers() == ()


def interrupt(behind, journal, proxy, *paths, on_part="2"):
    """Break an upload off before this part of the large file."""
    proxy.on(lambda asked: of_large(faults.puts_part)(asked) and asked.query["partNumber"] == [on_part], faults.hang_up)
    with pytest.raises(Exception, match="No connection"):
        upload(request_for(paths), behind, NeverAsked(), Listener().job, journal)
    proxy.forget()


def test_a_cancel_frees_the_parts_of_what_it_has_not_come_to(behind, journal, proxy, drop, files, boto):
    interrupt(behind, journal, proxy, drop / LARGE)
    assert len(open_uploads(boto, behind.bucket)) == 1
    listener = cancel_when(lambda event: True)
    report, _ = go_on(behind, journal, listener=listener)
    assert report.is_cancelled
    assert open_uploads(boto, behind.bucket) == []
    assert journal.open_transfers() == ()


def test_parts_that_cant_be_gone_on_with_are_freed_with_the_file_that_failed(behind, journal, proxy, drop, boto):
    interrupt(behind, journal, proxy, drop / LARGE)
    lists_parts = of_large(lambda asked: asked.method == "GET" and "uploadId" in asked.query)
    proxy.on(lists_parts, faults.answer(403, "AccessDenied"))
    report, _ = go_on(behind, journal)
    assert report.counts == {UploadStatus.FAILED: 1}
    assert open_uploads(boto, behind.bucket) == []
    assert journal.open_transfers() == ()


def test_parts_that_may_not_be_freed_are_forgotten_and_the_upload_goes_on(
    behind, journal, proxy, drop, files, boto, caplog
):
    other = write(files / "other", {"film 2.mp4": b"more" * (5 * MIB)}) / "film 2.mp4"
    interrupt(behind, journal, proxy, drop / LARGE, other)
    boto.put_object(Bucket=behind.bucket, Key=LARGE, Body=b"somebody else's")
    proxy.on(lambda asked: asked.method == "DELETE" and "uploadId" in asked.query, faults.answer(403, "AccessDenied"))
    report, _ = go_on(behind, journal, Decides(Choice.SKIP))
    assert (report.counts[UploadStatus.SKIPPED], report.failures, report.is_open) == (1, (), False)
    assert keys_in(boto, behind.bucket) == ["film 2.mp4", LARGE]
    assert "can't be freed (forbidden)" in caplog.text
    assert journal.needed_uploads() == frozenset()


class EndedSession(NoRenewal):
    """Nobody signs in again: whoever needs a session waits until it gives up."""

    def __init__(self, asked):
        self._asked = asked

    def ensure(self, cancel):
        self._asked()
        cancel.wait()
        raise CancelledError


def test_a_cancel_while_nobody_signs_in_comes_to_its_end(behind, journal, proxy, drop, open_server, monkeypatch):
    monkeypatch.setattr("app.aws.writing._ABORT_SECONDS", 0.5, raising=False)
    interrupt(behind, journal, proxy, drop / LARGE)
    listener = Listener()
    ended = EndedSession(listener.job.cancel.cancel)
    signed_out = open_server(proxy.endpoint_url, renewal=ended).bucket(behind.bucket)
    reports = []
    thread = Thread(target=lambda: reports.append(go_on(signed_out, journal, listener=listener)[0]), daemon=True)
    thread.start()
    thread.join(20)
    assert [report.is_cancelled for report in reports] == [True]
    assert journal.open_transfers() == ()


def test_what_another_tagdrop_did_since_it_was_read_is_not_done_again(behind, journal, proxy, files, boto):
    names = ["a.txt", "b.txt"]
    for name in names:
        boto.put_object(Bucket=behind.bucket, Key=name, Body=b"somebody else's")
    request = request_for(sorted(write(files, dict.fromkeys(names, b"ours")).iterdir()))
    proxy.on(faults.of_key("b.txt", faults.puts_object), faults.hang_up)
    with pytest.raises(Exception, match="No connection"):
        upload(request, behind, NeverAsked(), Listener().job, journal)
    (run,) = journal.open_transfers()
    waits_for_its_turn = waiting_upload(journal.read(run.id), journal, behind)
    proxy.forget()
    proxy.on(faults.of_key("b (2).txt", faults.puts_object), faults.hang_up)
    report, _ = go_on(behind, journal, Decides(Choice.KEEP_BOTH))
    assert report.is_open
    proxy.forget()
    upload_waiting(waits_for_its_turn, behind, Decides(Choice.KEEP_BOTH), Listener().job)
    assert keys_in(boto, behind.bucket) == ["a (2).txt", "a.txt", "b (2).txt", "b.txt"]
    assert journal.open_transfers() == ()


def test_a_session_that_ends_before_the_last_request_costs_nothing_that_was_sent(behind, journal, proxy, drop, boto):
    proxy.on(of_large(faults.completes), faults.answer(403, "ExpiredToken"))
    with pytest.raises(SignInError):
        upload(request_for([drop / LARGE]), behind, NeverAsked(), Listener().job, journal)
    assert len(open_uploads(boto, behind.bucket)) == 1
    proxy.forget()
    listener = Listener()
    report, _ = go_on(behind, journal, listener=listener)
    assert report.counts == {UploadStatus.UPLOADED: 1}
    assert proxy.count(of_large(faults.puts_part)) == 0
    last = listener.of(Progressed)[-1]
    assert last.size_bytes == last.size_bytes_unmoved == 20 * MIB
    assert body(boto, behind.bucket, LARGE) == (drop / LARGE).read_bytes()
    assert open_uploads(boto, behind.bucket) == []


def test_what_arrived_before_shows_at_once_and_is_no_speed(behind, journal, proxy, drop, boto):
    interrupt(behind, journal, proxy, drop / LARGE, on_part="3")
    (upload_,) = open_uploads(boto, behind.bucket)
    parts = boto.list_parts(Bucket=behind.bucket, Key=LARGE, UploadId=upload_["UploadId"])["Parts"]
    there_bytes = sum(part["Size"] for part in parts)
    listener = Listener()
    go_on(behind, journal, listener=listener)
    assert there_bytes >= 8 * MIB
    assert listener.of(FileSent)[0].size_bytes == 8 * MIB
    assert listener.of(Progressed)[-1].size_bytes_unmoved == there_bytes
    assert listener.of(Progressed)[-1].size_bytes == 20 * MIB


@pytest.mark.parametrize("is_decided_before", [True, False])
def test_what_was_decided_for_all_holds_after_an_interruption(behind, journal, proxy, files, boto, is_decided_before):
    names = [f"{number}.txt" for number in range(4)]
    for name in names:
        boto.put_object(Bucket=behind.bucket, Key=name, Body=b"somebody else's")
    folder = write(files, dict.fromkeys(names, b"ours"))
    request = request_for(sorted(folder.iterdir()))
    if is_decided_before:
        request, resolver = replace(request, on_conflict=Choice.REPLACE), NeverAsked()
    else:
        resolver = Decides(Choice.REPLACE, for_all=True)
    proxy.on(lambda asked: faults.puts_object(asked) and bool(asked.header("if-match")), faults.hang_up)
    with pytest.raises(Exception, match="No connection"):
        upload(request, behind, resolver, Listener().job, journal)
    proxy.forget()
    (run,) = journal.open_transfers()
    assert journal.read(run.id).on_conflict is Choice.REPLACE
    report, _ = go_on(behind, journal)
    assert report.counts == {UploadStatus.REPLACED: 4}
    assert keys_in(boto, behind.bucket) == names
    assert {body(boto, behind.bucket, name) for name in names} == {b"ours"}


def test_on_a_full_disk_nothing_is_sent_and_the_reason_said(tmp_path, files, behind, proxy):
    request = request_for([write(files, {f"{number:05}.txt": b"" for number in range(3000)})])
    with small_disk(tmp_path / "small", 256 * 1024) as folder:
        file = JournalFile(folder / "journal.sqlite")
        journal = Transfers(file, "here", MovedClock())
        with pytest.raises(LocalFileError) as caught:
            upload(request, behind, NeverAsked(), Listener().job, journal)
        assert str(caught.value) == (
            f"{folder / 'journal.sqlite'}: Not enough space on this computer. What is to be done is noted there first,"
            " so nothing was done. Free some space and try again."
        )
        assert proxy.asked == []
        assert list(folder.glob("*.lock")) == []
        assert journal.open_transfers() == ()  # and it works again
        file.close()
