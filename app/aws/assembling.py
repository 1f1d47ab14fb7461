"""Objects put together inside the storage, many uploads at a time: an `Assembler`."""

from __future__ import annotations

import base64
import contextlib
import zlib
from collections.abc import Generator, Iterable, Iterator
from urllib.parse import quote
from xml.etree import ElementTree

from app.aws.capabilities import CapabilitySource
from app.aws.messages import Answer, Request
from app.aws.pipeline import Failure, Pipeline
from app.aws.reading import full_crc32
from app.core.assembling import Completed, Completion, NewPart, PartDone, Range, RangeRead, Upload, UploadBegun
from app.core.errors import IntegrityError, OutageError
from app.core.job import CancelToken

_COPY_LIGHTER = 16  # than the same bytes sent from here


class BucketAssembler:
    """Makes objects of one bucket from parts of another's.

    Args:
        bucket: that is written to.
        source_bucket: that is copied and read from.
        pipeline: sends the requests.
        capabilities: tell what the server can do.
    """

    def __init__(self, bucket: str, source_bucket: str, pipeline: Pipeline, capabilities: CapabilitySource) -> None:
        self._bucket = bucket
        self._source_bucket = source_bucket
        self._pipeline = pipeline
        self._capabilities = capabilities

    def is_able(self, cancel: CancelToken) -> bool:
        """Tell whether a ZIP that was put together here can be trusted."""
        can = self._capabilities(cancel)
        return can.conditional_copy and can.multipart_checksums

    def begin(self, keys: Iterable[str], content_type: str, cancel: CancelToken) -> Iterator[UploadBegun]:
        """Begin uploads (CreateMultipartUpload)."""
        headers = {
            "Content-Type": content_type,
            "x-amz-checksum-algorithm": "CRC32",
            "x-amz-checksum-type": "FULL_OBJECT",
        }

        def request(key: str) -> Request:
            return Request("CreateMultipartUpload", "POST", self._bucket, key, "uploads=", headers, b"")

        answers = self._pipeline.run(keys, request, cancel, drains=True)
        with contextlib.closing(answers):
            for key, outcome in answers:
                if isinstance(outcome, Failure):
                    yield UploadBegun(key, None, outcome.error)
                elif upload_id := _texts(outcome.body).get("UploadId"):
                    yield UploadBegun(key, Upload(key, upload_id))
                else:
                    yield UploadBegun(key, None, _no_document(key))
        cancel.raise_if_cancelled()

    def fill(self, parts: Iterable[NewPart], cancel: CancelToken) -> Generator[PartDone, None, None]:
        """Copy and send parts (UploadPartCopy, UploadPart)."""
        answers = self._pipeline.run(parts, self._part_request, cancel, weigh=_weight)
        with contextlib.closing(answers):  # no part may arrive after its upload was aborted
            for part, outcome in answers:
                yield PartDone(part, error=outcome.error) if isinstance(outcome, Failure) else _done(part, outcome)

    def complete(self, completions: Iterable[Completion], cancel: CancelToken) -> Iterator[Completed]:
        """Make objects of their parts (CompleteMultipartUpload)."""
        answers = self._pipeline.run(completions, self._completion_request, cancel, drains=True)
        with contextlib.closing(answers):
            for completion, outcome in answers:
                if isinstance(outcome, Failure):
                    yield Completed(completion, None, outcome.error, is_unknown=not outcome.is_answered)
                elif etag := _texts(outcome.body).get("ETag"):
                    yield Completed(completion, etag.strip('"'))
                else:
                    yield Completed(completion, None, _no_document(completion.upload.key), is_unknown=True)
        cancel.raise_if_cancelled()

    def abort(self, uploads: Iterable[Upload], cancel: CancelToken) -> None:
        """End uploads (AbortMultipartUpload)."""

        def request(upload: Upload) -> Request:
            return Request("AbortMultipartUpload", "DELETE", self._bucket, upload.key, _query(upload))

        for _ in self._pipeline.run(uploads, request, cancel):
            pass

    def read(self, ranges: Iterable[Range], cancel: CancelToken) -> Generator[RangeRead, None, None]:
        """Read pieces of objects (GetObject)."""

        def request(item: Range) -> Request:
            headers = {"If-Match": f'"{item.etag}"'}
            if not item.is_whole:
                headers["Range"] = f"bytes={item.start}-{item.end - 1}"
            return Request("GetObject", "GET", self._bucket_of(item), item.key, headers=headers)

        answers = self._pipeline.run(ranges, request, cancel, in_order=True, weigh=lambda item: item.size_bytes)
        with contextlib.closing(answers):
            for item, outcome in answers:
                if isinstance(outcome, Failure):
                    yield RangeRead(item, None, outcome.error)
                elif len(outcome.body) != item.size_bytes:
                    error = IntegrityError("cut-short", "Less arrived than is stored", "Try again.", item.key)
                    yield RangeRead(item, None, error)
                else:
                    yield RangeRead(item, outcome.body)

    def _part_request(self, part: NewPart) -> Request:
        query = f"partNumber={part.number}&{_query(part.upload)}"
        if isinstance(part.content, bytes):
            headers = {"x-amz-checksum-crc32": _encoded(zlib.crc32(part.content))}
            return Request("UploadPart", "PUT", self._bucket, part.upload.key, query, headers, part.content)
        return Request("UploadPartCopy", "PUT", self._bucket, part.upload.key, query, self._source(part.content))

    def _source(self, item: Range) -> dict[str, str]:
        headers = {
            "x-amz-copy-source": quote(f"/{self._bucket_of(item)}/{item.key}", safe="/-._~"),
            "x-amz-copy-source-if-match": f'"{item.etag}"',
        }
        if not item.is_whole:  # a range is refused where the source has 5 MiB or less (API Reference, UploadPartCopy)
            headers["x-amz-copy-source-range"] = f"bytes={item.start}-{item.end - 1}"
        return headers

    def _bucket_of(self, item: Range) -> str:
        return self._bucket if item.is_own else self._source_bucket

    def _completion_request(self, completion: Completion) -> Request:
        parts = (
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
            for number, etag in enumerate(completion.etags, start=1)
        )
        namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
        body = f'<CompleteMultipartUpload xmlns="{namespace}">{"".join(parts)}</CompleteMultipartUpload>'.encode()
        headers = {
            "Content-Type": "application/xml",
            "If-None-Match": "*",
            "x-amz-checksum-type": "FULL_OBJECT",
        }
        if completion.crc32 is not None:
            headers["x-amz-checksum-crc32"] = _encoded(completion.crc32)
        upload = completion.upload
        return Request("CompleteMultipartUpload", "POST", self._bucket, upload.key, _query(upload), headers, body)


