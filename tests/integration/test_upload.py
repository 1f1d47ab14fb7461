"""Uploading to the real server; what is stored is looked at by plain boto3."""

from __future__ import annotations

import hashlib
import os
import threading
import unicodedata

import pytest

from app.core.conflicts import Choice
from app.core.events import FileBegunAgain, FileSent, FileStarted, NameChecked, NameStatus, Progressed, UploadStatus
from app.core.job import Job
from app.services.uploads.name_check import check_names
from app.services.wording import upload_text
from tests import proxy as faults
from tests.fakes import Decides, Listener, cancel_when
from tests.integration.awkward import MIB, SIZES, awkward_files, content_of
from tests.integration.uploading import body, crc32_text, open_uploads, request_for, run, write
from tests.server import keys_in, tags_of

FIXED = {"Tag2": "Tag-value"}


def test_a_tree_of_three_hundred_files_of_all_sizes_and_names_arrives_whole(files, storage, boto):
    contents = awkward_files()
    contents |= {f"many/{n % 7}/file {n}.txt": content_of(n, "many") for n in range(300 - len(contents))}
    drop = write(files / "Drop", contents)
    report, _ = run(request_for([drop], "Invoice 2026", "第1号"), storage)
    assert report.count(UploadStatus.UPLOADED) == 300
    assert report.failures == ()
    assert report.size_bytes == sum(map(len, contents.values()))
    expected = {unicodedata.normalize("NFC", f"Drop/{name}"): content for name, content in contents.items()}
    assert keys_in(boto, storage.bucket) == sorted(expected)
    for key, content in expected.items():
        answer = boto.get_object(Bucket=storage.bucket, Key=key, ChecksumMode="ENABLED")
        assert answer["Body"].read() == content, key
        assert answer["ChecksumCRC32"] == crc32_text(content), key
        assert answer["Metadata"]["uploaded-by"] == "maria@example.com"
        assert answer["Metadata"]["tagdrop-transfer"]
        is_one_put = len(content) <= 8 * MIB
        sha256 = hashlib.sha256(content).hexdigest() if is_one_put else None
        assert answer["Metadata"].get("tagdrop-sha256") == sha256
        assert is_one_put or answer["ChecksumType"] == "FULL_OBJECT"
    for key in (f"Drop/sizes/{name}" for name in SIZES):
        assert tags_of(boto, storage.bucket, key) == {"Tag1": "Invoice 2026", "Tag3": "第1号", **FIXED}
    assert open_uploads(boto, storage.bucket) == []


def test_what_is_no_file_of_anybodys_is_left_out_and_said(files, storage, boto):
    drop = write(files / "Drop", {"plan.pdf": b"plan", ".DS_Store": b"x", "~$plan.docx": b"x", "sheet.gsheet": b"{}"})
    write(files, {"elsewhere.txt": b"not in the folder"})
    (drop / "out").symlink_to(files / "elsewhere.txt")
    (drop / "in").symlink_to(drop / "plan.pdf")
    (drop / "nowhere").symlink_to(drop / "missing")
    os.mkfifo(drop / "pipe")
    (drop / os.fsdecode(b"not \xff text")).write_bytes(b"x")
    report, told = run(request_for([drop]), storage)
    assert keys_in(boto, storage.bucket) == ["Drop/in", "Drop/plan.pdf"]
    assert {name: file.status for name, file in told.items() if file.status is not UploadStatus.UPLOADED} == {
        ".DS_Store": UploadStatus.JUNK,
        "~$plan.docx": UploadStatus.JUNK,
        "sheet.gsheet": UploadStatus.FAILED,
        "out": UploadStatus.LINK,
        "nowhere": UploadStatus.LINK,
        "pipe": UploadStatus.FAILED,
        os.fsdecode(b"not \xff text"): UploadStatus.FAILED,
    }
    assert told["sheet.gsheet"].error.code == "pointer-file"
    assert told["pipe"].error.code == "not-a-file"
    assert told[os.fsdecode(b"not \xff text")].error.code == "name-not-unicode"
    assert upload_text(report).startswith("2 uploaded, 2 left out as system files, 2 left out as links, 3 failed: ")


