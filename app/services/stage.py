"""Temporary copies: making them, listing them with their end, deleting them."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.errors import AppError, InputError, IntegrityError, MissingError, NothingFoundError, RefusalError
from app.core.events import Match
from app.core.job import CancelToken, Job
from app.core.objects import Copy, CopyResult, Put, SizedKey, StoredObject
from app.core.ports.storage import ObjectReader, ObjectStore
from app.core.query import Query, query_from_text, query_to_text
from app.core.staging import LIFETIME, Place, place_of, user_prefixes
from app.core.tags import TagSet, writable

_SCANNER_TAG = "GuardDutyMalwareScanStatus"  # Amazon GuardDuty User Guide, "Using tag-based access control"
_SCANNER_THREAT = "THREATS_FOUND"


@dataclass(frozen=True, slots=True)
class StagedRequest:
    """The temporary copies that were made together.

    Attributes:
        id: when they were made, and a random part.
        user_id: whose they are.
        name: what was looked for, in a few words; empty where the label is missing.
        files: copies that are there, or members of the archive.
        size_bytes: of those copies, or of the archive.
        created_at: of the first copy, aware UTC.
        expires_at: when they are deleted, aware UTC.
        prefix: what their keys begin with.
        copies: the copies themselves.
        archive: the finished ZIP that is there instead of copies.
        is_shared: whether everybody in the organisation may read it.
        query: what was looked for; None where the label doesn't say.
        missing: files that were asked for and have no copy: not yet, as it was broken off, or as they couldn't be
            copied; 0 where the label doesn't say.
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
    archive: StoredObject | None = None
    is_shared: bool = False
    query: Query | None = None
    missing: int = 0


def write_label(
    place: Place, name: str, staging: ObjectStore, files: int | None = None, query: Query | None = None
) -> None:
    """Write what the copies at `place` are for; the first object there, so that no copy is ever unlisted.

    Args:
        place: of the request.
        name: what was looked for, in a few words.
        staging: the staging bucket.
        files: that shall be there, as copies or as members of an archive; None where that isn't known yet.
        query: what was looked for, for the link to that archive.

    Raises:
        AppError: the staging bucket refuses it or can't be reached.
    """
    label: dict[str, object] = {"format": 1, "name": name}
    label |= {} if files is None else {"files": files}
    label |= {} if query is None else {"query": query_to_text(query)}
    body = json.dumps(label, ensure_ascii=False).encode()
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
    threats = {copy.source.key for copy in copies if is_threat(copy.tags)}
    results = staging.copy_many(source_bucket, (c for c in copies if c.source.key not in threats), cancel)
    for copy in copies:
        if copy.source.key in threats:
            yield CopyResult(copy, threat_error(copy.source.key))
            continue
        result = next(results)
        yield CopyResult(copy, explained(result.error, copy.source.key) if result.error else None)


def is_threat(tags: TagSet) -> bool:
    """Tell whether a malware scanner has marked a file with these tags as a threat."""
    return tags.get(_SCANNER_TAG) == _SCANNER_THREAT


def threat_error(key: str) -> RefusalError:
    """Return why a file that is a threat isn't taken."""
    return RefusalError("threat", "Marked as a threat, not downloaded", "A malware scanner marked it. Ask IT.", key)


def explained(error: AppError, key: str) -> AppError:
    """Say what a failed copy means for somebody who searched a moment ago."""
    if error.code == "changed-meanwhile":
        return changed_error(key)
    return gone_error(key) if error.code == "gone" else error


def changed_error(key: str) -> IntegrityError:
    """Return why a file that isn't what was found any more isn't taken."""
    return IntegrityError(
        "source-changed", "It changed since it was found", "Search again to get it as it is now.", key
    )


def gone_error(key: str) -> MissingError:
    """Return why a file that is no more isn't taken."""
    return MissingError("source-gone", "It was deleted since it was found", "", key)


def list_staged(user_id: str, staging: ObjectReader, job: Job) -> tuple[StagedRequest, ...]:
    """Return the temporary copies of one user, newest first.

    Raises:
        AppError: the staging bucket can't be listed.
        CancelledError: when cancelled.
    """
    pages = (page for prefix in user_prefixes(user_id) for page in staging.list_objects(prefix, job.cancel))
    requests = group(pages)
    labels = [SizedKey(Place(user_id, request.id, request.is_shared).label_key, 0) for request in requests]
    contents = staging.read_many(labels, job.cancel)
    named = [_named(request, content.body) for request, content in zip(requests, contents, strict=True)]
    return tuple(sorted(named, key=lambda request: request.created_at, reverse=True))


def find_staged(request_id: str, user_id: str, staging: ObjectReader, job: Job) -> StagedRequest:
    """Return the temporary copies of one request, without a name.

    Raises:
        NothingFoundError: `no-such-copies`, there is no such request.
        AppError: the staging bucket can't be listed.
        CancelledError: when cancelled.
    """
    places = [Place(user_id, request_id, is_shared) for is_shared in (False, True)]
    for request in group(page for place in places for page in staging.list_objects(place.prefix, job.cancel)):
        if request.id == request_id:
            return request
    raise no_such_copies(request_id)


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
    places = [Place(user_id, request_id, is_shared) for is_shared in (False, True)]
    keys = [
        stored.key
        for place in places
        for page in staging.list_objects(place.prefix, job.cancel)
        for stored in page
        if place_of(stored.key) == place
    ]
    if not keys:
        raise no_such_copies(request_id)
    # The label goes last: what a crash leaves is still listed.
    keys.sort(key=lambda key: key in [place.label_key for place in places])
    for deletion in staging.delete_many(keys, job.cancel):
        if deletion.error is not None:
            raise deletion.error
    return len(keys)


def no_such_copies(request_id: str) -> NothingFoundError:
    """Return why temporary copies can't be taken or deleted."""
    return NothingFoundError(
        "no-such-copies", "There are no such temporary copies", "They may be deleted already.", request_id
    )


def _request(place: Place, objects: list[StoredObject]) -> StagedRequest:
    copies = tuple(stored for stored in objects if place.is_copy(stored.key))
    archive = next((stored for stored in objects if place.is_archive(stored.key)), None)
    created_at = min(stored.last_modified for stored in objects)
    return StagedRequest(
        id=place.request_id,
        user_id=place.user_id,
        name="",
        files=len(copies),
        size_bytes=sum(copy.size_bytes for copy in copies) if archive is None else archive.size_bytes,
        created_at=created_at,
        expires_at=created_at + LIFETIME,
        prefix=place.prefix,
        copies=copies,
        archive=archive,
        is_shared=place.is_shared,
    )


def _named(request: StagedRequest, label_body: bytes | None) -> StagedRequest:
    """Add what the label says; it may be missing or anything."""
    try:
        label = json.loads(label_body or b"{}")
    except ValueError:
        return request
    if not isinstance(label, dict):
        return request
    wanted = label.get("files")
    files = wanted if isinstance(wanted, int) and wanted > request.files else request.files
    named = replace(request, name=str(label.get("name", "")), query=_query(label))
    if request.archive is not None:
        return replace(named, files=files)
    return replace(named, missing=files - request.files)


def _query(label: dict[str, object]) -> Query | None:
    try:
        return query_from_text(str(label["query"]))
    except (KeyError, InputError):
        return None
