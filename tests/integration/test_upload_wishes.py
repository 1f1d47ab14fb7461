"""Single files that are left out of an upload that runs, or tried again, without the others noticing."""

from __future__ import annotations

import threading

import pytest

from app.core.events import FileSent, FileStarted, FileUploaded, Progressed, UploadStatus
from app.core.file_wishes import FileWishes
from app.services.upload import resume, upload_waiting
from app.services.upload_waiting import waiting_upload
from tests import proxy as faults
from tests.fakes import Listener, NeverAsked
from tests.integration.uploading import body, open_uploads, request_for, write
from tests.server import keys_in

MIB = 1024**2
FILM = b"film" * (5 * MIB)


class Run:
    """An upload whose files are left out or tried again by what is heard of it."""

    def __init__(self, react=lambda run, event: None):
        self.wishes = FileWishes()
        self.listener = Listener(lambda event, job: react(self, event))
        self.request = None

    def place(self, name):
        return [file.source.path.name for file in self.request.files].index(name)

    def leave_out(self, name):
        self.wishes.leave_out(self.place(name))

    def try_again(self, name):
        self.wishes.try_again(self.place(name))

    def go(self, paths, storage, journal):
        self.request = request_for(paths)
        return self.send(storage, journal)

    def send(self, storage, journal):
        waiting = waiting_upload(self.request, journal, storage)
        return upload_waiting(waiting, storage, NeverAsked(), self.listener.job, self.wishes)

    def ends(self):
        return [(file.path.name, file.status) for file in self.listener.of(FileUploaded)]


def first(event, kind, name):
    return isinstance(event, kind) and event.path.name == name


def test_a_file_that_waits_is_left_out_at_once(files, behind, proxy, boto, journal):
    write(files, {"a.mp4": FILM, "b.mp4": FILM, "c.txt": b"c"})
    is_skipped = threading.Event()

    def react(run, event):
        if first(event, FileStarted, "a.mp4"):
            run.leave_out("b.mp4")
        if isinstance(event, FileUploaded) and event.status is UploadStatus.SKIPPED:
            is_skipped.set()

    def hold(_asked, forward):
        is_skipped.wait(20)
        return forward()

    proxy.on(faults.of_key("a.mp4", faults.puts_part), hold)
    run = Run(react)
    report = run.go(sorted(files.iterdir()), behind, journal)
    assert run.ends() == [
        ("c.txt", UploadStatus.UPLOADED),
        ("b.mp4", UploadStatus.SKIPPED),
        ("a.mp4", UploadStatus.UPLOADED),
    ]
    assert report.counts == {UploadStatus.UPLOADED: 2, UploadStatus.SKIPPED: 1}
    assert keys_in(boto, behind.bucket) == ["a.mp4", "c.txt"]
    assert proxy.count(faults.of_key("b.mp4", lambda asked: True)) == 0


def test_a_small_file_that_is_left_out_before_its_turn_is_not_read(files, storage, boto, journal):
    write(files, {"a.txt": b"a", "b.txt": b"b"})
    run = Run(lambda run, event: run.leave_out("b.txt") if first(event, FileStarted, "a.txt") else None)
    report = run.go(sorted(files.iterdir()), storage, journal)
    assert report.counts == {UploadStatus.UPLOADED: 1, UploadStatus.SKIPPED: 1}
    assert keys_in(boto, storage.bucket) == ["a.txt"]
    assert [event.path.name for event in run.listener.of(FileStarted)] == ["a.txt"]


def test_of_a_large_file_under_way_no_part_stays_and_the_others_go_on(files, storage, boto, journal):
    write(files, {"a.mp4": FILM, "b.mp4": FILM})
    run = Run(lambda run, event: run.leave_out("a.mp4") if first(event, FileSent, "a.mp4") else None)
    report = run.go(sorted(files.iterdir()), storage, journal)
    assert run.ends() == [("a.mp4", UploadStatus.SKIPPED), ("b.mp4", UploadStatus.UPLOADED)]
    assert (report.is_cancelled, report.failures) == (False, ())
    assert keys_in(boto, storage.bucket) == ["b.mp4"]
    assert open_uploads(boto, storage.bucket) == []
    assert journal.needed_uploads() == frozenset()
    assert journal.open_transfers() == ()
    last = run.listener.of(Progressed)[-1]
    assert (last.files, last.size_bytes) == (2, 2 * len(FILM))


