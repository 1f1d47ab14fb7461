"""`tagdrop tags`: the values in use, with the number of files that carry each."""

from __future__ import annotations

from argparse import ArgumentParser

from app.cli.catalogs import catalog_for
from app.cli.context import Context
from app.cli.scanning import show_scan
from app.core.events import Event, Scanned, Unreadable
from app.core.job import Job
from app.services.search import tag_counts


def configure(parser: ArgumentParser) -> None:
    """Declare the options: there are none."""


def run(context: Context) -> int:
    """Print each value and its count, most used first."""
    output = context.output
    looked_at = unreadable = 0

    def take(event: Event) -> None:
        nonlocal looked_at, unreadable
        if isinstance(event, Scanned):
            looked_at = event.looked_at
        elif isinstance(event, Unreadable):
            unreadable += 1
        show_scan(event, output)

    counts = tag_counts(catalog_for(context), Job(context.cancel, take))
    for value, files in counts.items():
        output.event("tag", {"value": value, "files": files}, f"{files:>9,}  {value}")
    output.event("summary", {"tags": len(counts), "objects": looked_at})
    return 1 if unreadable else 0
