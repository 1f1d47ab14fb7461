"""How far a search or a refresh is, in words, and what it can't read."""

from __future__ import annotations

from app.cli.output import Output, error_fields
from app.core.events import Event, Scanned, Unreadable


def show_scan(event: Event, output: Output) -> None:
    """Show how far a search is, and tell what it can't read."""
    if isinstance(event, Unreadable):
        output.event("unreadable", {"key": event.key, "error": error_fields(event.error)})
        output.warn(f"{event.key}: {event.error.title}")
    elif isinstance(event, Scanned):
        total = f", of {event.total:,}" if event.total is not None else ""
        output.progress(f"Searching, {event.matches:,} files so far, {event.looked_at:,} looked at{total}")


def show_listing(event: Event, output: Output) -> None:
    """Show how far a refresh of the local index is."""
    if isinstance(event, Scanned):
        total = f" of {event.total:,}" if event.total is not None else ""
        output.progress(f"Looking for changes, {event.looked_at:,}{total} files")
