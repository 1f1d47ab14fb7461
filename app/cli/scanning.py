"""How far a search or a refresh is, in words."""

from __future__ import annotations

from app.cli.output import Output
from app.core.events import Event, Scanned


def show_scan(event: Scanned, output: Output) -> None:
    """Show how far a search is."""
    total = f", of {event.total:,}" if event.total is not None else ""
    output.progress(f"Searching, {event.matches:,} files so far, {event.looked_at:,} looked at{total}")


def show_listing(event: Event, output: Output) -> None:
    """Show how far a refresh of the local index is."""
    if isinstance(event, Scanned):
        total = f" of {event.total:,}" if event.total is not None else ""
        output.progress(f"Looking for changes, {event.looked_at:,}{total} files")
