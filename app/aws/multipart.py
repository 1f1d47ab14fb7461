"""One multipart upload: begun, filled with sent or copied parts, completed; else taken back."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote
from xml.etree import ElementTree

from app.aws.control import Control
from app.aws.messages import Answer, Request
from app.aws.pipeline import Failure, Pipeline
from app.core.capabilities import EVERYTHING, Capabilities
from app.core.errors import AppError, CancelledError, MissingError, OutageError, SignInError
from app.core.job import CancelToken, limited_to
from app.core.objects import Part, Put, PutResult
from app.core.ports.storage import PartsRecord
from app.core.tags import encode_tag_set

MAX_PARTS = 10_000
"""Most parts of an upload (Amazon S3 User Guide, "Amazon S3 multipart upload limits")."""

_PART_BYTES = 8 * 1024**2
_MIB = 1024**2
_ABORT_SECONDS = 10.0


def part_size_bytes(size_bytes: int) -> int:
    """Return the size of every part but the last: 8 MiB, more where 10,000 of those aren't enough."""
    return max(_PART_BYTES, math.ceil(size_bytes / MAX_PARTS / _MIB) * _MIB)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A part that the storage has; `crc32` is None where it doesn't tell one."""

    size_bytes: int
    etag: str
    crc32: str | None


class Multipart:
    """A multipart upload under way.

    Left without a successful `complete`, it is aborted; one that is remembered stays where the storage can't be
    reached.

    Attributes:
        has_md5_etags: whether the ETag of each part that was sent is its MD5; where the server keeps checksums that
            isn't looked at.
    """

    def __init__(
        self,
        control: Control,
        pipeline: Pipeline,
        bucket: str,
        key: str,
        upload_id: str,
        can: Capabilities,
        record: PartsRecord | None = None,
        acknowledged: Mapping[int, _Stored] | None = None,
    ) -> None:
        self._control = control
        self._pipeline = pipeline
        self._bucket = bucket
        self._key = key
        self._upload_id = upload_id
        self._can = can
        self._record = record
        self._acknowledged = acknowledged or {}
        self._etags: dict[int, str] = {}
        self._is_completed = False
        self._is_unknown = False
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

    @classmethod
    def take_up(
        cls,
        control: Control,
        pipeline: Pipeline,
        bucket: str,
        put: Put,
        record: PartsRecord | None,
        cancel: CancelToken,
        can: Capabilities = EVERYTHING,
    ) -> Self:
        """Go on with the upload that `record` remembers, if the storage still has it; else begin one.

        Raises:
            AppError: the storage refuses or can't be reached.
            CancelledError: when cancelled while there is no session.
        """
        if record is not None and record.upload_id is not None:
            parts = _acknowledged_parts(control, bucket, put.key, record.upload_id, cancel)
            if parts is not None:
                return cls(control, pipeline, bucket, put.key, record.upload_id, can, record, parts)
        begun = cls.begin(control, pipeline, bucket, put, cancel, can)
        if record is not None:
            begun._record = record
            record.begun(begun._upload_id)
        return begun

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_completed or self._can_go_on_after(error):
            return
        # The lifecycle rule is the net.
        with contextlib.suppress(AppError, CancelledError), limited_to(_ABORT_SECONDS) as patience:
            self._control.call(
                self._key,
                lambda s3: s3.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload_id),
                patience,
            )
        if self._record is not None:
            self._record.begun(None)

    def _can_go_on_after(self, error: BaseException | None) -> bool:
        """Tell whether the parts are of use another time: not when the file changed, or was refused."""
        if self._record is None:
            return False
        if isinstance(error, CancelledError):
            return self._record.stays
        if isinstance(error, AppError):
            return isinstance(error, OutageError | SignInError)
        return error is not None or self._is_unknown

    def send_parts(
        self,
        parts: Iterable[Part],
        sent: Callable[[int], None],
        cancel: CancelToken,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Send the parts that the storage doesn't have yet, several at a time (UploadPart).

        Raises:
            AppError: a part was refused, after retries; or from `parts`.
            CancelledError: when cancelled.
        """
        answers = self._pipeline.run(
            self._missing(enumerate(parts, start=1)),
            self._part_request,
            cancel,
            weigh=lambda numbered: len(numbered[1].body),
            meanwhile=meanwhile,
        )
        with contextlib.closing(answers):  # no part may arrive after the upload was aborted
            for (number, part), outcome in answers:
                self._note(number, outcome, part.body)
                sent(len(part.body))

    def _missing(self, parts: Iterable[tuple[int, Part]]) -> Iterator[tuple[int, Part]]:
        """Pass over the parts that the storage has as they are; every byte of them is compared by its checksum."""
        for number, part in parts:
            stored = self._acknowledged.get(number)
            if self._record is not None and stored is not None and _is_same(stored, part):
                self._etags[number] = stored.etag
                self._record.found(len(part.body))
            else:
                yield number, part

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
            arguments["ChecksumCRC32"] = _base64(crc32)
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
            self._is_unknown = isinstance(error, OutageError | SignInError)  # or may be tried under another session
            return PutResult(put, None, error, is_unknown=isinstance(error, OutageError))
        self._is_completed = True
        return PutResult(put, answer["ETag"].strip('"'))

    def _part_request(self, numbered: tuple[int, Part]) -> Request:
        number, part = numbered
        headers = {"x-amz-checksum-crc32": _base64(part.crc32)} if self._can.multipart_checksums else {}
        return self._request("UploadPart", number, headers, part.body)

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


def _acknowledged_parts(
    control: Control, bucket: str, key: str, upload_id: str, cancel: CancelToken
) -> dict[int, _Stored] | None:
    """Return the parts of an upload by number (ListParts); None where there is no such upload any more."""
    arguments: dict[str, Any] = {"Bucket": bucket, "Key": key, "UploadId": upload_id}
    parts: dict[int, _Stored] = {}
    while True:
        try:
            page = control.call(key, lambda s3: s3.list_parts(**arguments), cancel)
        except MissingError:
            return None
        for part in page.get("Parts", ()):
            parts[part["PartNumber"]] = _Stored(part["Size"], part["ETag"], part.get("ChecksumCRC32"))
        if not page.get("IsTruncated"):
            return parts
        arguments["PartNumberMarker"] = page["NextPartNumberMarker"]


def _is_same(stored: _Stored, part: Part) -> bool:
    if stored.size_bytes != len(part.body):
        return False
    if stored.crc32 is not None:
        return stored.crc32 == _base64(part.crc32)
    return stored.etag.strip('"') == hashlib.md5(part.body, usedforsecurity=False).hexdigest()


def _base64(crc32: int) -> str:
    return base64.b64encode(crc32.to_bytes(4, "big")).decode()
