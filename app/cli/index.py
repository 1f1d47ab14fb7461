"""`tagdrop index`: bring the list of files on this computer up to date, and publish it for others."""

from __future__ import annotations

from argparse import ArgumentParser
from time import monotonic

from app.cli.context import Context
from app.cli.scanning import show_listing
from app.core.errors import LocalFileError
from app.core.job import Job
from app.core.ports.catalog import Publication, RefreshReport


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rebuild", action="store_true", help="forget it first, and read every tag again")
    parser.add_argument("--publish", action="store_true", help="store it in the bucket: new computers start from it")


def run(context: Context) -> int:
    """Refresh it, publish it where wanted, and print a summary.

    Raises:
        LocalFileError: it can't be used; or another program is at it and it can't be published.
        AppError: the storage refuses something or can't be reached.
    """
    services, output = context.services, context.output
    index = services.index
    if index is None:
        raise LocalFileError("index-unusable", "The list of files on this computer can’t be used", "-v shows why.")
    started = monotonic()
    rebuilds, publishes = context.arguments.rebuild, context.arguments.publish
    if rebuilds:
        index.clear()
    job = Job(context.cancel, lambda event: show_listing(event, output))
    # Others rely on what the publisher reads again, so it doesn't rely on what is published.
    report = index.refresh(services.storage, job, starts=not rebuilds, rereads=publishes)
    if publishes and not report.is_done:
        raise LocalFileError("index-busy", "Another Tagdrop on this computer is at it just now", "Try again later.")
    publication = index.publish(services.storage, job) if publishes else None
    if not report.is_done:
        output.warn("Another Tagdrop on this computer is at it just now.")
    output.event(
        "summary",
        {
            "objects": report.objects,
            "read": report.read,
            "removed": report.removed,
            "done": report.is_done,
            "started_from": "published" if report.started_from_published else None,
            "published": _fields(publication) if publication else None,
            "seconds": round(monotonic() - started, 3),
        },
        _words(report, publication),
    )
    return 0


def _fields(publication: Publication) -> dict[str, str | int]:
    return {"key": publication.key, "objects": publication.objects, "size_bytes": publication.size_bytes}


def _words(report: RefreshReport, publication: Publication | None) -> str | None:
    if not report.is_done:
        return None
    start = "started from the published list, " if report.started_from_published else ""
    end = f"; published, {publication.size_bytes:,} bytes" if publication else ""
    return f"{report.objects:,} files, {start}{report.read:,} read, {report.removed:,} gone{end}"