def test_a_file_that_cant_be_read_is_named_and_the_rest_goes_on(files, storage, boto, monkeypatch):
    drop = write(files / "Drop", {"a.txt": b"a", "locked.txt": b"b", "c.txt": b"c"})
    request = request_for([drop])
    opened = type(drop).open

    def refuse(path, *args, **kwargs):
        if path.name == "locked.txt":
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(type(drop), "open", refuse)
    report, told = run(request, storage)
    assert keys_in(boto, storage.bucket) == ["Drop/a.txt", "Drop/c.txt"]
    assert told["locked.txt"].error.code == "file-forbidden"
    assert upload_text(report) == "2 uploaded, 1 failed: locked.txt can’t be read"


def test_a_file_that_changed_since_it_was_collected_is_uploaded_as_it_is_now(files, storage, boto):
    before = {"grows.txt": b"short", "large.bin": content_of(9 * MIB), "shrinks.bin": bytes(9 * MIB)}
    drop = write(files / "Drop", before)
    request = request_for([drop])
    write(drop, {"grows.txt": content_of(9 * MIB, 1), "large.bin": content_of(10 * MIB), "shrinks.bin": b""})
    report, _ = run(request, storage)
    assert report.count(UploadStatus.UPLOADED) == 3
    assert body(boto, storage.bucket, "Drop/grows.txt") == content_of(9 * MIB, 1)
    assert body(boto, storage.bucket, "Drop/large.bin") == content_of(10 * MIB)
    assert body(boto, storage.bucket, "Drop/shrinks.bin") == b""


def test_a_large_file_that_changes_while_it_is_read_is_begun_again_and_never_mixed(files, storage, boto):
    # Larger than what is under way at once, so that some of it isn't read yet when the first part is acknowledged.
    large = write(files, {"large.bin": bytes(96 * MIB)}) / "large.bin"
    changed = content_of(MIB) * 96
    changes = [lambda: large.write_bytes(changed)]

    def react(event, job):
        if isinstance(event, Progressed) and event.size_bytes and changes:
            changes.pop()()

    listener = Listener(react)
    report, _ = run(request_for([large]), storage, listener=listener)
    assert report.count(UploadStatus.UPLOADED) == 1
    assert [event.path for event in listener.of(FileBegunAgain)] == [large]
    assert body(boto, storage.bucket, "large.bin") == changed
    assert open_uploads(boto, storage.bucket) == []


@pytest.mark.parametrize("size", [10, 9 * MIB])
def test_a_file_that_never_stops_changing_is_named(files, storage, boto, monkeypatch, size):
    log = write(files, {"all.log": bytes(size), "other.txt": b"other"}) / "all.log"
    request = request_for([log, files / "other.txt"])
    opened = type(log).open

    def write_a_line_and_open(path, *args, **kwargs):
        if path == log:
            with opened(path, "ab") as stream:
                stream.write(b"one more line\n")
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(type(log), "open", write_a_line_and_open)
    report, told = run(request, storage)
    assert told["all.log"].error.code == "file-changed"
    assert keys_in(boto, storage.bucket) == ["other.txt"]
    assert open_uploads(boto, storage.bucket) == []
    assert upload_text(report) == "1 uploaded, 1 failed: all.log changed while it was read"


def test_progress_never_falls_and_ends_at_the_total(files, storage):
    drop = write(files / "Drop", {"a.txt": b"a" * 100, "large.bin": content_of(20 * MIB)})
    listener = Listener()
    run(request_for([drop]), storage, listener=listener)
    progress = listener.of(Progressed)
    done = [(news.files, news.size_bytes) for news in progress]
    assert done == sorted(done)
    assert done[-1] == (2, 20 * MIB + 100) == (progress[-1].files_total, progress[-1].size_bytes_total)
    sent = listener.of(FileSent)
    assert {news.path.name for news in sent} == {"large.bin"}
    parts = [news.size_bytes for news in sent]
    assert parts == sorted(parts)
    assert len(parts) > 1
    assert parts[-1] == 20 * MIB


