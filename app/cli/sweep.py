"""`tagdrop sweep`: removes temporary copies whose 24 hours are over, everybody's that the credentials reach."""

from __future__ import annotations

from argparse import ArgumentParser

from app.cli.context import Context
from app.core.events import Event, Removed, UnknownObject
from app.core.job import Job
from app.services.sweep import sweep


def configure(parser: ArgumentParser) -> None:
    """Declare the options: there are none."""


def run(context: Context) -> int:
    """Sweep and print what was removed and what wasn't recognised."""
    output = context.output

    def take(event: Event) -> None:
        if isinstance(event, Removed):
            fields = {"id": event.request_id, "objects": event.objects}
            output.event("removed", fields, f"{event.request_id} deleted, {event.objects:,} objects")
        elif isinstance(event, UnknownObject):
            output.event("unknown", {"key": event.key}, f"{event.key}: not Tagdrop’s, left alone")

    services = context.services
    report = sweep(services.staging, services.clock, Job(context.cancel, take))
    output.event(
        "summary",
        {"removed": report.removed, "unknown": report.unknown, "uploads_aborted": report.uploads_aborted},
        f"{report.removed:,} removed, {report.unknown:,} not recognised, {report.uploads_aborted:,} uploads ended",
    )
    return 0
