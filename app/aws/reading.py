"""Reading a bucket: listings, tags, heads and contents."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.aws import documents
from app.aws.capabilities import AWS
from app.aws.errors import answer_error
from app.aws.listing import Listing
from app.aws.messages import Answer, Request
from app.aws.pipeline import Failure, Pipeline
from app.core.errors import IntegrityError, MissingError
from app.core.job import CancelToken
from app.core.objects import Content, HeadRead, ObjectHead, SizedKey, StoredObject, TagRead

RANGE_BYTES = 8 * 1024**2
"""How much of a large object one request reads at most."""

_LARGE_BYTES = 512 * 1024  # from where reading the socket is the quicker way, by the clock and by the processor

_CHECKSUM_MODE = {"x-amz-checksum-mode": "ENABLED"}
_METADATA = "x-amz-meta-"
_MD5_ETAG = re.compile(r"[0-9a-f]{32}")


class BucketReader:
    """The reading half of an `ObjectStore`.

    Args:
        bucket: its name.
        pipeline: sends the requests.
        keeps_checksums: tells whether the server is known to keep checksums.
    """

    def __init__(
        self, bucket: str, pipeline: Pipeline, keeps_checksums: Callable[[], bool] = AWS.keeps_checksums
    ) -> None:
        self.bucket = bucket
        self._pipeline = pipeline
        self._keeps_checksums = keeps_checksums
        self._listing = Listing(bucket, pipeline)

    def list_objects(self, prefix: str, cancel: CancelToken) -> Iterator[tuple[StoredObject, ...]]:
        """Yield the objects under `prefix`, a page of at most 1,000 at a time (ListObjectsV2)."""
        return self._listing.pages(prefix, cancel)

    def read_tags(self, keys: Iterable[str], cancel: CancelToken) -> Iterator[TagRead]:
        """Yield the tags of each object as they come (GetObjectTagging)."""
        for key, outcome in self._pipeline.run(keys, self._tags_request, cancel):
            if isinstance(outcome, Failure):
                yield TagRead(key, None, outcome.error)
                continue
            try:
                yield TagRead(key, documents.tag_set(outcome.body))
            except documents.DamagedError:
                yield TagRead(key, None, _damaged("Its tags were damaged on the way", key))

    def head_many(self, keys: Iterable[str], cancel: CancelToken) -> Iterator[HeadRead]:
        """Yield what the storage tells of each object as it comes (HeadObject)."""
        for key, outcome in self._pipeline.run(keys, self._head_request, cancel):
            if isinstance(outcome, Answer):
                yield HeadRead(key, _head(key, outcome.headers))
            elif isinstance(outcome.error, MissingError):
                yield HeadRead(key, None)
            else:
                yield HeadRead(key, None, outcome.error)

    def head(self, key: str, cancel: CancelToken) -> ObjectHead | None:
        """Return what the storage tells of one object; None when there is none."""
        (read,) = self.head_many([key], cancel)
        if read.error is not None:
            raise read.error
        return read.head

    def read_many(self, objects: Iterable[SizedKey], cancel: CancelToken) -> Iterator[Content]:
        """Yield whole contents in the order of `objects` (GetObject)."""
        answers = self._pipeline.run(
            objects, self._content_request, cancel, in_order=True, weigh=lambda item: item.size_bytes
        )
        for item, outcome in answers:
            if isinstance(outcome, Failure):
                yield Content(item.key, None, error=outcome.error)
            else:
                yield _content(item.key, outcome)

    def read_stream(self, stored: StoredObject, cancel: CancelToken, offset: int = 0) -> Iterator[bytes]:
        """Yield one object's content from `offset`, read in ranges on the condition of its ETag.

        Where the server keeps no checksums and the ETag is an MD5, that is compared at the end of the whole.
        """
        # A server with checksums tells the CRC32 by a HEAD, for whoever reads to compare.
        checked = hashlib.md5(usedforsecurity=False) if offset == 0 and not self._keeps_checksums() else None
        piece_bytes = self._pipeline.limits.piece_bytes(RANGE_BYTES)
        starts = range(offset, stored.size_bytes, piece_bytes)
        answers = self._pipeline.run(
            starts,
            lambda start: self._range_request(stored, start, piece_bytes),
            cancel,
            in_order=True,
            weigh=lambda start: piece_bytes,
        )
        for start, outcome in answers:
            if isinstance(outcome, Failure):
                raise outcome.error
            if outcome.headers.get("etag", "").strip('"') not in ("", stored.etag):
                raise answer_error("PreconditionFailed", "", stored.key)  # a server that ignored the condition
            if len(outcome.body) != min(piece_bytes, stored.size_bytes - start):
                raise IntegrityError("cut-short", "Less arrived than is stored", "Try again.", stored.key)
            if checked is not None:
                checked.update(outcome.body)
                is_last = start + piece_bytes >= stored.size_bytes
                if is_last and _md5(outcome.headers) not in (None, checked.digest()):
                    raise _damaged("It was damaged on the way", stored.key)
            yield outcome.body

    def _tags_request(self, key: str) -> Request:
        return Request("GetObjectTagging", "GET", self.bucket, key, "tagging")

    def _head_request(self, key: str) -> Request:
        return Request("HeadObject", "HEAD", self.bucket, key, headers=_CHECKSUM_MODE)

    def _content_request(self, item: SizedKey) -> Request:
        is_large = item.size_bytes >= _LARGE_BYTES
        return Request("GetObject", "GET", self.bucket, item.key, headers=_CHECKSUM_MODE, has_large_answer=is_large)

    def _range_request(self, stored: StoredObject, start: int, piece_bytes: int) -> Request:
        end = min(start + piece_bytes, stored.size_bytes) - 1
        headers = {"Range": f"bytes={start}-{end}", "If-Match": f'"{stored.etag}"'}
        return Request("GetObject", "GET", self.bucket, stored.key, headers=headers, has_large_answer=True)


def _damaged(title: str, target: str) -> IntegrityError:
    return IntegrityError("damaged-on-the-way", title, "Try again.", target)


def _head(key: str, headers: Mapping[str, str]) -> ObjectHead:
    stored = StoredObject(
        key,
        int(headers.get("content-length", "0")),
        _http_time(headers.get("last-modified", "")),
        headers.get("etag", "").strip('"'),
    )
    metadata = {name[len(_METADATA) :]: value for name, value in headers.items() if name.startswith(_METADATA)}
    return ObjectHead(
        stored,
        metadata,
        full_crc32(headers),
        headers.get("x-amz-storage-class", "STANDARD"),
        'ongoing-request="false"' in headers.get("x-amz-restore", ""),
        headers.get("x-amz-version-id", ""),
    )


def _content(key: str, answer: Answer) -> Content:
    if int(answer.headers.get("content-length", len(answer.body))) != len(answer.body):
        error = IntegrityError("cut-short", "Less arrived than is stored", "Try again.", key)
        return Content(key, None, error=error)
    return Content(key, answer.body, full_crc32(answer.headers), _md5(answer.headers))


def full_crc32(headers: Mapping[str, str]) -> int | None:
    """Return the CRC32 of the whole object; a composite one (with `-N`) is of no use."""
    text = headers.get("x-amz-checksum-crc32", "")
    if headers.get("x-amz-checksum-type", "FULL_OBJECT") != "FULL_OBJECT" or "-" in text:
        return None
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return int.from_bytes(decoded, "big") if len(decoded) == 4 else None


def _md5(headers: Mapping[str, str]) -> bytes | None:
    """Return the MD5 that the ETag is, where it is one (API Reference, data type Object, "ETag")."""
    etag = headers.get("etag", "").strip('"')
    is_md5 = _MD5_ETAG.fullmatch(etag) and "kms" not in headers.get("x-amz-server-side-encryption", "")
    return bytes.fromhex(etag) if is_md5 else None


def _http_time(text: str) -> datetime:
    return parsedate_to_datetime(text) if text else datetime.fromtimestamp(0, UTC)