class TestANameThatIsInUse:
    @pytest.fixture
    def report_pdf(self, files, storage, boto):
        """A file whose name another one has in the storage."""
        who = {"uploaded-by": "Sam %26 Co"}
        boto.put_object(Bucket=storage.bucket, Key="report.pdf", Body=b"the old one", Metadata=who)
        return write(files, {"report.pdf": b"the new one"}) / "report.pdf"

    def test_is_asked_about_with_all_there_is_to_know(self, report_pdf, storage, boto):
        resolver = Decides(Choice.KEEP_BOTH)
        run(request_for([report_pdf]), storage, resolver)
        (conflict,) = resolver.asked
        assert (conflict.path, conflict.size_bytes) == (report_pdf, 11)
        assert (conflict.stored.key, conflict.stored.size_bytes) == ("report.pdf", 11)
        assert (conflict.uploaded_by, conflict.free_key) == ("Sam & Co", "report (2).pdf")
        assert (conflict.position, conflict.total, conflict.can_replace) == (1, 1, True)

    def test_keeps_both(self, report_pdf, storage, boto):
        boto.put_object(Bucket=storage.bucket, Key="report (2).pdf", Body=b"taken too")
        report, _ = run(request_for([report_pdf]), storage, Decides(Choice.KEEP_BOTH))
        assert report.counts == {UploadStatus.KEPT_BOTH: 1}
        assert body(boto, storage.bucket, "report.pdf") == b"the old one"
        assert body(boto, storage.bucket, "report (2).pdf") == b"taken too"
        assert body(boto, storage.bucket, "report (3).pdf") == b"the new one"

    @pytest.mark.parametrize("size", [11, 9 * MIB])
    def test_is_replaced(self, report_pdf, storage, boto, size):
        report_pdf.write_bytes(content_of(size))
        report, _ = run(request_for([report_pdf]), storage, Decides(Choice.REPLACE))
        assert report.counts == {UploadStatus.REPLACED: 1}
        assert body(boto, storage.bucket, "report.pdf") == content_of(size)
        assert tags_of(boto, storage.bucket, "report.pdf") == {"Tag1": "Invoice 2026", **FIXED}
        assert keys_in(boto, storage.bucket) == ["report.pdf"]

    def test_is_not_replaced_where_that_isnt_allowed(self, report_pdf, storage, boto):
        resolver = Decides(Choice.REPLACE)
        run(request_for([report_pdf], allow_replace=False), storage, resolver)
        assert not resolver.asked[0].can_replace
        assert body(boto, storage.bucket, "report.pdf") == b"the old one"
        assert body(boto, storage.bucket, "report (2).pdf") == b"the new one"

    def test_is_skipped(self, report_pdf, storage, boto):
        report, _ = run(request_for([report_pdf]), storage, Decides(Choice.SKIP))
        assert report.counts == {UploadStatus.SKIPPED: 1}
        assert body(boto, storage.bucket, "report.pdf") == b"the old one"

    def test_is_asked_about_again_when_somebody_else_was_quicker(self, report_pdf, storage, boto):
        class Late(Decides):
            def resolve(self, conflict, cancel):
                if not self.asked:
                    boto.put_object(Bucket=storage.bucket, Key="report.pdf", Body=b"a third one, unseen")
                return super().resolve(conflict, cancel)

        resolver = Late(Choice.REPLACE, Choice.SKIP)
        run(request_for([report_pdf]), storage, resolver)
        assert [conflict.stored.size_bytes for conflict in resolver.asked] == [11, 19]
        assert body(boto, storage.bucket, "report.pdf") == b"a third one, unseen"

    @pytest.mark.parametrize("size", [11, 9 * MIB])
    def test_is_free_when_what_was_to_be_replaced_is_deleted_meanwhile(self, report_pdf, storage, boto, size):
        report_pdf.write_bytes(content_of(size))

        class Late(Decides):
            def resolve(self, conflict, cancel):
                boto.delete_object(Bucket=storage.bucket, Key="report.pdf")
                return super().resolve(conflict, cancel)

        report, _ = run(request_for([report_pdf]), storage, Late(Choice.REPLACE))
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert body(boto, storage.bucket, "report.pdf") == content_of(size)

    def test_is_asked_once_for_all(self, files, storage, boto):
        for number in range(30):
            boto.put_object(Bucket=storage.bucket, Key=f"Drop/{number}.txt", Body=b"old")
        drop = write(files / "Drop", {f"{number}.txt": b"new" for number in range(40)})
        resolver = Decides(Choice.KEEP_BOTH, for_all=True)
        report, _ = run(request_for([drop]), storage, resolver)
        assert (len(resolver.asked), resolver.asked[0].total) == (1, 30)
        assert report.counts == {UploadStatus.UPLOADED: 10, UploadStatus.KEPT_BOTH: 30}
        assert upload_text(report) == "10 uploaded, 30 kept as copies"
        assert body(boto, storage.bucket, "Drop/7 (2).txt") == b"new"

    def test_of_a_large_file_is_noticed_before_it_is_sent(self, report_pdf, behind, proxy):
        report_pdf.write_bytes(content_of(20 * MIB))
        run(request_for([report_pdf]), behind, Decides(Choice.SKIP))
        assert proxy.count(faults.puts_part) == 0

    def test_stops_the_upload_when_it_is_cancelled_instead(self, report_pdf, files, storage, boto):
        write(files, {"a.txt": b"a"})
        listener = Listener()

        class Cancels:
            def resolve(self, conflict, cancel):
                listener.job.cancel.cancel()
                cancel.raise_if_cancelled()

        report, _ = run(request_for([files / "a.txt", report_pdf]), storage, Cancels(), listener)
        assert report.is_cancelled
        assert upload_text(report) == "1 uploaded, then cancelled"
        assert body(boto, storage.bucket, "report.pdf") == b"the old one"


