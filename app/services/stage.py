"""Temporary copies: making them, listing them with their end, deleting them."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.errors import AppError, IntegrityError, MissingError, NothingFoundError, RefusalError
from app.core.events import Match
from app.core.job import CancelToken, Job
from app.core.objects import Copy, CopyResult, Put, SizedKey, StoredObject
from app.core.ports import ObjectReader, ObjectStore
from app.core.staging import LIFETIME, Place, place_of
from app.core.tags import writable

_SCANNER_TAG = "GuardDutyMalwareScanStatus"  # Amazon GuardDuty User Guide, "Using tag-based access control"
_SCANNER_THREAT = "THREATS_FOUND"


@dataclass(frozen=True, slots=True)
class StagedRequest:
    """The temporary copies that were made together.

    Attributes:
        id: when they were made, and a random part.
        user_id: whose they are.
        name: what was looked for, in a few words; empty where the label is missing.
        files: copies that are there.
        size_bytes: of those copies.
        created_at: of the first copy, aware UTC.
        expires_at: when they are deleted, aware UTC.
        prefix: what their keys begin with.
        copies: the copies themselves.
    """

    id: str
    user_id: str
    name: str
    files: int
    size_bytes: int
    created_at: datetime
    expires_at: datetime
    prefix: str
    copies: tuple[StoredObject, ...] = ()


def write_label(place: Place, name: str, staging: ObjectStore) -> None:
    """Write what the copies at `place` are for; the first object there, so that no copy is ever unlisted.

    Raises:
        AppError: the staging bucket refuses it or can't be reached.
    """
    body = json.dumps({"format": 1, "name": name}, ensure_ascii=False).encode()
    put = Put(place.label_key, body, zlib.crc32(body), content_type="application/json")
    for result in staging.put_many([put], CancelToken()):
        if result.error is not None:
            raise result.error


def stage(
    matches: Iterable[Match], place: Place, source_bucket: str, staging: ObjectStore, cancel: CancelToken
) -> Generator[CopyResult, None, None]:
    """Copy files to `place`, in order, each with its tags, and only if it is still what was found.

    A file that a malware scanner has marked as a threat isn't copied; that is told as its error. When it is
    closed, the copies that were under way have ended.

    Raises:
        AppError: the storage can't be reached.
        CancelledError: when cancelled.
    """
    copies = [Copy(match.stored, place.copy_key(match.stored.key), writable(match.tags)) for match in matches]
    threats = {copy.source.key for copy in copies if copy.tags.get(_SCANNER_TAG) == _SCANNER_THREAT}
    results = staging.copy_many(source_bucket, (c for c in copies if c.source.key not in threats), cancel)
    for copy in copies:
        if copy.source.key in threats:
            yield CopyResult(copy, _threat(copy.source.key))
        else:
            yield _explained(next(results))


def list_staged(user_id: str, staging: ObjectReader, job: Job) -> tuple[StagedRequest, ...]:
    """Return the temporary copies of one user, newest first.

    Raises:
        AppError: the staging bucket can't be listed.
        CancelledError: when cancelled.
    """
    requests = group(staging.list_objects(f"{user_id}/", job.cancel))
    labels = [SizedKey(Place(user_id, request.id).label_key, 0) for request in requests]
    names = [_label_name(content.body) for content in staging.read_many(labels, job.cancel)]
    named = [replace(request, name=name) for request, name in zip(requests, names, strict=True)]
    return tuple(sorted(named, key=lambda request: request.created_at, reverse=True))


def group(pages: Iterable[tuple[StoredObject, ...]]) -> list[StagedRequest]:
    """Return the requests that the objects of a listing belong to, without names; others are passed over."""
    objects: defaultdict[Place, list[StoredObject]] = defaultdict(list)
    for page in pages:
        for stored in page:
            place = place_of(stored.key)
            if place is not None:
                objects[place].append(stored)
    return [_request(place, found) for place, found in objects.items()]


def delete_staged(request_id: str, user_id: str, staging: ObjectStore, job: Job) -> int:
    """Delete the temporary copies of one request and return how many objects that were.

    Raises:
        NothingFoundError: `no-such-copies`, there is no such request.
        AppError: the storage refuses, or can't be reached.
        CancelledError: when cancelled.
    """
    place = Place(user_id, request_id)
    pages = staging.list_objects(place.prefix, job.cancel)
    keys = [stored.key for page in pages for stored in page if place_of(stored.key) == place]
    if not keys:
        raise NothingFoundError(
            "no-such-copies", "There are no such temporary copies", "They may be deleted already.", request_id
        )
    # The label goes last: what a crash leaves is still listed.
    keys.sort(key=lambda key: key == place.label_key)
    for deletion in staging.delete_many(keys, job.cancel):
        if deletion.error is not None:
            raise deletion.error
    return len(keys)


def _request(place: Place, objects: list[StoredObject]) -> StagedRequest:
    copies = tuple(stored for stored in objects if stored.key != place.label_key)
    created_at = min(stored.last_modified for stored in objects)
    return StagedRequest(
        id=place.request_id,
        user_id=place.user_id,
        name="",
        files=len(copies),
        size_bytes=sum(copy.size_bytes for copy in copies),
        created_at=created_at,
        expires_at=created_at + LIFETIME,
        prefix=place.prefix,
        copies=copies,
    )


def _label_name(body: bytes | None) -> str:
    try:
        label = json.loads(body or b"{}")
    except ValueError:
        return ""
    return str(label.get("name", "")) if isinstance(label, dict) else ""


def _explained(result: CopyResult) -> CopyResult:
    """Say what a failed copy means for somebody who searched a moment ago."""
    error: AppError | None = result.error
    key = result.copy.source.key
    if error is not None and error.code == "changed-meanwhile":
        error = IntegrityError(
            "source-changed", "It changed since it was found", "Search again to get it as it is now.", key
        )
    elif error is not None and error.code == "gone":
        error = MissingError("source-gone", "It was deleted since it was found", "", key)
    return CopyResult(result.copy, error)


def _threat(key: str) -> RefusalError:
    return RefusalError("threat", "Marked as a threat, not downloaded", "A malware scanner marked it. Ask IT.", key)
