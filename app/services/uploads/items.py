"""One file on its way up: where it goes, under which condition, and what the storage is told about it."""

from __future__ import annotations

import hashlib
import mimetypes
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import quote

from app.core.events import SourceFile, UploadStatus
from app.core.keys import numbered
from app.core.objects import (
    SHA256_METADATA,
    TRANSFER_METADATA,
    UPLOADED_BY_METADATA,
    Condition,
    ObjectHead,
    Put,
)
from app.core.tags import TagSet
from app.core.uploads import FileRecord, UploadRequest
from app.services.uploads.sources import as_it_is_now, read_whole

SMALL_BYTES = 8 * 1024**2
"""What is larger is sent in parts; up to here a file is one request, and its SHA-256 goes with it."""


@dataclass(slots=True, eq=False)
class Item:
    """One file on its way up; changes as its name turns out to be in use.

    Attributes:
        place: among the files of the upload.
        source: the file, as it was last looked at.
        key: where it goes now.
        wanted_key: where it would go if every name were free.
        tags: its whole tag set.
        transfer_id: tells our own object from anybody else's.
        condition: what must hold for the write.
        status: what it will be when the write succeeds.
        number: of the copy that `key` names; 1 for the name itself.
        restarts: how often it was begun again.
        crc32: of the content that was sent last.
        sha256: of the small content that was sent last, 64 hex digits.
        planned_bytes: its size when the upload began, for a progress that adds up.
        is_done: whether its end was told.
        upload_id: of the multipart upload that can be gone on with.
        is_under_way: whether it was handed to the storage and no answer has come.
        is_resumed: whether it may have been stored before an interruption, without that being noted.
    """

    place: int
    source: SourceFile
    key: str
    wanted_key: str
    tags: TagSet
    transfer_id: str
    condition: Condition = field(default_factory=Condition)
    status: UploadStatus = UploadStatus.UPLOADED
    number: int = 1
    restarts: int = 0
    crc32: int | None = None
    sha256: str | None = None
    planned_bytes: int = field(init=False)
    is_done: bool = False
    upload_id: str | None = None
    is_under_way: bool = False
    is_resumed: bool = False

    def __post_init__(self) -> None:
        self.planned_bytes = self.source.size_bytes

    @property
    def is_small(self) -> bool:
        """Whether it is sent by one request."""
        return self.source.size_bytes <= SMALL_BYTES

    def go_on_from(self, record: FileRecord) -> None:
        """Take it to where an upload was interrupted."""
        if record.copy_number > 1:
            self.keep_both(record.copy_number)
        elif record.replaces_etag is not None:
            self.replace(record.replaces_etag)
        self.upload_id = record.upload_id
        self.is_done = record.status is not None
        self.is_resumed = not self.is_done

    def keep_both(self, number: int) -> None:
        """Send it under the `number`-th name instead."""
        self.number = number
        self.key = numbered(self.wanted_key, number)
        self.condition = Condition()
        self.status = UploadStatus.KEPT_BOTH

    def replace(self, etag: str) -> None:
        """Send it in place of the stored file that has this ETag."""
        self.condition = Condition(replaces_etag=etag)
        self.status = UploadStatus.REPLACED

    def write_anew(self) -> None:
        """Send it as a new object: what it would have replaced is gone."""
        self.condition = Condition()
        self.status = UploadStatus.UPLOADED if self.number == 1 else UploadStatus.KEPT_BOTH

    def write_over(self, etag: str) -> None:
        """Send it once more in place of what an earlier try of its own has stored."""
        self.condition = Condition(replaces_etag=etag)

    def look_again(self) -> None:
        """Take the file as it is now.

        Raises:
            LocalFileError: as `as_it_is_now`.
        """
        self.source = as_it_is_now(self.source)

    def wrote(self, head: ObjectHead) -> bool:
        """Tell whether a stored object was written for this file, whatever the file is now."""
        return head.metadata.get(TRANSFER_METADATA) == self.transfer_id

    def is_own(self, head: ObjectHead) -> bool:
        """Tell whether a stored object is this very file, written by a request whose answer was lost."""
        return (
            self.wrote(head)
            and head.stored.size_bytes == self.source.size_bytes
            and (head.crc32 is None or self.crc32 is None or head.crc32 == self.crc32)
            and (self.sha256 is None or head.metadata.get(SHA256_METADATA, self.sha256) == self.sha256)
        )

    def small_put(self, uploaded_by: str) -> Put:
        """Return the request that writes a small file, content included.

        Raises:
            LocalFileError: the file can't be read or changed.
        """
        body = read_whole(self.source)
        self.crc32 = zlib.crc32(body)
        self.sha256 = hashlib.sha256(body).hexdigest()
        return self._put(body, self.crc32, self._metadata(uploaded_by) | {SHA256_METADATA: self.sha256})

    def large_put(self, uploaded_by: str) -> Put:
        """Return what the storage is told about a file that is sent in parts."""
        return self._put(b"", 0, self._metadata(uploaded_by))

    def _put(self, body: bytes, crc32: int, metadata: Mapping[str, str]) -> Put:
        content_type = mimetypes.guess_type(self.source.path.name)[0] or "application/octet-stream"
        return Put(self.key, body, crc32, self.tags, metadata, content_type, self.condition, context=self)

    def _metadata(self, uploaded_by: str) -> dict[str, str]:
        return {TRANSFER_METADATA: self.transfer_id, UPLOADED_BY_METADATA: quote(uploaded_by, safe="@ +./:_-()")}


def planned_items(request: UploadRequest) -> list[Item]:
    """Make an item of each file; two of one drop that come to the same key are both kept.

    Raises:
        InputError: a tag that can't be stored.
    """
    tag_set: Callable[[tuple[str, ...]], TagSet] = cache(request.rules.tag_set)
    taken: set[str] = set()
    items = []
    for place, file in enumerate(request.files):
        key = request.prefix + file.source.key
        item = Item(place, file.source, key, key, tag_set(file.values), f"{request.transfer}-{place}")
        if (before := request.before.get(place)) is not None:
            item.go_on_from(before)
        else:
            while item.key in taken:
                item.keep_both(item.number + 1)
        taken.add(item.key)
        items.append(item)
    return items
