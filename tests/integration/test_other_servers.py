"""Servers that ignore what they don't know: what is found out of them, and that nothing is lost on them.

The real server stands behind a proxy that takes headers out; what is stored is looked at past the proxy.
"""

from __future__ import annotations

import random

import pytest

from app.aws.capabilities import ProbePlace
from app.core.capabilities import EVERYTHING, NOTHING, Capabilities
from app.core.conflicts import Choice
from app.core.errors import OutageError
from app.core.events import UploadStatus
from app.core.job import CancelToken, Job
from app.services.fetch import fetch
from tests import proxy as faults
from tests.fakes import Decides, Listener, MovedClock
from tests.ignoring import damage_on_the_way_up, hide_md5, ignore
from tests.integration.finding import USER, contents_of, put_all, request_to_fetch
from tests.integration.uploading import body, open_uploads, request_for, run, write
from tests.server import keys_in, tags_of

MIB = 1024**2
TAGS = {"Tag1": "Invoice 2026", "Tag2": "Tag-value"}
SUMS = ("x-amz-checksum-*", "x-amz-sdk-checksum-*")
CONDITIONS = ("if-match", "if-none-match")
SIZES = pytest.mark.parametrize("size", [1000, 9 * MIB], ids=["small", "large"])

IGNORED = {
    "conditions": (CONDITIONS, {"conditional_put", "conditional_completion"}),
    "the source’s condition": (("x-amz-copy-source-if-match",), {"conditional_copy"}),
    "checksums": (SUMS, {"verified_checksums", "stored_checksums", "multipart_checksums"}),
    "tags": (("x-amz-tagging",), {"tags_on_put", "tags_on_copy"}),
    "the directive": (("x-amz-tagging-directive",), {"tags_on_copy"}),
}
EACH = pytest.mark.parametrize(
    "ignored", [(), *(headers for headers, _ in IGNORED.values())], ids=["nothing", *IGNORED]
)
ALL_OF_THEM = tuple(header for headers, _ in IGNORED.values() for header in headers)


def missing(can):
    return {name for name in Capabilities.__slots__ if not getattr(can, name)}


@pytest.fixture
def behind_server(proxy, keys, open_server, buckets):
    """Return a function that connects to a server that ignores these headers; what it can do is found out."""

    def connect(*headers):
        ignore(proxy, keys, *headers)
        return open_server(proxy.endpoint_url, capabilities=ProbePlace(buckets.staging, USER))

    return connect