def _query(upload: Upload) -> str:
    return f"uploadId={quote(upload.upload_id, safe='')}"


def _weight(part: NewPart) -> int:
    """Return what a part counts among those under way: in memory, or of the storage's disks.

    A copy says nothing until it is done, and half a minute of silence is taken for a broken connection.
    """
    return part.size_bytes if isinstance(part.content, bytes) else part.size_bytes // _COPY_LIGHTER


def _done(part: NewPart, answer: Answer) -> PartDone:
    """Return a part's ETag and CRC32: in the headers of one that was sent, in the document of one that was copied."""
    if isinstance(part.content, bytes):
        return PartDone(part, answer.headers.get("etag", "").strip('"'), zlib.crc32(part.content))
    texts = _texts(answer.body)
    if not (etag := texts.get("ETag", "").strip('"')):
        return PartDone(part, error=_no_document(part.content.key))
    return PartDone(part, etag, full_crc32({"x-amz-checksum-crc32": texts.get("ChecksumCRC32", "")}))


def _texts(body: bytes) -> dict[str, str]:
    """Return what the elements of a flat document hold, by name without namespace; nothing where it is none."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 -- the storage's own answer
    except ElementTree.ParseError:
        return {}
    return {element.tag.rpartition("}")[2]: element.text or "" for element in root}


def _no_document(target: str) -> OutageError:
    return OutageError("storage-answer", "The storage gave an answer Tagdrop doesn’t know", "Try again.", target)


def _encoded(crc32: int) -> str:
    return base64.b64encode(crc32.to_bytes(4, "big")).decode()
