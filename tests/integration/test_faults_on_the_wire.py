"""Faults in the middle of uploads and downloads: each ends whole, or with a sentence and a second try that works."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from app.core.errors import OutageError, RefusalError
from app.core.events import UploadStatus
from app.core.job import CancelToken, Job
from app.services.fetch import fetch
from tests import proxy as faults
from tests.fakes import MovedClock
from tests.ignoring import damage_on_the_way_up
from tests.integration.finding import contents_of, put_all, request_to_fetch
from tests.integration.uploading import body, crc32_text, open_uploads, request_for, run, write
from tests.server import keys_in, tags_of

MIB = 1024**2
TAGS = {"Tag1": "Invoice 2026", "Tag2": "Tag-value"}
NO_CONNECTION = "No connection to the storage. Check the network, then try again."


@pytest.fixture
def drop(files):
    """Small files and a large one: what makes a request of them, and what they hold."""
    contents = {f"f{number:02}.txt": b"%d" % number for number in range(20)}
    contents["large.bin"] = random.Random(1).randbytes(20 * MIB)
    write(files, contents)
    return lambda: request_for([files / name for name in contents]), contents


@pytest.fixture
def few_tries(monkeypatch):
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)


def assert_arrived(boto, bucket, contents):
    assert keys_in(boto, bucket) == sorted(contents)
    for key, content in contents.items():
        head = boto.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        assert (head["ContentLength"], head["ChecksumCRC32"]) == (len(content), crc32_text(content))
        assert body(boto, bucket, key) == content
        assert tags_of(boto, bucket, key) == TAGS
    assert open_uploads(boto, bucket) == []


def sends(asked):
    return faults.puts_object(asked) or faults.puts_part(asked)


def sends_control(asked):
    return asked.method == "POST"


def stall_and_die(asked, forward):
    """Say nothing for a moment and then hang up, as after a sleep or in another network."""
    threading.Event().wait(0.3)
    return faults.HANG_UP


UPLOAD_FAULTS = {
    "cut before the server heard": (sends, faults.hang_up),
    "cut after the server heard": (sends, faults.lose_reply),
    "stalled, then dead": (sends, stall_and_die),
    "500": (sends, faults.answer(500, "InternalError")),
    "503": (sends, faults.answer(503, "SlowDown")),
    "damaged on the way": (sends, faults.answer(400, "BadDigest")),
    "500 to what begins and completes": (sends_control, faults.answer(500, "InternalError")),
    "503 to what begins and completes": (sends_control, faults.answer(503, "SlowDown")),
    "cut at what begins and completes": (sends_control, faults.hang_up),
}


class TestAnUpload:
    @pytest.mark.parametrize(("matches", "fault"), UPLOAD_FAULTS.values(), ids=UPLOAD_FAULTS)
    def test_ends_whole_after_a_few_faults(self, drop, behind, proxy, boto, matches, fault):
        request, contents = drop
        proxy.on(matches, fault, times=4)
        report, _ = run(request(), behind)
        assert report.counts == {UploadStatus.UPLOADED: 21}
        assert_arrived(boto, behind.bucket, contents)

    def test_ends_whole_after_connections_that_were_cut_in_the_middle_of_requests(self, drop, behind, proxy, boto):
        request, contents = drop
        proxy.hang_up_within(faults.puts_object, 1, times=3)
        proxy.hang_up_within(faults.puts_part, 3 * MIB, times=2)
        report, _ = run(request(), behind)
        assert report.counts == {UploadStatus.UPLOADED: 21}
        assert_arrived(boto, behind.bucket, contents)

    def test_ends_whole_after_content_that_was_damaged_on_the_way(self, drop, behind, proxy, keys, boto):
        request, contents = drop
        left = iter(range(6))
        damage_on_the_way_up(proxy, keys, lambda asked: sends(asked) and next(left, None) is not None)
        report, _ = run(request(), behind)
        assert report.counts == {UploadStatus.UPLOADED: 21}
        assert next(left, None) is None
        assert_arrived(boto, behind.bucket, contents)

    def test_whose_content_is_always_damaged_names_the_file_and_the_rest_goes_on(
        self, drop, behind, proxy, keys, boto, few_tries
    ):
        request, contents = drop
        rewrite = proxy.rewrite
        damage_on_the_way_up(proxy, keys, lambda asked: sends(asked) and asked.key in ("f03.txt", "large.bin"))
        report, _ = run(request(), behind)
        assert {failure.key: str(failure.error) for failure in report.failures} == {
            key: f"{key}: It was damaged on the way. Try again in a moment." for key in ("f03.txt", "large.bin")
        }
        assert keys_in(boto, behind.bucket) == sorted(contents.keys() - {"f03.txt", "large.bin"})
        assert open_uploads(boto, behind.bucket) == []
        proxy.rewrite = rewrite
        report, _ = run(request(), behind)
        assert report.counts == {UploadStatus.UPLOADED: 2, UploadStatus.ALREADY_THERE: 19}
        assert_arrived(boto, behind.bucket, contents)

    def test_that_the_network_leaves_for_good_ends_in_a_sentence_and_the_second_try_goes_on(
        self, drop, behind, proxy, boto, few_tries
    ):
        request, contents = drop
        left = iter(range(7))
        proxy.on(lambda asked: sends(asked) and next(left, None) is not None, lambda asked, forward: forward())
        proxy.on(sends, faults.hang_up)
        report, _ = run(request(), behind)
        assert len(report.failures) == 21 - report.count(UploadStatus.UPLOADED)
        assert report.count(UploadStatus.UPLOADED) == 7
        assert {failure.error.title for failure in report.failures} == {"No connection to the storage"}
        proxy.forget()
        report, _ = run(request(), behind)
        assert report.counts == {UploadStatus.UPLOADED: 14, UploadStatus.ALREADY_THERE: 7}
        assert_arrived(boto, behind.bucket, contents)

    def test_whose_permission_is_lost_in_the_middle_says_so_and_the_second_try_goes_on(self, drop, behind, proxy, boto):
        request, contents = drop
        left = iter(range(9))
        proxy.on(lambda asked: sends(asked) and next(left, None) is not None, lambda asked, forward: forward())
        proxy.on(lambda asked: sends(asked) or sends_control(asked), faults.answer(403, "AccessDenied"))
        report, _ = run(request(), behind)
        assert report.counts == {UploadStatus.UPLOADED: 9, UploadStatus.FAILED: 12}
        for failure in report.failures:
            assert str(failure.error) == (
                f"{failure.key}: You don’t have access. Your IT team decides who may do this with which files."
            )
        assert open_uploads(boto, behind.bucket) == []
        proxy.forget()
        report, _ = run(request(), behind)
        assert report.counts == {UploadStatus.UPLOADED: 12, UploadStatus.ALREADY_THERE: 9}
        assert_arrived(boto, behind.bucket, contents)

    def test_of_a_large_file_that_shrinks_while_it_is_read_sends_it_as_it_is_now(self, files, behind, proxy, boto):
        # More than is read ahead of the parts that are under way.
        path = write(files, {"a.bin": bytes(80 * MIB)}) / "a.bin"

        def shrink(asked, forward):
            os.truncate(path, 9)  # at once, so that nobody can meet it half written
            return forward()

        proxy.on(faults.puts_part, shrink, times=1)
        report, _ = run(request_for([path]), behind)
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert_arrived(boto, behind.bucket, {"a.bin": bytes(9)})


DOWNLOAD_FAULTS = {
    "copies cut": (faults.copies_object, faults.lose_reply),
    "copies 500": (faults.copies_object, faults.answer(500, "InternalError")),
    "copies 503": (faults.copies_object, faults.answer(503, "SlowDown")),
    "contents cut in the reply": (faults.reads_content, faults.cut_after(1)),
    "contents stalled, then dead": (faults.reads_content, stall_and_die),
    "contents 500": (faults.reads_content, faults.answer(500, "InternalError")),
    "contents 503": (faults.reads_content, faults.answer(503, "SlowDown")),
}


class TestADownload:
    @pytest.fixture
    def stored(self, boto, buckets):
        contents = {f"f{number:02}.txt": b"%d" % number for number in range(20)}
        contents["large.bin"] = random.Random(2).randbytes(20 * MIB)
        put_all(boto, buckets.storage, {key: (content, TAGS) for key, content in contents.items()})
        return contents

    @pytest.fixture
    def take(self, storage, behind, staging_behind, stored, tmp_path):
        request = request_to_fetch(storage, tmp_path / "a.zip", "invoice 2026")
        return lambda: fetch(request, behind, staging_behind, MovedClock(), Job())

    @pytest.mark.parametrize(("matches", "fault"), DOWNLOAD_FAULTS.values(), ids=DOWNLOAD_FAULTS)
    def test_ends_whole_after_a_few_faults(self, take, stored, proxy, tmp_path, matches, fault):
        proxy.on(matches, fault, times=4)
        assert take().failures == ()
        assert contents_of(tmp_path / "a.zip") == stored

    def test_whose_permission_is_lost_in_the_middle_names_what_is_missing_and_the_second_try_ends_whole(
        self, take, stored, proxy, tmp_path
    ):
        left = iter(range(9))
        proxy.on(
            lambda asked: faults.reads_content(asked) and next(left, None) is not None, lambda a, forward: forward()
        )
        proxy.on(faults.reads_content, faults.answer(403, "AccessDenied"))
        report = take()
        assert report.files == 9
        assert {failure.error.title for failure in report.failures} == {"You don’t have access"}
        assert contents_of(tmp_path / "a.zip") == {
            key: stored[key] for key in stored if key not in {failure.key for failure in report.failures}
        }
        (tmp_path / "a.zip").unlink()
        proxy.forget()
        assert take().failures == ()
        assert contents_of(tmp_path / "a.zip") == stored


class TestAServerThatCantBeReached:
    """Each is told in the same words, whether the quick requests or boto3's meet it first."""

    @pytest.fixture
    def path(self, files):
        return write(files, {"a.txt": b"a"}) / "a.txt"

    def assert_said_and_then_made_good(self, unreachable, path, storage, boto):
        with pytest.raises(OutageError) as caught:
            run(request_for([path]), unreachable)
        assert str(caught.value) == NO_CONNECTION
        report, _ = run(request_for([path]), storage)
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert keys_in(boto, storage.bucket) == ["a.txt"]

    def test_because_its_name_is_gone(self, open_server, storage, boto, path, few_tries):
        unreachable = open_server("http://storage.invalid:9").bucket(storage.bucket)
        self.assert_said_and_then_made_good(unreachable, path, storage, boto)

    def test_because_nobody_takes_the_connection(self, open_server, storage, boto, path, few_tries, monkeypatch):
        monkeypatch.setattr("app.aws.wire._CONNECT_TIMEOUT_MS", 300)
        with full_backlog() as port:
            unreachable = open_server(f"http://127.0.0.1:{port}").bucket(storage.bucket)
            self.assert_said_and_then_made_good(unreachable, path, storage, boto)


