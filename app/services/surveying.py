"""The search behind a list of contents, made when the files are taken away."""

from __future__ import annotations

from dataclasses import replace

from app.core.downloads import FetchRequest, Listing, Survey
from app.core.events import Event, Match, Matches, Unreadable
from app.core.job import Job
from app.core.ports.catalog import TagCatalog
from app.services.search import search


def surveyed(request: FetchRequest, listing: Listing, live: TagCatalog, job: Job) -> FetchRequest:
    """Return the request with the files that are meant, as a search of everything finds them now, and that search.

    Raises:
        AppError: the storage refuses the listing or can't be reached.
        CancelledError: when cancelled.
    """
    found: list[Match] = []
    unreadable: list[Unreadable] = []

    def note(event: Event) -> None:
        if isinstance(event, Matches):
            found.extend(event.batch)
        elif isinstance(event, Unreadable):
            unreadable.append(event)

    report = search(listing.query, live, Job(job.cancel, note))
    meant = {match.stored.key for match in request.files}
    files = found if listing.is_all else [match for match in found if match.stored.key in meant]
    files.sort(key=lambda match: match.stored.key)  # as an interrupted download has them
    survey = Survey(listing.query, report, tuple(unreadable))
    return replace(request, files=tuple(files), survey=survey, listing=None)