class TestAFileThatIsThereAlready:
    @pytest.mark.parametrize("size", [0, 100, 9 * MIB])
    def test_is_not_sent_again(self, files, storage, boto, size):
        one = write(files, {"one.bin": content_of(size)}) / "one.bin"
        run(request_for([one]), storage)
        before = boto.head_object(Bucket=storage.bucket, Key="one.bin")["LastModified"]
        report, _ = run(request_for([one]), storage)
        assert report.counts == {UploadStatus.ALREADY_THERE: 1}
        assert boto.head_object(Bucket=storage.bucket, Key="one.bin")["LastModified"] == before

    def test_is_there_though_a_scanner_added_its_tag(self, files, storage, boto):
        one = write(files, {"one.txt": b"one"}) / "one.txt"
        run(request_for([one]), storage)
        tags = {"Tag1": "Invoice 2026", **FIXED, "GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}
        boto.put_object_tagging(
            Bucket=storage.bucket, Key="one.txt", Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]}
        )
        report, _ = run(request_for([one]), storage)
        assert report.counts == {UploadStatus.ALREADY_THERE: 1}

    def test_is_a_conflict_with_other_tags(self, files, storage):
        one = write(files, {"one.txt": b"one"}) / "one.txt"
        run(request_for([one]), storage)
        resolver = Decides(Choice.SKIP)
        run(request_for([one], "Another tag"), storage, resolver)
        assert len(resolver.asked) == 1

    def test_is_a_conflict_with_other_bytes_of_the_same_number(self, files, storage):
        one = write(files, {"one.txt": b"one"}) / "one.txt"
        run(request_for([one]), storage)
        one.write_bytes(b"two")
        resolver = Decides(Choice.SKIP)
        run(request_for([one]), storage, resolver)
        assert len(resolver.asked) == 1


def test_two_files_of_one_drop_with_the_same_key_are_both_kept(files, storage, boto):
    write(files, {"a/Drop/x.txt": b"first", "b/Drop/x.txt": b"second", "c/Drop/x (2).txt": b"third"})
    report, _ = run(request_for([files / name / "Drop" for name in "abc"]), storage)
    assert report.count(UploadStatus.UPLOADED) + report.count(UploadStatus.KEPT_BOTH) == 3
    bodies = {body(boto, storage.bucket, key) for key in keys_in(boto, storage.bucket)}
    assert bodies == {b"first", b"second", b"third"}


def test_names_in_use_are_known_before_anything_is_sent(files, storage, boto):
    contents = {"same.txt": b"1", "other.txt": b"2", "free.txt": b"3", "a/twice.txt": b"4", "b/twice.txt": b"5"}
    write(files, contents)
    run(request_for([files / "same.txt"]), storage)
    boto.put_object(Bucket=storage.bucket, Key="other.txt", Body=b"somebody else")
    boto.put_object(Bucket=storage.bucket, Key="twice.txt", Body=b"2")
    listener = Listener()
    request = request_for([files / name for name in contents])
    check_names(request, storage, listener.job)
    assert [(event.path.name, event.status) for event in listener.of(NameChecked)] == [
        ("same.txt", NameStatus.ALREADY_THERE),
        ("other.txt", NameStatus.IN_USE),
        ("free.txt", NameStatus.FREE),
        ("twice.txt", NameStatus.IN_USE),
        ("twice.txt", NameStatus.IN_USE),
    ]