@contextlib.contextmanager
def full_backlog():
    """Yield a port at which further connections are neither taken nor refused."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def test_a_reply_that_never_comes_is_given_up_and_asked_for_again(behind, boto, proxy):
    boto.put_object(Bucket=behind.bucket, Key="a", Body=b"a", Tagging="Tag1=a")
    never = threading.Event()
    proxy.on(faults.reads_tags, faults.hold_until(never, 100), times=1)
    (read,) = behind.read_tags(["a"], CancelToken())
    assert read.tags == {"Tag1": "a"}
    assert not never.is_set()
    never.set()


class TestAClockThatIsOff:
    @pytest.fixture(params=["small", "large", "listing"])
    def work(self, request, behind, files):
        """Something that fails on it, by the quick requests and by boto3's."""
        if request.param == "listing":
            return lambda: list(behind.list_objects("", CancelToken()))
        path = write(files, {"a.bin": bytes(9 * MIB if request.param == "large" else 1)}) / "a.bin"

        def upload():
            report, _ = run(request_for([path]), behind)
            for failure in report.failures:
                raise failure.error

        return upload

    @pytest.mark.parametrize(
        ("off_by", "words"),
        [
            (timedelta(minutes=16), "16 minutes ahead"),
            (timedelta(minutes=-90), "90 minutes behind"),
            (timedelta(hours=3), "3 hours ahead"),
            (timedelta(days=-365), "365 days behind"),
        ],
    )
    def test_is_told_with_how_far(self, work, proxy, off_by, words):
        def refuse(asked, forward):
            date = ("Date", format_datetime(datetime.now(UTC) - off_by, usegmt=True))
            reply = faults.answer(403, "RequestTimeTooSkewed")(asked, forward)
            return faults.replace(reply, headers=(*reply.headers, date))

        proxy.on(lambda asked: True, refuse)
        with pytest.raises(RefusalError) as caught:
            work()
        assert caught.value.code == "clock-off"
        assert str(caught.value).removeprefix("a.bin: ") == (
            f"This computer’s clock is {words}. Set date and time to automatic, then try again."
        )
        proxy.forget()
        work()

    def test_is_asked_for_once_for_all_files(self, drop, behind, proxy):
        request, _ = drop
        proxy.on(lambda asked: True, faults.answer(403, "RequestTimeTooSkewed"))
        with pytest.raises(RefusalError):
            run(request(), behind)
        assert proxy.count(lambda asked: asked.method == "HEAD" and not asked.key) <= 2  # awscrt asks twice

    def test_is_told_though_the_storage_doesnt_say_when_it_answered(self, work, proxy):
        proxy.on(lambda asked: True, faults.answer(403, "RequestTimeTooSkewed"))
        with pytest.raises(RefusalError, match="This computer’s clock is wrong"):
            work()
