"""Writing to a bucket: puts, multipart uploads, server-side copies and deletions."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from app.aws.batches import batches
from app.aws.capabilities import AWS, CapabilitySource
from app.aws.careful_copies import CarefulCopies, Copied
from app.aws.careful_puts import CarefulPuts
from app.aws.control import Control
from app.aws.errors import answer_error
from app.aws.messages import Request
from app.aws.multipart import Multipart, copied_etag, part_size_bytes
from app.aws.pipeline import Failure, Pipeline
from app.aws.reading import BucketReader
from app.aws.tagging import tagging_document
from app.core.capabilities import Capabilities
from app.core.errors import CancelledError
from app.core.job import CancelToken, limited_to
from app.core.objects import (
    Condition,
    Copy,
    CopyResult,
    Deletion,
    OpenUpload,
    Put,
    PutResult,
    StoredObject,
    TagPut,
    TagPutResult,
)
from app.core.ports.storage import PartSource, PartsRecord, WriteObserver
from app.core.tags import encode_tag_set

LARGEST_COPY_BYTES = 5 * 1024**3
"""Largest object that one CopyObject takes (API Reference, CopyObject)."""

_COPY_PART_BYTES = 512 * 1024**2
_DELETED_AT_ONCE = 1000
_ABORT_SECONDS = 30.0  # to sign in again, where the session has ended; who cancels won't


class BucketWriter:
    """The writing half of an `ObjectStore`.

    Args:
        bucket: its name.
        pipeline: sends the many small requests.
        control: for multipart control and deletions.
        writes_atomically: see `ObjectWriter`.
        largest_copy_bytes: what is larger is copied in parts.
        observer: learns what was written, retagged and deleted.
        capabilities: what the server can do; what is missing is made good for.
    """

    def __init__(
        self,
        bucket: str,
        pipeline: Pipeline,
        control: Control,
        writes_atomically: bool,
        largest_copy_bytes: int = LARGEST_COPY_BYTES,
        observer: WriteObserver | None = None,
        capabilities: CapabilitySource = AWS,
    ) -> None:
        self.bucket = bucket
        self.writes_atomically = writes_atomically
        self._pipeline = pipeline
        self._control = control
        self._largest_copy_bytes = largest_copy_bytes
        self._observer = observer
        self._capabilities = capabilities

    def put_many(
        self, puts: Iterable[Put], cancel: CancelToken, meanwhile: Callable[[], None] | None = None
    ) -> Iterator[PutResult]:
        """Write small objects, each by one PutObject, and yield what became of each as it is known."""
        try:
            can = self._capabilities(cancel)
        except CancelledError:
            return

        def send(some: Iterable[Put]) -> Generator[PutResult, None, None]:
            return self._send_puts(some, can, cancel, meanwhile)

        results = send(puts) if can.puts_are_safe else self._careful_puts(can).send(puts, send, cancel)
        with contextlib.closing(results):
            for result in results:
                yield self._tell_written(result, len(result.put.body))

    def put_large(
        self,
        put: Put,
        size_bytes: int,
        source: PartSource,
        sent: Callable[[int], None],
        cancel: CancelToken,
        meanwhile: Callable[[], None] | None = None,
        parts: PartsRecord | None = None,
    ) -> PutResult:
        """Write one object in parts (CreateMultipartUpload to CompleteMultipartUpload)."""
        can = self._capabilities(cancel)
        with Multipart.take_up(self._control, self._pipeline, self.bucket, put, parts, cancel, can) as upload:
            upload.send_parts(source.parts(part_size_bytes(size_bytes)), sent, cancel, meanwhile)
            result = self._complete(upload, put, size_bytes, source.crc32(), can, cancel)
            return self._tell_written(result, size_bytes)

    def put_tags_many(self, puts: Iterable[TagPut], cancel: CancelToken) -> Iterator[TagPutResult]:
        """Give objects other tag sets, each by one PutObjectTagging, and yield what became of each as it is known."""
        with contextlib.closing(self._retag(puts, cancel)) as results:
            for result in results:
                if self._observer is not None and result.error is None:
                    self._observer.retagged(result.put.key, result.put.tags)
                yield result

    def copy_many(self, source_bucket: str, copies: Iterable[Copy], cancel: CancelToken) -> Iterator[CopyResult]:
        """Copy objects of `source_bucket` into this one, in order, each on the condition of its ETag."""
        can = self._capabilities(cancel)
        copied = self._copy(source_bucket, copies, can, cancel)
        with contextlib.closing(copied):
            if can.copies_are_safe:
                yield from (CopyResult(done.copy, done.error) for done in copied)
                return
            careful = self._careful_copies(source_bucket, can)
            for done in batches(copied):
                yield from careful.look_after(done, cancel)

    def delete_many(self, keys: Iterable[str], cancel: CancelToken) -> Iterator[Deletion]:
        """Delete objects, 1,000 a request (DeleteObjects)."""
        remaining = iter(keys)
        while batch := list(itertools.islice(remaining, _DELETED_AT_ONCE)):
            cancel.raise_if_cancelled()
            yield from self._delete(batch, cancel)

    def open_uploads(self, prefix: str) -> Iterator[OpenUpload]:
        """Yield the multipart uploads under `prefix` that nobody ended (ListMultipartUploads)."""
        arguments: dict[str, Any] = {"Bucket": self.bucket, "Prefix": prefix}
        while True:
            page = self._control.call(self.bucket, lambda s3: s3.list_multipart_uploads(**arguments))
            for upload in page.get("Uploads", ()):
                yield OpenUpload(upload["Key"], upload["UploadId"], upload["Initiated"])
            if not page.get("IsTruncated"):
                return
            arguments.update(KeyMarker=page["NextKeyMarker"], UploadIdMarker=page["NextUploadIdMarker"])

    def abort_upload(self, key: str, upload_id: str) -> None:
        """End a multipart upload and free its parts (AbortMultipartUpload).

        Raises:
            AppError: the storage refuses or can't be reached, or nobody signs in for some time.
        """
        try:
            with limited_to(_ABORT_SECONDS) as patience:
                self._control.call(
                    key, lambda s3: s3.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id), patience
                )
        except CancelledError:
            raise answer_error("ExpiredToken", "", key) from None

    def _send_puts(
        self, puts: Iterable[Put], can: Capabilities, cancel: CancelToken, meanwhile: Callable[[], None] | None
    ) -> Generator[PutResult, None, None]:
        answers = self._pipeline.run(
            puts,
            lambda put: self._put_request(put, can),
            cancel,
            drains=True,
            weigh=lambda put: len(put.body),
            meanwhile=meanwhile,
        )
        with contextlib.closing(answers):
            for put, outcome in answers:
                if isinstance(outcome, Failure):
                    yield PutResult(put, None, outcome.error, is_unknown=not outcome.is_answered)
                else:
                    yield PutResult(put, outcome.headers.get("etag", "").strip('"'))

    def _complete(
        self, upload: Multipart, put: Put, size_bytes: int, crc32: int | None, can: Capabilities, cancel: CancelToken
    ) -> PutResult:
        """Complete an upload, with what the server leaves out done around it."""
        careful = self._careful_puts(can)
        error = None if can.conditional_completion else careful.conflict(put, cancel)
        if error is not None:
            return PutResult(put, None, error)
        result = upload.complete(put, crc32, cancel)
        if can.multipart_checksums and can.tags_on_put:
            return result
        is_checked = can.multipart_checksums or upload.has_md5_etags
        content = None if crc32 is None or is_checked else (size_bytes, crc32)
        (result,) = careful.look_after([result], lambda _: content, cancel)
        return result

    def _careful_puts(self, can: Capabilities) -> CarefulPuts:
        return CarefulPuts(BucketReader(self.bucket, self._pipeline), can, self._retag, self.delete_many)

    def _careful_copies(self, source_bucket: str, can: Capabilities) -> CarefulCopies:
        source = BucketReader(source_bucket, self._pipeline)
        reader = BucketReader(self.bucket, self._pipeline)
        return CarefulCopies(source, reader, can, self._retag, self.delete_many)

    def _tell_written(self, result: PutResult, size_bytes: int) -> PutResult:
        if self._observer is not None and result.etag is not None:
            stored = StoredObject(result.put.key, size_bytes, datetime.now(UTC), result.etag)
            self._observer.wrote(stored, result.put.tags)
        return result

    def _put_request(self, put: Put, can: Capabilities) -> Request:
        headers = {
            "Content-Type": put.content_type,
            **{f"x-amz-meta-{name}": value for name, value in put.metadata.items()},
        }
        if can.verified_checksums or can.stored_checksums:
            headers["x-amz-checksum-crc32"] = base64.b64encode(put.crc32.to_bytes(4, "big")).decode()
        if can.tags_on_put:
            headers["x-amz-tagging"] = encode_tag_set(put.tags)
        if can.conditional_put:
            headers |= _condition_headers(put.condition)
        return Request("PutObject", "PUT", self.bucket, put.key, headers=headers, body=put.body)

    def _retag(self, puts: Iterable[TagPut], cancel: CancelToken) -> Generator[TagPutResult, None, None]:
        answers = self._pipeline.run(puts, self._retag_request, cancel, drains=True)
        with contextlib.closing(answers):
            for put, outcome in answers:
                if isinstance(outcome, Failure):
                    yield TagPutResult(put, outcome.error, is_unknown=not outcome.is_answered)
                else:
                    yield TagPutResult(put)

    def _retag_request(self, put: TagPut) -> Request:
        body = tagging_document(put.tags)
        # The operation wants a checksum of its document (API Reference, PutObjectTagging); every server knows this one.
        md5 = hashlib.md5(body, usedforsecurity=False).digest()
        headers = {"Content-Type": "application/xml", "Content-MD5": base64.b64encode(md5).decode()}
        return Request("PutObjectTagging", "PUT", self.bucket, put.key, "tagging", headers, body)

    def _is_large(self, copy: Copy) -> bool:
        return copy.source.size_bytes > self._largest_copy_bytes

    def _copy(
        self, source_bucket: str, copies: Iterable[Copy], can: Capabilities, cancel: CancelToken
    ) -> Generator[Copied, None, None]:
        for is_large, group in itertools.groupby(copies, self._is_large):
            if is_large:
                yield from (self._copy_in_parts(source_bucket, copy, can, cancel) for copy in group)
            else:
                yield from self._copy_whole(source_bucket, group, can, cancel)

    def _copy_whole(
        self, source_bucket: str, copies: Iterator[Copy], can: Capabilities, cancel: CancelToken
    ) -> Iterator[Copied]:
        answers = self._pipeline.run(
            copies, lambda copy: self._copy_request(source_bucket, copy, can), cancel, in_order=True, drains=True
        )
        with contextlib.closing(answers):
            for copy, outcome in answers:
                if isinstance(outcome, Failure):
                    yield Copied(copy, error=outcome.error.about(copy.source.key))
                else:
                    yield Copied(copy, "" if can.conditional_copy else copied_etag(outcome.body).strip('"'))
        cancel.raise_if_cancelled()

    def _copy_request(self, source_bucket: str, copy: Copy, can: Capabilities) -> Request:
        headers = {**copy_source_headers(source_bucket, copy, can), "x-amz-metadata-directive": "COPY"}
        if can.tags_on_copy:
            headers |= {"x-amz-tagging-directive": "REPLACE", "x-amz-tagging": encode_tag_set(copy.tags)}
        if can.stored_checksums:
            # Sources that other tools wrote may have no CRC32; the copy gets one to check the ZIP's member by.
            headers["x-amz-checksum-algorithm"] = "CRC32"
        return Request("CopyObject", "PUT", self.bucket, copy.key, headers=headers)

    def _copy_in_parts(self, source_bucket: str, copy: Copy, can: Capabilities, cancel: CancelToken) -> Copied:
        put = Put(copy.key, b"", 0, copy.tags)
        with Multipart.begin(self._control, self._pipeline, self.bucket, put, cancel, can) as upload:
            part_bytes = max(_COPY_PART_BYTES, part_size_bytes(copy.source.size_bytes))
            source = copy_source_headers(source_bucket, copy, can)
            error = upload.copy_parts(source, copy.source.size_bytes, part_bytes, cancel)
            if error is None:
                error = self._complete(upload, put, copy.source.size_bytes, None, can, cancel).error
        return Copied(copy, error=error.about(copy.source.key) if error else None)

    def _delete(self, keys: list[str], cancel: CancelToken) -> Iterator[Deletion]:
        answer = self._control.call(
            self.bucket,
            lambda s3: s3.delete_objects(
                Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
            ),
            cancel,
        )
        failed = {item.get("Key", ""): item for item in answer.get("Errors", ())}
        if self._observer is not None:
            self._observer.deleted([key for key in keys if key not in failed])
        for key in keys:
            item = failed.get(key)
            yield Deletion(key, answer_error(item.get("Code", ""), item.get("Message", ""), key) if item else None)


def copy_source_headers(bucket: str, copy: Copy, can: Capabilities) -> dict[str, str]:
    """Return the headers that name the source of a copy and the ETag it must still have."""
    headers = {"x-amz-copy-source": quote(f"/{bucket}/{copy.source.key}", safe="/-._~")}
    if can.conditional_copy:
        headers["x-amz-copy-source-if-match"] = f'"{copy.source.etag}"'
    return headers


def _condition_headers(condition: Condition | None) -> dict[str, str]:
    if condition is None:
        return {}
    if condition.replaces_etag is None:
        return {"If-None-Match": "*"}
    return {"If-Match": f'"{condition.replaces_etag}"'}
