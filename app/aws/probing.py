"""Finding out what an S3 server can do: by small objects of our own that are gone afterwards."""

from __future__ import annotations

import base64
import contextlib
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from app.aws import documents
from app.aws.control import Control
from app.aws.messages import Answer, Request
from app.aws.pipeline import Pipeline
from app.core.capabilities import NOTHING, Capabilities
from app.core.errors import AppError, CancelledError, ConflictError, IntegrityError, SignInError
from app.core.job import CancelToken, limited_to
from app.core.staging import new_place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

_BODY = b"Tagdrop looks at what this server can do."
_OTHER_ETAG = '"00000000000000000000000000000000"'
_TIDY_SECONDS = 10.0
# Errors that say nothing of what the server can do.
_UNRELATED = {"no-connection", "untrusted-connection", "transfer-failed", "storage-busy"}


def probe(pipeline: Pipeline, control: Control, bucket: str, user_id: str, cancel: CancelToken) -> Capabilities:
    """Find out what a server can do, by some thirty small requests in the user's own place of the staging bucket.

    What is refused, for whatever reason, is taken as missing.

    Raises:
        OutageError: the server can't be reached.
        SignInError: the session has ended.
        CancelledError: when cancelled.
    """
    place = new_place(user_id, datetime.now(UTC))
    with contextlib.closing(_Probe(pipeline, control, bucket, f"{place.prefix}files/", cancel)) as look:
        if not (look.put("plain", {}) and look.put("parts", {})):
            return NOTHING
        has_condition, has_checksum, has_tags = look.multipart()
        return Capabilities(
            conditional_put=look.refuses_put({"If-None-Match": "*"}) and look.refuses_put({"If-Match": _OTHER_ETAG}),
            conditional_completion=has_condition,
            conditional_copy=look.refuses_copy(),
            verified_checksums=look.refuses_damage(),
            stored_checksums=look.put("summed", {"x-amz-checksum-crc32": _crc32_text(_BODY)})
            and look.crc32("summed") == _crc32_text(_BODY),
            multipart_checksums=has_checksum,
            tags_on_put=look.put("tagged", {"x-amz-tagging": "probe=put"})
            and look.tags("tagged") == {"probe": "put"}
            and has_tags,
            tags_on_copy=look.replaces_tags(),
        )