class TestWhatAServerCanDo:
    def test_is_everything_on_the_real_server(self, open_server, buckets, boto):
        server = open_server(capabilities=ProbePlace(buckets.staging, USER))
        assert server._capabilities(CancelToken()) == EVERYTHING
        assert server.weaknesses() == ()

    @pytest.mark.parametrize(("headers", "names"), IGNORED.values(), ids=IGNORED)
    def test_lacks_what_it_ignores(self, behind_server, headers, names):
        server = behind_server(*headers)
        assert missing(server._capabilities(CancelToken())) == names
        assert len(server.weaknesses()) == len(names)

    def test_is_found_out_in_ones_own_place_of_the_staging_bucket_once_and_nothing_is_left(
        self, behind_server, proxy, boto, buckets, files
    ):
        server = behind_server()
        storage = server.bucket(buckets.storage)
        assert proxy.asked == []
        run(request_for([write(files, {"a.txt": b"a"}) / "a.txt"]), storage)
        asked = [request for request in proxy.asked if request.bucket == buckets.staging]
        assert 0 < len(asked) <= 30
        assert all(request.key.startswith(f"{USER}/") for request in asked if request.key)
        assert keys_in(boto, buckets.staging) == []
        assert open_uploads(boto, buckets.staging) == []
        assert keys_in(boto, buckets.storage) == ["a.txt"]
        run(request_for([write(files, {"b.txt": b"b"}) / "b.txt"]), storage)
        assert len([request for request in proxy.asked if request.bucket == buckets.staging]) == len(asked)

    def test_is_of_no_interest_to_whoever_only_reads(self, behind_server, proxy, buckets, boto):
        boto.put_object(Bucket=buckets.storage, Key="a.bin", Body=bytes(20 * MIB), Tagging="Tag1=A")
        storage = behind_server().bucket(buckets.storage)
        (stored,) = (found for page in storage.list_objects("", CancelToken()) for found in page)
        assert b"".join(storage.read_stream(stored, CancelToken())) == bytes(20 * MIB)
        (read,) = storage.read_tags(["a.bin"], CancelToken())
        assert read.tags == {"Tag1": "A"}
        assert {asked.method for asked in proxy.asked} == {"GET"}

    def test_is_taken_as_nothing_where_it_may_not_be_looked_at(self, behind_server, proxy, buckets):
        server = behind_server()
        proxy.on(lambda asked: asked.bucket == buckets.staging, faults.answer(403, "AccessDenied"))
        assert server._capabilities(CancelToken()) == NOTHING

    def test_lacks_what_it_refuses_because_it_doesnt_know_it(self, behind_server, proxy):
        server = behind_server()
        proxy.on(lambda asked: bool(asked.header("x-amz-tagging")), faults.answer(501, "NotImplemented"))
        assert missing(server._capabilities(CancelToken())) == {
            "conditional_completion",
            "multipart_checksums",
            "tags_on_put",
            "tags_on_copy",
        }

    def test_stays_unknown_while_the_server_cant_be_reached(self, behind_server, proxy, monkeypatch):
        monkeypatch.setattr("app.aws.retries.MAX_TRIES", 1)
        server = behind_server()
        proxy.on(lambda asked: True, faults.hang_up)
        with pytest.raises(OutageError):
            server._capabilities(CancelToken())
        proxy.forget()
        assert server._capabilities(CancelToken()) == EVERYTHING


