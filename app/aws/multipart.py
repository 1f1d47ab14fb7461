"""One multipart upload: begun, filled with sent or copied parts, completed; else taken back."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote
from xml.etree import ElementTree

from app.aws.control import Control
from app.aws.pipeline import Failure, Pipeline
from app.aws.wire import Answer, Request
from app.core.capabilities import EVERYTHING, Capabilities
from app.core.errors import AppError, CancelledError, OutageError
from app.core.job import CancelToken, limited_to
from app.core.objects import Put, PutResult
from app.core.tags import encode_tag_set

MAX_PARTS = 10_000
"""Most parts of an upload (Amazon S3 User Guide, "Amazon S3 multipart upload limits")."""

_PART_BYTES = 8 * 1024**2
_MIB = 1024**2
_ABORT_SECONDS = 10.0


def part_size_bytes(size_bytes: int) -> int:
    """Return the size of every part but the last: 8 MiB, more where 10,000 of those aren't enough."""
    return max(_PART_BYTES, math.ceil(size_bytes / MAX_PARTS / _MIB) * _MIB)


class Multipart:
    """A multipart upload under way. Left without a successful `complete`, it is aborted.

    Attributes:
        has_md5_etags: whether the ETag of each part that was sent is its MD5; where the server keeps checksums that
            isn't looked at.
    """

    def __init__(
        self, control: Control, pipeline: Pipeline, bucket: str, key: str, upload_id: str, can: Capabilities
    ) -> None:
        self._control = control
        self._pipeline = pipeline
        self._bucket = bucket
        self._key = key
        self._upload_id = upload_id
        self._can = can
        self._etags: dict[int, str] = {}
        self._is_completed = False
        self.has_md5_etags = True

    @classmethod
    def begin(
        cls,
        control: Control,
        pipeline: Pipeline,
        bucket: str,
        put: Put,
        cancel: CancelToken,
        can: Capabilities = EVERYTHING,
    ) -> Self:
        """Begin the upload of an object with the tags, metadata and type of `put` (CreateMultipartUpload).

        What the server can't do (`can`) isn't asked of it.

        Raises:
            AppError: the storage refuses or can't be reached.
            CancelledError: when cancelled while there is no session.
        """
        arguments: dict[str, Any] = {"ContentType": put.content_type, "Metadata": dict(put.metadata)}
        if can.tags_on_put:
            arguments["Tagging"] = encode_tag_set(put.tags)
        if can.multipart_checksums:
            arguments |= {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
        answer = control.call(
            put.key, lambda s3: s3.create_multipart_upload(Bucket=bucket, Key=put.key, **arguments), cancel
        )
        return cls(control, pipeline, bucket, put.key, answer["UploadId"], can)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_completed:
            # The lifecycle rule is the net.
            with contextlib.suppress(AppError, CancelledError), limited_to(_ABORT_SECONDS) as patience:
                self._control.call(
                    self._key,
                    lambda s3: s3.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload_id),
                    patience,
                )

    def send_parts(
        self,
        bodies: Iterable[bytes],
        sent: Callable[[int], None],
        cancel: CancelToken,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Send the parts, several at a time (UploadPart).

        Raises:
            AppError: a part was refused, after retries; or from `bodies`.
            CancelledError: when cancelled.
        """
        answers = self._pipeline.run(
            enumerate(bodies, start=1),
            self._part_request,
            cancel,
            weigh=lambda part: len(part[1]),
            meanwhile=meanwhile,
        )
        with contextlib.closing(answers):  # no part may arrive after the upload was aborted
            for (number, body), outcome in answers:
                self._note(number, outcome, body)
                sent(len(body))

    def copy_parts(
        self, source_headers: Mapping[str, str], size_bytes: int, part_bytes: int, cancel: CancelToken
    ) -> AppError | None:
        """Fill the upload with ranges of another object (UploadPartCopy); return why that failed, if so.

        Raises:
            OutageError: the storage can't be reached, after retries.
            CancelledError: when cancelled.
        """

        def request(start: int) -> Request:
            end = min(start + part_bytes, size_bytes) - 1
            headers = {**source_headers, "x-amz-copy-source-range": f"bytes={start}-{end}"}
            return self._request("UploadPartCopy", start // part_bytes + 1, headers, None)

        answers = self._pipeline.run(range(0, size_bytes, part_bytes), request, cancel)
        with contextlib.closing(answers):
            for start, outcome in answers:
                if isinstance(outcome, Failure):
                    return outcome.error
                self._etags[start // part_bytes + 1] = copied_etag(outcome.body)
        return None

    def complete(self, put: Put, crc32: int | None, cancel: CancelToken) -> PutResult:
        """Make the object of the parts (CompleteMultipartUpload).

        Args:
            put: its condition must hold.
            crc32: of the whole content, which the storage compares; None where only the storage knows it.
            cancel: ends the wait for another session.

        Raises:
            CancelledError: when cancelled while there is no session.
        """
        arguments: dict[str, Any] = {"ChecksumType": "FULL_OBJECT"} if self._can.multipart_checksums else {}
        if crc32 is not None and self._can.multipart_checksums:
            arguments["ChecksumCRC32"] = base64.b64encode(crc32.to_bytes(4, "big")).decode()
        if put.condition is not None and self._can.conditional_completion:
            etag = put.condition.replaces_etag
            arguments |= {"IfNoneMatch": "*"} if etag is None else {"IfMatch": f'"{etag}"'}
        parts: list[Any] = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(self._etags.items())]
        try:
            answer = self._control.call(
                put.key,
                lambda s3: s3.complete_multipart_upload(
                    Bucket=self._bucket,
                    Key=self._key,
                    UploadId=self._upload_id,
                    MultipartUpload={"Parts": parts},
                    **arguments,
                ),
                cancel,
            )
        except AppError as error:
            return PutResult(put, None, error, is_unknown=isinstance(error, OutageError))
        self._is_completed = True
        return PutResult(put, answer["ETag"].strip('"'))

    def _part_request(self, part: tuple[int, bytes]) -> Request:
        number, body = part
        if not self._can.multipart_checksums:
            return self._request("UploadPart", number, {}, body)
        crc32 = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
        return self._request("UploadPart", number, {"x-amz-checksum-crc32": crc32}, body)

    def _request(self, operation: str, number: int, headers: Mapping[str, str], body: bytes | None) -> Request:
        query = f"partNumber={number}&uploadId={quote(self._upload_id, safe='')}"
        return Request(operation, "PUT", self._bucket, self._key, query, headers, body)

    def _note(self, number: int, outcome: Answer | Failure, body: bytes) -> None:
        if isinstance(outcome, Failure):
            raise outcome.error
        etag = outcome.headers.get("etag", "")
        self._etags[number] = etag
        if not self._can.multipart_checksums:
            self.has_md5_etags &= etag.strip('"') == hashlib.md5(body, usedforsecurity=False).hexdigest()


def copied_etag(body: bytes) -> str:
    """Return the ETag that an answer to a copy tells; empty where it is no such answer."""
    with contextlib.suppress(ElementTree.ParseError):
        for element in ElementTree.fromstring(body).iter():  # noqa: S314 -- the storage's own answer
            if element.tag.endswith("ETag"):
                return element.text or ""
    return ""
