"""Finding by tag, and what is filled in afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from app.core.events import UploaderRead
from app.core.job import Job
from app.core.objects import UPLOADED_BY_METADATA
from app.core.ports import ObjectReader, SearchReport, TagCatalog
from app.core.query import Query


def search(query: Query, catalog: TagCatalog, job: Job) -> SearchReport:
    """Tell every file that is meant as `Matches`, what can't be read as `Unreadable`, and `Scanned`.

    Raises:
        AppError: the storage refuses the listing or can't be reached.
        CancelledError: when cancelled; what was told until then stands.
    """
    return catalog.search(query, job)


def read_uploaders(keys: Iterable[str], storage: ObjectReader, job: Job) -> None:
    """Tell who uploaded each file as `UploaderRead`; a file that can't be asked is left out.

    Raises:
        AppError: the storage can't be reached.
        CancelledError: when cancelled.
    """
    for read in storage.head_many(keys, job.cancel):
        if read.head is not None:
            job.events(UploaderRead(read.key, unquote(read.head.metadata.get(UPLOADED_BY_METADATA, ""))))


def tag_counts(catalog: TagCatalog, job: Job) -> dict[str, int]:
    """Return the values in use with the number of files that carry each.

    Raises:
        AppError: the storage refuses the listing or can't be reached.
        CancelledError: when cancelled.
    """
    return catalog.tag_counts(job)