def test_what_was_left_out_is_not_gone_on_with(files, behind, proxy, boto, journal):
    write(files, {"a.mp4": FILM, "b.txt": b"b", "c.txt": b"c"})
    proxy.on(faults.of_key("b.txt", faults.puts_object), faults.answer(403, "SignatureDoesNotMatch"))
    run = Run(lambda run, event: run.leave_out("a.mp4") if first(event, FileStarted, "b.txt") else None)
    with pytest.raises(Exception, match="credentials"):
        run.go([files / "a.mp4", files / "b.txt"], behind, journal)
    proxy.forget()
    (left,) = journal.open_transfers()
    report = resume(left.id, behind, NeverAsked(), Listener().job, journal)
    assert report.counts == {UploadStatus.UPLOADED: 1}
    assert keys_in(boto, behind.bucket) == ["b.txt"]


def test_what_was_left_out_before_the_window_closes_is_not_gone_on_with(files, storage, boto, journal):
    write(files, {"a.mp4": FILM, "b.mp4": FILM})

    def react(run, event):
        if first(event, FileSent, "a.mp4"):
            run.leave_out("b.mp4")
            run.listener.job.cancel.cancel(is_for_later=True)

    report = Run(react).go(sorted(files.iterdir()), storage, journal)
    assert report.is_open
    (left,) = journal.open_transfers()
    assert left.files_left == 1
    resume(left.id, storage, NeverAsked(), Listener().job, journal)
    assert keys_in(boto, storage.bucket) == ["a.mp4"]


@pytest.mark.parametrize("content", [b"plan", FILM])
def test_a_file_that_failed_is_tried_again_without_the_others(files, behind, proxy, boto, journal, content):
    write(files, {"a.txt": b"a", "plan.pdf": content, "z.mp4": FILM})
    elsewhere = files.parent / "elsewhere"

    def react(run, event):
        if first(event, FileUploaded, "plan.pdf") and event.status is UploadStatus.FAILED:
            elsewhere.rename(files / "plan.pdf")
            run.try_again("plan.pdf")

    run = Run(react)
    run.request = request_for(sorted(files.iterdir()))
    (files / "plan.pdf").rename(elsewhere)
    report = run.send(behind, journal)
    assert [status for name, status in run.ends() if name == "plan.pdf"] == [
        UploadStatus.FAILED,
        UploadStatus.UPLOADED,
    ]
    assert (report.counts, report.failures) == ({UploadStatus.UPLOADED: 3}, ())
    assert report.size_bytes == 1 + len(content) + len(FILM)
    assert body(boto, behind.bucket, "plan.pdf") == content
    assert proxy.count(faults.of_key("a.txt", faults.puts_object)) == 1
    told = [(event.files, event.size_bytes) for event in run.listener.of(Progressed)]
    assert told == sorted(told)
    last = run.listener.of(Progressed)[-1]
    assert told[-1] == (3, report.size_bytes + len(content))
    assert (last.size_bytes_total, last.size_bytes_unmoved) == (last.size_bytes, len(content))


def test_one_that_is_still_gone_fails_again_and_may_be_left_out_then(files, storage, journal):
    write(files, {"a.txt": b"a", "plan.pdf": b"plan"})
    failures = []

    def react(run, event):
        if first(event, FileUploaded, "plan.pdf") and event.status is UploadStatus.FAILED:
            failures.append(event.error.code)
            run.leave_out("plan.pdf") if len(failures) == 2 else run.try_again("plan.pdf")

    run = Run(react)
    run.request = request_for(sorted(files.iterdir()))
    (files / "plan.pdf").unlink()
    report = run.send(storage, journal)
    assert failures == ["file-gone", "file-gone"]
    assert (report.counts, report.failures) == ({UploadStatus.UPLOADED: 1, UploadStatus.SKIPPED: 1}, ())
    last = run.listener.of(Progressed)[-1]
    assert (last.files, last.size_bytes) == (2, last.size_bytes_total)
    assert journal.open_transfers() == ()
