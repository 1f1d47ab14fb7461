"""What the quick client is asked, and how its answers are read."""

from __future__ import annotations

import zlib
from base64 import b64encode
from datetime import UTC, datetime

import pytest

from app.aws import multipart
from app.aws.connect import Bucket
from app.aws.credentials import CredentialsHolder
from app.aws.messages import Answer
from app.aws.multipart import MAX_PARTS, part_size_bytes
from app.aws.pipeline import Pipeline
from app.core.errors import IntegrityError
from app.core.identity import Credentials
from app.core.job import CancelToken
from app.core.objects import Condition, Copy, Put, SizedKey, StoredObject
from tests.fakes import NoRenewal

MIB = 1024**2
CRC32 = b64encode(zlib.crc32(b"content").to_bytes(4, "big")).decode()


class Storage:
    """Answers each request with what was prepared for its operation, and writes the requests down."""

    def __init__(self):
        self.holder = CredentialsHolder(Credentials("AKID", "secret"))
        self.answers = {}
        self.asked = []

    def send(self, request, done):
        self.asked.append(request)
        headers, body = self.answers.get(request.operation, ({}, b""))
        done(Answer(200, headers, body))


@pytest.fixture
def storage():
    return Storage()


@pytest.fixture
def bucket(storage):
    return Bucket("files", Pipeline(storage, NoRenewal()), None, writes_atomically=True)


def stored(key="a b/ü+.txt", size=7):
    return StoredObject(key, size, datetime.now(UTC), "0123456789abcdef0123456789abcdef")


class TestACopy:
    @pytest.fixture
    def headers(self, bucket, storage):
        copy = Copy(stored(), "user/request/files/a b/ü+.txt", {"Tag1": "Kunde 4711", "Tag2": "a&b"})
        list(bucket.copy_many("source", [copy], CancelToken()))
        (request,) = storage.asked
        assert (request.operation, request.bucket, request.key) == ("CopyObject", "files", copy.key)
        return request.headers

    def test_is_made_only_of_what_was_found(self, headers):
        assert headers["x-amz-copy-source"] == "/source/a%20b/%C3%BC%2B.txt"
        assert headers["x-amz-copy-source-if-match"] == '"0123456789abcdef0123456789abcdef"'

    def test_carries_its_tags_explicitly_and_gets_a_checksum(self, headers):
        assert headers["x-amz-tagging-directive"] == "REPLACE"
        assert headers["x-amz-tagging"] == "Tag1=Kunde%204711&Tag2=a%26b"
        assert headers["x-amz-checksum-algorithm"] == "CRC32"


@pytest.mark.parametrize(
    ("condition", "headers"),
    [
        (None, {}),
        (Condition(), {"If-None-Match": "*"}),
        (Condition(replaces_etag="abc"), {"If-Match": '"abc"'}),
    ],
)
def test_a_write_has_its_condition_checksum_tags_and_metadata(bucket, storage, condition, headers):
    put = Put("a", b"content", zlib.crc32(b"content"), {"Tag1": "A"}, {"uploaded-by": "m"}, "text/plain", condition)
    (result,) = bucket.put_many([put], CancelToken())
    assert result.error is None
    (request,) = storage.asked
    assert request.body == b"content"
    assert request.headers == {
        "Content-Type": "text/plain",
        "x-amz-checksum-crc32": CRC32,
        "x-amz-tagging": "Tag1=A",
        "x-amz-meta-uploaded-by": "m",
        **headers,
    }


@pytest.mark.parametrize(
    ("headers", "crc32"),
    [
        ({"x-amz-checksum-crc32": CRC32}, zlib.crc32(b"content")),
        ({"x-amz-checksum-crc32": CRC32, "x-amz-checksum-type": "FULL_OBJECT"}, zlib.crc32(b"content")),
        ({"x-amz-checksum-crc32": CRC32, "x-amz-checksum-type": "COMPOSITE"}, None),
        ({"x-amz-checksum-crc32": f"{CRC32}-3"}, None),
        ({"x-amz-checksum-crc32": "AAAA"}, None),
        ({"x-amz-checksum-crc32": "no base64!"}, None),
        ({}, None),
    ],
)
def test_only_a_checksum_of_the_whole_object_counts(bucket, storage, headers, crc32):
    storage.answers["HeadObject"] = headers, b""
    assert bucket.head("a", CancelToken()).crc32 == crc32


