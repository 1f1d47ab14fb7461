"""The list of contents of a ZIP, for somebody who must be able to rely on it: `contents.csv` and `contents.json`."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from app.core.downloads import Survey
from app.core.events import FilePacked, Match, Unreadable
from app.core.job import Job
from app.core.objects import UPLOADED_BY_METADATA, ObjectHead
from app.core.ports.storage import ObjectReader
from app.core.query import Query

_FORMAT = 1
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")  # OWASP, "CSV Injection"
# The same behind what Excel takes for the end of a cell in some countries, as it pays no heed to quotes there.
_FORMULA_WITHIN = re.compile(r"([;\t\r\n][\s\"]*)(?=[=+\-@])")


@dataclass(frozen=True, slots=True)
class ContentsList:
    """The list as it goes into the ZIP.

    Attributes:
        files: content by name.
        unreadable: what couldn't be looked at, in the search or for the list.
    """

    files: Mapping[str, bytes]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """What is said of one file that was found; empty where it isn't known."""

    key: str
    name: str
    status: str
    error: str
    version: str
    tags: Mapping[str, str]
    uploaded_by: str
    last_modified: str
    size_bytes: int
    sha256: str


def contents_list(
    survey: Survey,
    matches: Sequence[Match],
    packed: Sequence[FilePacked],
    hashes: Mapping[str, str],
    storage: ObjectReader,
    now: datetime,
    job: Job,
) -> ContentsList:
    """Return the two files, telling `Unreadable` of each file whose version and uploader can't be had.

    Args:
        survey: the search.
        matches: what it found, in the order of `packed`.
        packed: what became of each.
        hashes: SHA-256 of each member's content, 64 hex digits, by key.
        storage: the storage bucket, asked for versions and uploaders.
        now: aware UTC.
        job: cancels it and hears of it.

    Raises:
        AppError: the storage can't be reached.
        CancelledError: when cancelled.
    """
    heads: dict[str, ObjectHead | None] = {}
    unreadable = list(survey.unreadable)
    for read in storage.head_many([match.stored.key for match in matches], job.cancel):
        heads[read.key] = read.head
        if read.error is not None:
            unreadable.append(Unreadable(read.key, read.error))
            job.events(unreadable[-1])
    rows = [
        _row(match, file, hashes.get(file.key, ""), heads.get(file.key))
        for match, file in zip(matches, packed, strict=True)
    ]
    files = {"contents.csv": _csv(rows), "contents.json": _json(survey, rows, unreadable, storage.bucket, now)}
    return ContentsList(files, tuple(unreadable))


def _row(match: Match, file: FilePacked, sha256: str, head: ObjectHead | None) -> _Row:
    stored = match.stored
    is_same = head is not None and head.stored.etag == stored.etag  # what came later says nothing of what was packed
    return _Row(
        key=stored.key,
        name=file.name if file.error is None else "",
        status="packed" if file.error is None else "failed",
        error=file.error.title if file.error else "",
        version=head.version_id if head and is_same else "",
        tags=dict(match.tags),
        uploaded_by=unquote(head.metadata.get(UPLOADED_BY_METADATA, "")) if head and is_same else "",
        last_modified=_time(stored.last_modified),
        size_bytes=stored.size_bytes,
        sha256=sha256 if file.error is None else "",
    )


def _json(survey: Survey, rows: Sequence[_Row], unreadable: Sequence[Unreadable], bucket: str, now: datetime) -> bytes:
    report = survey.report
    contents = {
        "format": _FORMAT,
        "made_at": _time(now),
        "bucket": bucket,
        "query": _query(survey.query),
        "engine": report.engine,
        "as_of": _time(report.fresh_at),
        "objects": report.looked_at,
        "complete": report.is_complete and not unreadable and all(row.status == "packed" for row in rows),
        "unreadable": [{"key": item.key, "error": item.error.title} for item in unreadable],
        "files": [asdict(row) for row in rows],
    }
    return json.dumps(contents, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"


def _query(query: Query) -> dict[str, object]:
    terms = [{"value": term.value, "relation": term.relation.value} for term in query.terms]
    return {"text": query.describe(), "join": query.joined.value, "terms": terms}


def _csv(rows: Sequence[_Row]) -> bytes:
    """Return a table that Excel opens as it is meant: with a byte order mark, and no cell that is a formula."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    names = list(_Row.__slots__)
    table.writerow(names)
    for row in rows:
        table.writerow([_cell(value) for value in _cells(row)])
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def _cells(row: _Row) -> Iterator[object]:
    for value in asdict(row).values():
        yield "; ".join(f"{key}={tag}" for key, tag in value.items()) if isinstance(value, dict) else value


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    value = _FORMULA_WITHIN.sub(r"\1'", value)
    return f"'{value}" if value.startswith(_FORMULA_BEGINS) else value


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