def test_a_name_that_cant_be_stored_is_a_failure_of_that_file_alone(files, storage, boto):
    drop = write(files / "Drop", {"a.txt": b"a", "n" * 200: b"long"})
    request = request_for([drop], prefix="p" * 100 + "/" + "q" * 750 + "/")
    check_names(request, storage, Job())
    _, told = run(request, storage)
    assert told["n" * 200].error.code == "key-too-long"


class TestALostReply:
    """The storage did what was asked, but its answer never came."""

    def test_to_a_small_put_is_not_a_conflict(self, files, behind, boto, proxy):
        drop = write(files / "Drop", {f"{number}.txt": str(number).encode() for number in range(10)})
        proxy.on(faults.puts_object, faults.lose_reply, times=5)
        report, _ = run(request_for([drop]), behind)
        assert report.counts == {UploadStatus.UPLOADED: 10}
        assert len(keys_in(boto, behind.bucket)) == 10

    def test_to_the_completion_of_a_large_file_is_not_a_conflict(self, files, behind, boto, proxy):
        large = write(files, {"large.bin": content_of(9 * MIB)}) / "large.bin"
        proxy.on(faults.completes, faults.lose_reply, times=1)
        report, _ = run(request_for([large]), behind)
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert body(boto, behind.bucket, "large.bin") == content_of(9 * MIB)
        assert open_uploads(boto, behind.bucket) == []

    def test_to_every_completion_is_looked_into_before_the_end(self, files, behind, boto, proxy):
        large = write(files, {"large.bin": content_of(9 * MIB)}) / "large.bin"
        done = []

        def once_then_nothing(asked, forward):
            if not done:
                done.append(forward())
            return faults.HANG_UP

        proxy.on(faults.completes, once_then_nothing)
        _, told = run(request_for([large]), behind)
        assert told["large.bin"].status is UploadStatus.UPLOADED
        assert body(boto, behind.bucket, "large.bin") == content_of(9 * MIB)

    def test_to_a_part_is_sent_again(self, files, behind, boto, proxy):
        large = write(files, {"large.bin": content_of(20 * MIB)}) / "large.bin"
        proxy.on(faults.puts_part, faults.lose_reply, times=2)
        run(request_for([large]), behind)
        assert body(boto, behind.bucket, "large.bin") == content_of(20 * MIB)

    def test_to_a_replacement_is_not_a_conflict(self, files, behind, boto, proxy):
        boto.put_object(Bucket=behind.bucket, Key="one.txt", Body=b"old")
        one = write(files, {"one.txt": b"new"}) / "one.txt"
        proxy.on(lambda asked: faults.puts_object(asked) and asked.header("if-match"), faults.lose_reply, times=1)
        resolver = Decides(Choice.REPLACE)
        report, _ = run(request_for([one]), behind, resolver)
        assert report.counts == {UploadStatus.REPLACED: 1}
        assert len(resolver.asked) == 1


class TestTwoWritersAtOnce:
    """S3 answers 409 ConditionalRequestConflict while another write of the name is under way."""

    @pytest.mark.parametrize(("size", "request_kind"), [(10, faults.puts_object), (9 * MIB, faults.completes)])
    def test_the_write_is_repeated(self, files, behind, boto, proxy, size, request_kind):
        one = write(files, {"one.bin": content_of(size)}) / "one.bin"
        proxy.on(request_kind, faults.answer(409, "ConditionalRequestConflict"), times=1)
        report, _ = run(request_for([one]), behind)
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert body(boto, behind.bucket, "one.bin") == content_of(size)
        assert open_uploads(boto, behind.bucket) == []