@pytest.mark.parametrize(
    ("headers", "is_md5"),
    [
        ({"etag": '"9a0364b9e99bb480dd25e1f0284c8555"'}, True),
        ({"etag": '"9a0364b9e99bb480dd25e1f0284c8555-2"'}, False),
        ({"etag": '"9a0364b9e99bb480dd25e1f0284c8555"', "x-amz-server-side-encryption": "aws:kms"}, False),
        ({}, False),
    ],
)
def test_an_etag_is_an_md5_only_of_one_piece_without_kms(bucket, storage, headers, is_md5):
    storage.answers["GetObject"] = headers, b"content"
    (content,) = bucket.read_many([SizedKey("a", 7)], CancelToken())
    assert content.body == b"content"
    assert (content.md5 is not None) is is_md5


def test_a_head_tells_time_metadata_class_and_whether_it_was_restored(bucket, storage):
    storage.answers["HeadObject"] = (
        {
            "content-length": "7",
            "last-modified": "Tue, 24 Nov 2026 09:14:02 GMT",
            "etag": '"abc"',
            "x-amz-meta-uploaded-by": "m",
            "x-amz-storage-class": "GLACIER",
            "x-amz-restore": 'ongoing-request="false", expiry-date="Fri, 27 Nov 2026 00:00:00 GMT"',
        },
        b"",
    )
    head = bucket.head("a", CancelToken())
    assert head.stored == StoredObject("a", 7, datetime(2026, 11, 24, 9, 14, 2, tzinfo=UTC), "abc")
    assert (head.metadata, head.storage_class, head.is_restored) == ({"uploaded-by": "m"}, "GLACIER", True)


def test_a_content_that_is_shorter_than_announced_is_an_error(bucket, storage):
    storage.answers["GetObject"] = {"content-length": "8"}, b"content"
    (content,) = bucket.read_many([SizedKey("a", 8)], CancelToken())
    assert (content.body, content.error.code) == (None, "cut-short")


@pytest.mark.parametrize(("size", "is_large"), [(0, False), (512 * 1024 - 1, False), (512 * 1024, True)])
def test_a_content_is_read_in_the_way_that_is_quick_for_its_size(bucket, storage, size, is_large):
    storage.answers["GetObject"] = {}, bytes(size)
    list(bucket.read_many([SizedKey("a", size)], CancelToken()))
    assert [request.has_large_answer for request in storage.asked] == [is_large]


class TestAStream:
    @pytest.fixture(autouse=True)
    def small_ranges(self, monkeypatch):
        monkeypatch.setattr("app.aws.reading.RANGE_BYTES", 7)

    def test_is_read_in_ranges_on_the_condition_of_its_etag(self, bucket, storage):
        storage.answers["GetObject"] = {}, b"content"
        assert list(bucket.read_stream(stored(size=21), CancelToken(), 7)) == [b"content"] * 2
        assert [request.headers for request in storage.asked] == [
            {"Range": f"bytes={first}-{first + 6}", "If-Match": '"0123456789abcdef0123456789abcdef"'}
            for first in (7, 14)
        ]
        assert all(request.has_large_answer for request in storage.asked)

    def test_of_which_less_arrives_is_an_error(self, bucket, storage):
        storage.answers["GetObject"] = {}, b"conten"
        with pytest.raises(IntegrityError, match="Less arrived than is stored"):
            list(bucket.read_stream(stored(size=7), CancelToken()))


@pytest.mark.parametrize("size", [0, 1, 8 * MIB, 10_000 * 8 * MIB, 10_000 * 8 * MIB + 1, 5 * 1024**4])
def test_parts_are_few_enough_and_of_a_size_that_s3_takes(size):
    part = part_size_bytes(size)
    assert -(-size // part) <= MAX_PARTS
    assert 5 * MIB <= part <= 5 * 1024**3
    assert part % MIB == 0


def test_parts_grow_only_where_ten_thousand_arent_enough():
    assert part_size_bytes(10_000 * 8 * MIB) == 8 * MIB
    assert part_size_bytes(10_000 * 8 * MIB + 1) == 9 * MIB


def test_a_copied_part_is_named_as_the_storage_names_it():
    body = b'<CopyPartResult xmlns="x"><LastModified>now</LastModified><ETag>"abc"</ETag></CopyPartResult>'
    assert multipart.copied_etag(body) == '"abc"'