class TestAnUpload:
    @EACH
    @SIZES
    def test_arrives_whole_with_its_tags(self, behind_server, buckets, boto, files, ignored, size):
        content = random.Random(1).randbytes(size)
        folder = write(files, {"a.bin": content, "b.bin": b"b"})
        report, _ = run(request_for([folder]), behind_server(*ignored).bucket(buckets.storage))
        assert report.counts == {UploadStatus.UPLOADED: 2}
        assert body(boto, buckets.storage, "files/a.bin") == content
        assert tags_of(boto, buckets.storage, "files/a.bin") == TAGS
        assert tags_of(boto, buckets.storage, "files/b.bin") == TAGS
        assert open_uploads(boto, buckets.storage) == []

    @SIZES
    def test_never_overwrites_where_conditions_are_ignored(self, behind_server, buckets, boto, files, size):
        boto.put_object(Bucket=buckets.storage, Key="a.bin", Body=b"another one")
        path = write(files, {"a.bin": bytes(size)}) / "a.bin"
        storage = behind_server(*CONDITIONS).bucket(buckets.storage)
        run(request_for([path]), storage, Decides(Choice.KEEP_BOTH))
        assert body(boto, buckets.storage, "a.bin") == b"another one"
        assert body(boto, buckets.storage, "a (2).bin") == bytes(size)

    def test_never_replaces_another_version_than_the_one_that_was_seen(self, behind_server, buckets, boto, files):
        boto.put_object(Bucket=buckets.storage, Key="a.txt", Body=b"first")
        path = write(files, {"a.txt": b"mine"}) / "a.txt"

        class ReplacesAndIsOvertaken(Decides):
            def resolve(self, conflict, cancel):
                if not self.asked:
                    boto.put_object(Bucket=buckets.storage, Key="a.txt", Body=b"second")
                return super().resolve(conflict, cancel)

        resolver = ReplacesAndIsOvertaken(Choice.REPLACE, Choice.KEEP_BOTH)
        run(request_for([path]), behind_server(*CONDITIONS).bucket(buckets.storage), resolver)
        assert len(resolver.asked) == 2
        assert body(boto, buckets.storage, "a.txt") == b"second"
        assert body(boto, buckets.storage, "a (2).txt") == b"mine"

    @pytest.mark.parametrize("keeps_md5", [True, False], ids=["by MD5", "read back"])
    @SIZES
    def test_that_was_damaged_on_the_way_never_counts_where_checksums_are_ignored(
        self, behind_server, proxy, keys, buckets, boto, files, size, keeps_md5
    ):
        path = write(files, {"a.bin": random.Random(2).randbytes(size)}) / "a.bin"
        server = behind_server(*SUMS)
        assert not server._capabilities(CancelToken()).verified_checksums
        damage_on_the_way_up(proxy, keys, lambda asked: faults.puts_object(asked) or faults.puts_part(asked))
        if not keeps_md5:
            hide_md5(proxy, keys)
        report, _ = run(request_for([path]), server.bucket(buckets.storage))
        (failure,) = report.failures
        assert failure.error.title == "It was damaged on the way"
        assert failure.error.detail == "Try again in a moment."
        assert keys_in(boto, buckets.storage) == []
        ignore(proxy, keys, *SUMS)
        report, _ = run(request_for([path]), server.bucket(buckets.storage))
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert body(boto, buckets.storage, "a.bin") == path.read_bytes()

    @SIZES
    def test_whose_etag_is_no_md5_is_read_back_and_counts(self, behind_server, proxy, keys, buckets, boto, files, size):
        path = write(files, {"a.bin": random.Random(2).randbytes(size)}) / "a.bin"
        server = behind_server(*SUMS)
        server._capabilities(CancelToken())
        hide_md5(proxy, keys)
        report, _ = run(request_for([path]), server.bucket(buckets.storage))
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert proxy.count(faults.reads_content) > 0
        assert body(boto, buckets.storage, "a.bin") == path.read_bytes()

    def test_that_is_read_back_has_the_time_that_its_size_takes(
        self, behind_server, proxy, keys, buckets, boto, files, monkeypatch
    ):
        monkeypatch.setattr("app.aws.careful_puts._LOOK_SECONDS", 0.0)
        path = write(files, {"a.bin": random.Random(2).randbytes(9 * MIB)}) / "a.bin"
        server = behind_server(*SUMS)
        server._capabilities(CancelToken())
        hide_md5(proxy, keys)
        report, _ = run(request_for([path]), server.bucket(buckets.storage))
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert keys_in(boto, buckets.storage) == ["a.bin"]

    def test_that_is_cancelled_while_it_is_read_back_isnt_left(self, behind_server, proxy, keys, buckets, boto, files):
        listener = Listener()

        def cancel_first(asked, forward):
            listener.job.cancel.cancel()
            return forward()

        path = write(files, {"a.bin": random.Random(2).randbytes(9 * MIB)}) / "a.bin"
        server = behind_server(*SUMS)
        server._capabilities(CancelToken())
        hide_md5(proxy, keys)
        proxy.on(faults.reads_content, cancel_first)
        report, _ = run(request_for([path]), server.bucket(buckets.storage), listener=listener)
        assert (report.is_cancelled, report.counts) == (True, {})
        assert keys_in(boto, buckets.storage) == []
        assert open_uploads(boto, buckets.storage) == []

    @SIZES
    def test_whose_tags_arent_kept_at_all_is_a_failure_and_isnt_left(
        self, behind_server, proxy, buckets, boto, files, size
    ):
        server = behind_server("x-amz-tagging")
        server._capabilities(CancelToken())
        proxy.on(
            lambda asked: asked.method == "PUT" and "tagging" in asked.query,
            lambda asked, forward: faults.Reply(200, (), b""),
        )
        path = write(files, {"a.bin": bytes(size)}) / "a.bin"
        report, _ = run(request_for([path]), server.bucket(buckets.storage))
        assert str(report.failures[0].error) == (
            "a.bin: The storage didn’t keep its tags. Try again; if it stays, tell IT."
        )
        assert keys_in(boto, buckets.storage) == []

    def test_whose_answer_was_lost_gets_its_tags_all_the_same(self, behind_server, proxy, buckets, boto, files):
        server = behind_server("x-amz-tagging")
        server._capabilities(CancelToken())
        proxy.on(faults.puts_object, faults.lose_reply, times=2)
        path = write(files, {"a.txt": b"a"}) / "a.txt"
        report, _ = run(request_for([path]), server.bucket(buckets.storage))
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert tags_of(boto, buckets.storage, "a.txt") == TAGS

    @SIZES
    def test_that_ended_before_its_tags_gets_them_when_it_is_gone_on_with(
        self, behind_server, proxy, buckets, boto, files, size, monkeypatch
    ):
        monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)
        storage = behind_server("x-amz-tagging").bucket(buckets.storage)
        request = request_for([write(files, {"a.bin": bytes(size)}) / "a.bin"])
        proxy.on(lambda asked: asked.bucket == buckets.storage and "tagging" in asked.query, faults.hang_up)
        report, _ = run(request, storage)
        assert report.failures[0].error.code == "no-connection"
        assert tags_of(boto, buckets.storage, "a.bin") == {}
        proxy.forget()
        report, _ = run(request, storage)
        assert report.counts == {UploadStatus.UPLOADED: 1}
        assert tags_of(boto, buckets.storage, "a.bin") == TAGS

    def test_that_can_no_longer_be_tagged_is_named_and_the_second_try_ends_whole(
        self, behind_server, proxy, buckets, boto, files, monkeypatch
    ):
        monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)
        server = behind_server("x-amz-tagging")
        storage = server.bucket(buckets.storage)
        server._capabilities(CancelToken())
        proxy.on(lambda asked: "tagging" in asked.query, faults.hang_up)
        path = write(files, {"a.txt": b"a"}) / "a.txt"
        report, _ = run(request_for([path]), storage)
        assert report.failures[0].error.code == "no-connection"
        proxy.forget()
        report, _ = run(request_for([path]), storage, Decides(Choice.REPLACE))
        assert report.failures == ()
        assert tags_of(boto, buckets.storage, "a.txt") == TAGS


