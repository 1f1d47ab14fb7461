"""`tagdrop find`: every file that carries the tags."""

from __future__ import annotations

from argparse import ArgumentParser
from time import monotonic

from app.cli.catalogs import catalog_for
from app.cli.context import Context
from app.cli.output import Output, timestamp
from app.cli.queries import add_query_options, query_from
from app.cli.scanning import show_scan
from app.core.events import Event, Match, Matches
from app.core.job import Job
from app.core.units import size_text
from app.services.search import search


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_query_options(parser)


def run(context: Context) -> int:
    """Print every match as it is found, and a summary."""
    query = query_from(context.arguments)
    output = context.output
    started = monotonic()
    catalog = catalog_for(context, context.arguments.engine)
    report = search(query, catalog, Job(context.cancel, lambda event: _print(event, output)))
    output.event(
        "summary",
        {
            "matches": report.matches,
            "objects": report.looked_at,
            "unreadable": report.unreadable,
            "complete": report.is_complete,
            "engine": report.engine,
            "fresh_at": timestamp(report.fresh_at),
            "seconds": round(monotonic() - started, 3),
        },
    )
    unreadable = f", {report.unreadable:,} couldn’t be looked at" if report.unreadable else ""
    output.warn(f"{report.matches:,} of {report.looked_at:,} files{unreadable}")
    return 0 if report.is_complete else 1


def _print(event: Event, output: Output) -> None:
    if isinstance(event, Matches) and event.is_certain:
        for match in event.batch:
            _print_match(match, output)
    else:
        show_scan(event, output)


def _print_match(match: Match, output: Output) -> None:
    stored = match.stored
    fields = {
        "key": stored.key,
        "size_bytes": stored.size_bytes,
        "last_modified": timestamp(stored.last_modified),
        "tags": dict(match.tags),
    }
    local = stored.last_modified.astimezone()
    text = f"{local:%Y-%m-%d %H:%M}  {size_text(stored.size_bytes):>9}  {stored.key}  [{', '.join(match.values)}]"
    output.event("match", fields, text)