class TestARefusal:
    def test_of_one_file_is_named_and_the_rest_goes_on(self, files, behind, boto, proxy):
        drop = write(files / "Drop", {"a.txt": b"a", "b.txt": b"b", "c.bin": bytes(9 * MIB)})
        proxy.on(faults.of_key("Drop/b.txt", faults.puts_object), faults.answer(403, "AccessDenied"))
        report, told = run(request_for([drop]), behind)
        assert keys_in(boto, behind.bucket) == ["Drop/a.txt", "Drop/c.bin"]
        assert told["b.txt"].error.code == "forbidden"
        assert upload_text(report) == "2 uploaded, 1 failed: b.txt (You don’t have access)"

    def test_to_look_at_stored_files_hinders_no_large_upload(self, files, behind, boto, proxy):
        large = write(files, {"large.bin": bytes(9 * MIB)}) / "large.bin"
        proxy.on(lambda asked: asked.method == "HEAD", faults.answer(403))
        report, _ = run(request_for([large]), behind)
        assert report.counts == {UploadStatus.UPLOADED: 1}

    def test_to_look_at_stored_files_fails_only_those_whose_name_is_in_use(self, files, behind, boto, proxy):
        boto.put_object(Bucket=behind.bucket, Key="Drop/b.txt", Body=b"old")
        drop = write(files / "Drop", {"a.txt": b"a", "b.txt": b"b"})
        proxy.on(lambda asked: asked.method == "HEAD", faults.answer(403))
        _, told = run(request_for([drop]), behind)
        assert told["a.txt"].status is UploadStatus.UPLOADED
        assert told["b.txt"].error.code == "forbidden"
        assert body(boto, behind.bucket, "Drop/b.txt") == b"old"


class TestACancel:
    def test_among_small_files_keeps_and_counts_what_was_acknowledged(self, files, storage, boto):
        drop = write(files / "Drop", {f"{number:03}.txt": content_of(2000, number) for number in range(400)})
        listener = cancel_when(lambda event: isinstance(event, Progressed) and event.size_bytes >= 60 * 2000)
        report, told = run(request_for([drop]), storage, listener=listener)
        stored = {f"Drop/{name}" for name, file in told.items() if file.status is UploadStatus.UPLOADED}
        assert report.is_cancelled
        assert 60 <= len(stored) < 400
        assert stored == set(keys_in(boto, storage.bucket))
        assert upload_text(report) == f"{len(stored)} uploaded, then cancelled"

    def test_in_a_large_file_leaves_nothing_of_it(self, files, storage, boto):
        write(files, {"a.txt": b"a", "large.bin": content_of(64 * MIB)})
        listener = cancel_when(lambda event: isinstance(event, Progressed) and event.size_bytes > 8 * MIB)
        report, told = run(request_for([files / "a.txt", files / "large.bin"]), storage, listener=listener)
        assert report.is_cancelled
        assert keys_in(boto, storage.bucket) == ["a.txt"]
        assert "large.bin" not in told
        assert open_uploads(boto, storage.bucket) == []

    def test_while_it_looks_whether_a_name_is_in_use_ends_at_once(self, files, behind, boto, proxy):
        large = write(files, {"large.bin": content_of(9 * MIB)}) / "large.bin"
        listener, ended, answered = Listener(), threading.Event(), []

        def cancel_and_hang(asked, forward):
            listener.job.cancel.cancel()
            ended.wait(20)
            answered.append(asked.key)
            return forward()

        proxy.on(lambda asked: asked.method == "HEAD", cancel_and_hang)
        report, _ = run(request_for([large]), behind, listener=listener)
        assert answered == []
        ended.set()
        assert report.is_cancelled
        assert keys_in(boto, behind.bucket) == []

    def test_while_answers_are_lost_counts_what_had_arrived(self, files, behind, boto, proxy):
        drop = write(files / "Drop", {f"{number}.txt": b"x" for number in range(5)})
        listener = Listener()

        def store_then_cancel(asked, forward):
            forward()
            listener.job.cancel.cancel()
            return faults.HANG_UP

        proxy.on(faults.puts_object, store_then_cancel)
        report, _ = run(request_for([drop]), behind, listener=listener)
        assert report.is_cancelled
        assert report.count(UploadStatus.UPLOADED) == len(keys_in(boto, behind.bucket)) > 0

    def test_before_the_beginning_sends_nothing(self, files, storage, boto):
        one = write(files, {"one.txt": b"one"}) / "one.txt"
        listener = Listener()
        listener.job.cancel.cancel()
        report, _ = run(request_for([one]), storage, listener=listener)
        assert report.is_cancelled
        assert listener.of(FileStarted) == []
        assert keys_in(boto, storage.bucket) == []