class TestADownload:
    def fetch(self, server, storage, buckets, out, request=None):
        request = request or request_to_fetch(storage, out, "invoice 2026")
        storage, staging = server.bucket(buckets.storage), server.bucket(buckets.staging)
        return fetch(request, storage, staging, MovedClock(), Job())

    @pytest.fixture
    def stored(self, boto, buckets):
        contents = {"a.txt": b"a", "b.bin": random.Random(3).randbytes(9 * MIB), "c.txt": b"c" * 1000}
        put_all(boto, buckets.storage, {key: (content, TAGS) for key, content in contents.items()})
        return contents

    @EACH
    def test_is_whole_and_its_copies_have_the_tags_that_were_found(
        self, behind_server, storage, buckets, boto, stored, tmp_path, ignored
    ):
        request = request_to_fetch(storage, tmp_path / "a.zip", "invoice 2026")
        boto.put_object_tagging(Bucket=buckets.storage, Key="a.txt", Tagging={"TagSet": [{"Key": "x", "Value": "y"}]})
        report = self.fetch(behind_server(*ignored), storage, buckets, tmp_path / "a.zip", request)
        assert report.failures == ()
        assert contents_of(tmp_path / "a.zip") == stored
        copies = [key for key in keys_in(boto, buckets.staging) if "/files/" in key]
        assert len(copies) == 3
        assert all(tags_of(boto, buckets.staging, copy) == TAGS for copy in copies)

    @pytest.mark.parametrize("size", [2, 9 * MIB])
    def test_holds_no_file_that_changed_where_the_condition_is_ignored(
        self, behind_server, storage, buckets, boto, stored, tmp_path, size
    ):
        request = request_to_fetch(storage, tmp_path / "a.zip", "invoice 2026")
        boto.put_object(Bucket=buckets.storage, Key="c.txt", Body=bytes(size))
        report = self.fetch(behind_server("x-amz-copy-source-if-match"), storage, buckets, tmp_path / "a.zip", request)
        assert [(failure.key, failure.error.code) for failure in report.failures] == [("c.txt", "source-changed")]
        assert contents_of(tmp_path / "a.zip").keys() == {"a.txt", "b.bin"}
        assert not [key for key in keys_in(boto, buckets.staging) if key.endswith("c.txt")]

    def test_of_a_large_file_in_parts_is_looked_at_again_too(
        self, behind_server, storage, buckets, boto, stored, tmp_path
    ):
        request = request_to_fetch(storage, tmp_path / "a.zip", "invoice 2026")
        boto.put_object(Bucket=buckets.storage, Key="b.bin", Body=bytes(9 * MIB))
        server = behind_server(*ALL_OF_THEM)
        staging = server.bucket(buckets.staging, largest_copy_bytes=6 * MIB)
        report = fetch(request, server.bucket(buckets.storage), staging, MovedClock(), Job())
        assert [(failure.key, failure.error.code) for failure in report.failures] == [("b.bin", "source-changed")]
        assert not [key for key in keys_in(boto, buckets.staging) if key.endswith("b.bin")]

    @pytest.mark.parametrize("name", ["b.bin", "c.txt"])
    def test_that_is_damaged_on_the_way_never_ends_in_the_zip_where_no_checksum_is_kept(
        self, behind_server, storage, proxy, buckets, stored, tmp_path, name
    ):
        server = behind_server(*SUMS)
        server._capabilities(CancelToken())
        proxy.on(lambda asked: faults.reads_content(asked) and asked.key.endswith(name), faults.flip_byte)
        report = self.fetch(server, storage, buckets, tmp_path / "a.zip")
        assert [failure.key for failure in report.failures] == [name]
        assert contents_of(tmp_path / "a.zip") == {key: stored[key] for key in stored if key != name}

    def test_asks_for_each_file_at_most_once_more(self, behind_server, proxy, storage, buckets, boto, tmp_path):
        put_all(boto, buckets.storage, {f"f{number:02}": (b"x%d" % number, TAGS) for number in range(40)})
        server = behind_server("x-amz-copy-source-if-match")
        server._capabilities(CancelToken())
        proxy.forget()
        self.fetch(server, storage, buckets, tmp_path / "a.zip")
        assert proxy.count(lambda asked: asked.method == "HEAD") <= 40


def test_files_are_deleted_where_only_md5_is_known(behind_server, proxy, buckets, boto):
    for key in ("a", "b"):
        boto.put_object(Bucket=buckets.storage, Key=key)
    bucket = behind_server(*SUMS).bucket(buckets.storage)
    proxy.on(
        lambda asked: "delete" in asked.query and not asked.header("content-md5"),
        faults.answer(400, "MissingContentMD5"),
    )
    assert [deletion.error for deletion in bucket.delete_many(["a", "b"], CancelToken())] == [None, None]
    assert keys_in(boto, buckets.storage) == []


def test_a_server_that_can_do_everything_is_asked_nothing_more(behind_server, proxy, storage, buckets, boto, files):
    folder = write(files, {f"f{number:02}": b"x" for number in range(20)})
    server = behind_server()
    server._capabilities(CancelToken())
    proxy.forget()
    run(request_for([folder]), server.bucket(buckets.storage))
    assert proxy.count(faults.puts_object) == 20
    assert proxy.count(lambda asked: asked.method == "HEAD") == 20  # the second look that such a server needs
    assert len(proxy.asked) == 40