class _Probe:
    """Small requests of which each answers one question; what was written is deleted by `close`."""

    def __init__(self, pipeline: Pipeline, control: Control, bucket: str, prefix: str, cancel: CancelToken) -> None:
        self._pipeline = pipeline
        self._control = control
        self._bucket = bucket
        self._prefix = prefix
        self._cancel = cancel
        self._written: set[str] = set()

    def put(self, name: str, headers: Mapping[str, str]) -> bool:
        return self._answer(self._write("PutObject", name, headers, _BODY)) is not None

    def refuses_put(self, headers: Mapping[str, str]) -> bool:
        request = self._write("PutObject", "plain", headers, _BODY)
        return self._is_refused(lambda: self._pipeline.one(request, self._cancel))

    def refuses_copy(self) -> bool:
        headers = {**self._source("plain"), "x-amz-copy-source-if-match": _OTHER_ETAG}
        request = self._write("CopyObject", "copy", headers)
        return self._is_refused(lambda: self._pipeline.one(request, self._cancel))

    def refuses_damage(self) -> bool:
        """Tell whether a wrong CRC32 is refused; asked by boto3, which doesn't try that again."""
        key = self._key("damaged")
        wrong = _crc32_text(b"other")
        return self._is_refused(
            lambda: self._call(lambda s3: s3.put_object(Bucket=self._bucket, Key=key, Body=_BODY, ChecksumCRC32=wrong)),
            IntegrityError,
        )

    def replaces_tags(self) -> bool:
        """Tell whether a copy of `tagged` carries the tags that it is given."""
        headers = {
            **self._source("tagged"),
            "x-amz-tagging-directive": "REPLACE",
            "x-amz-tagging": "probe=copy",
            "x-amz-metadata-directive": "COPY",
        }
        answer = self._answer(self._write("CopyObject", "retagged", headers))
        return answer is not None and self.tags("retagged") == {"probe": "copy"}

    def crc32(self, name: str) -> str:
        """Return the CRC32 of the whole object as a HEAD tells it; empty where it doesn't."""
        headers = {"x-amz-checksum-mode": "ENABLED"}
        answer = self._answer(Request("HeadObject", "HEAD", self._bucket, self._key(name), headers=headers))
        if answer is None or answer.headers.get("x-amz-checksum-type", "FULL_OBJECT") != "FULL_OBJECT":
            return ""
        return answer.headers.get("x-amz-checksum-crc32", "")

    def tags(self, name: str) -> Mapping[str, str]:
        answer = self._answer(Request("GetObjectTagging", "GET", self._bucket, self._key(name), "tagging"))
        try:
            return documents.tag_set(answer.body) if answer is not None else {}
        except documents.DamagedError:
            return {}

    def multipart(self) -> tuple[bool, bool, bool]:
        """Tell of multipart uploads whether their conditions, their checksum and their tags count."""
        has_conditions = all(
            self._upload_ends_refused(ConflictError, condition)
            for condition in ({"IfNoneMatch": "*"}, {"IfMatch": _OTHER_ETAG})
        )
        is_checked = self._upload_ends_refused(IntegrityError, {"ChecksumCRC32": _crc32_text(b"other")})
        is_made = self._upload({"ChecksumCRC32": _crc32_text(_BODY)})
        has_checksum = is_checked and is_made and self.crc32("parts") == _crc32_text(_BODY)
        return has_conditions, has_checksum, is_made and self.tags("parts") == {"probe": "parts"}

    def close(self) -> None:
        """Delete what was written; what that can't reach is listed as a temporary copy, and swept as one."""
        keys: Any = [{"Key": key} for key in sorted(self._written)]
        with contextlib.suppress(AppError, CancelledError), limited_to(_TIDY_SECONDS) as patience:
            self._control.call(
                self._bucket, lambda s3: s3.delete_objects(Bucket=self._bucket, Delete={"Objects": keys}), patience
            )

    def _upload_ends_refused(self, means: type[AppError], arguments: Mapping[str, str]) -> bool:
        return self._is_refused(lambda: self._upload_parts(arguments), means)

    def _upload(self, arguments: Mapping[str, str]) -> bool:
        return _unless_refused(lambda: self._upload_parts(arguments)) is not None

    def _upload_parts(self, arguments: Mapping[str, Any]) -> str:
        """Make `parts`, which is there, anew of one part and return its ETag; `arguments` are of its completion."""
        where: Any = {"Bucket": self._bucket, "Key": self._key("parts")}
        sums: Any = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
        begun = self._call(lambda s3: s3.create_multipart_upload(**where, **sums, Tagging="probe=parts"))
        where["UploadId"] = begun["UploadId"]
        try:
            sent = self._call(
                lambda s3: s3.upload_part(**where, PartNumber=1, Body=_BODY, ChecksumCRC32=_crc32_text(_BODY))
            )
            parts: Any = {"Parts": [{"PartNumber": 1, "ETag": sent["ETag"]}]}
            done = self._call(
                lambda s3: s3.complete_multipart_upload(
                    **where, MultipartUpload=parts, ChecksumType="FULL_OBJECT", **arguments
                )
            )
        except (AppError, CancelledError):
            with contextlib.suppress(AppError, CancelledError), limited_to(_TIDY_SECONDS) as patience:
                self._control.call(self._bucket, lambda s3: s3.abort_multipart_upload(**where), patience)
            raise
        return done["ETag"]

    def _write(self, operation: str, name: str, headers: Mapping[str, str], body: bytes | None = None) -> Request:
        return Request(operation, "PUT", self._bucket, self._key(name), headers=headers, body=body)

    def _source(self, name: str) -> dict[str, str]:
        return {"x-amz-copy-source": f"/{self._bucket}/{self._key(name)}"}

    def _key(self, name: str) -> str:
        self._written.add(f"{self._prefix}{name}")
        return f"{self._prefix}{name}"

    def _answer(self, request: Request) -> Answer | None:
        return _unless_refused(lambda: self._pipeline.one(request, self._cancel))

    def _call(self, request: Callable[[S3Client], T]) -> T:
        return self._control.call(self._bucket, request, self._cancel)

    def _is_refused(self, ask: Callable[[], object], means: type[AppError] = ConflictError) -> bool:
        try:
            _unless_refused(ask, means)
        except means:
            return True
        return False


def _unless_refused(ask: Callable[[], T], raised: type[AppError] | None = None) -> T | None:
    """Return what is asked for, None where it is refused.

    Raises:
        AppError: one that says nothing of what the server can do, or is of the type `raised`.
        CancelledError: when cancelled.
    """
    try:
        return ask()
    except AppError as error:
        is_raised = raised is not None and isinstance(error, raised)
        if is_raised or isinstance(error, SignInError) or error.code in _UNRELATED:
            raise
        return None


def _crc32_text(body: bytes) -> str:
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
