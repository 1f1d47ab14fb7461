"""How requests are written down in the journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from app.core.deletions import CopiesDeletion
from app.core.downloads import ArchiveFetch, CopiesFetch, Download, FetchRequest, Listing, Survey
from app.core.errors import AppError
from app.core.events import Match, Unreadable
from app.core.open_transfers import TransferKind
from app.core.query import query_from_text, query_to_text
from app.core.search_report import SearchReport
from app.core.sharing import ShareRequest
from app.core.times import microseconds, time_of

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Note:
    """A request as it is written down.

    Attributes:
        text: JSON object.
        name: what people know it by.
        files: stored files that it is about; empty where it names others.
        files_total: of the whole request.
        size_bytes: of those.
        replaces_same: whether an interrupted one of the same name has no sense beside it.
    """

    text: str
    name: str
    files: Sequence[Match]
    files_total: int
    size_bytes: int
    replaces_same: bool = False


class Format(Protocol[R]):
    """How requests of one kind are written down.

    Attributes:
        kind: of the requests.
    """

    kind: TransferKind

    def write(self, request: R) -> Note:
        """Return a request as it is written down."""

    def read(self, kept: dict[str, Any], files: tuple[Match, ...]) -> R:
        """Return a request that was written down, given its JSON object and its files."""


class DownloadFormat:
    """A `Format` of downloads, of each way there is."""

    kind = TransferKind.FETCH

    def write(self, request: Download) -> Note:
        """See `Format.write`."""
        if isinstance(request, FetchRequest):
            kept = {"way": "files", "name": request.name, "user_id": request.user_id, "in_cloud": request.in_cloud}
            kept["survey"] = _survey_object(request.survey) if request.survey else None
            kept["listing"] = _listing_object(request.listing) if request.listing else None
            files, files_total, size_bytes = request.files, len(request.files), request.size_bytes
        elif isinstance(request, CopiesFetch):
            kept = {"way": "copies", "request_id": request.request_id, "user_id": request.user_id}
            files, files_total, size_bytes = (), request.files_total, request.size_bytes
        else:
            kept = {"way": "archive", "key": request.key}
            files, files_total, size_bytes = (), 0, request.size_bytes
        kept |= {"output": str(request.output), "force": request.force, "is_marked": request.is_marked}
        kept |= {"files": files_total, "size_bytes": size_bytes}
        return Note(_json(kept), str(request.output), files, files_total, size_bytes, replaces_same=True)

    def read(self, kept: dict[str, Any], files: tuple[Match, ...]) -> Download:
        """See `Format.read`."""
        output, force, is_marked = Path(kept["output"]), kept["force"], kept["is_marked"]
        if kept["way"] == "archive":
            return ArchiveFetch(kept["key"], output, force, is_marked, kept["size_bytes"])
        if kept["way"] == "copies":
            request_id, user_id, size_bytes = kept["request_id"], kept["user_id"], kept["size_bytes"]
            return CopiesFetch(request_id, user_id, output, force, is_marked, kept["files"], size_bytes)
        survey = _survey(kept["survey"]) if kept["survey"] else None
        name, user_id, in_cloud, listing = kept["name"], kept["user_id"], kept["in_cloud"], _listing(kept)
        return FetchRequest(files, output, name, user_id, force, survey, is_marked, in_cloud, listing)


class ShareFormat:
    """A `Format` of links that are made."""

    kind = TransferKind.SHARE

    def write(self, request: ShareRequest) -> Note:
        """See `Format.write`."""
        seconds = request.public_for.total_seconds() if request.public_for is not None else None
        folder = str(request.folder) if request.folder is not None else None
        kept = {"query": query_to_text(request.query), "user_id": request.user_id, "public_seconds": seconds}
        kept |= {"folder": folder}
        return Note(_json(kept), request.query.describe(), request.files, len(request.files), request.size_bytes)

    def read(self, kept: dict[str, Any], files: tuple[Match, ...]) -> ShareRequest:
        """See `Format.read`."""
        seconds = kept["public_seconds"]
        public_for = timedelta(seconds=seconds) if seconds is not None else None
        folder = kept.get("folder")  # what was noted by an earlier version says nothing of it
        return ShareRequest(
            files, query_from_text(kept["query"]), kept["user_id"], public_for, Path(folder) if folder else None
        )


class DeletionFormat:
    """A `Format` of deletions."""

    kind = TransferKind.DELETE

    def write(self, request: CopiesDeletion) -> Note:
        """See `Format.write`."""
        return Note(_json(asdict(request)), request.name or request.request_id, (), request.files, 0)

    def read(self, kept: dict[str, Any], files: tuple[Match, ...]) -> CopiesDeletion:
        """See `Format.read`."""
        return CopiesDeletion(**kept)


def _survey_object(survey: Survey) -> dict[str, Any]:
    report = asdict(survey.report) | {"fresh_at": microseconds(survey.report.fresh_at)}
    unreadable = [
        [file.key, type(error).__name__, error.code, error.title, error.detail, error.target]
        for file, error in ((file, file.error) for file in survey.unreadable)
    ]
    return {"query": query_to_text(survey.query), "report": report, "unreadable": unreadable}


def _survey(kept: dict[str, Any]) -> Survey:
    kinds = {kind.__name__: kind for kind in AppError.__subclasses__()}
    report = SearchReport(**kept["report"] | {"fresh_at": time_of(kept["report"]["fresh_at"])})
    unreadable = [Unreadable(key, kinds.get(kind, AppError)(*error)) for key, kind, *error in kept["unreadable"]]
    return Survey(query_from_text(kept["query"]), report, tuple(unreadable))


def _listing_object(listing: Listing) -> dict[str, Any]:
    return {"query": query_to_text(listing.query), "is_all": listing.is_all}


def _listing(kept: dict[str, Any]) -> Listing | None:
    listing = kept.get("listing")  # what was noted by an earlier version says nothing of it
    return Listing(query_from_text(listing["query"]), listing["is_all"]) if listing else None


def _json(value: dict[str, Any]) -> str:
    # In ASCII: a path needn't be valid Unicode, and SQLite takes nothing else.
    return json.dumps(value, separators=(",", ":"))
