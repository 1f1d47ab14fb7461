"""`tagdrop sweep`: removes what is over, everybody's that the credentials reach.

Those are temporary copies of which the 24 hours are over, and large files whose upload nobody went on with.
"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta

from app.cli.context import Context
from app.core.errors import RefusalError
from app.core.events import Event, Removed, UnknownObject
from app.core.job import Job
from app.services.sweep import sweep
from app.services.sweep_uploads import sweep_uploads


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
    ended = report.uploads_aborted + _abandoned(context)
    output.event(
        "summary",
        {"removed": report.removed, "unknown": report.unknown, "uploads_aborted": ended},
        f"{report.removed:,} removed, {report.unknown:,} not recognised, {ended:,} uploads ended",
    )
    return 0


def _abandoned(context: Context) -> int:
    """End unfinished uploads to the storage bucket that are too old, and return how many there were."""
    services, hours = context.services, context.settings.upload.abandoned_hours
    if not hours:
        return 0
    job = Job(context.cancel)
    try:
        return sweep_uploads(services.storage, services.journal.uploads, timedelta(hours=hours), services.clock, job)
    except RefusalError as error:  # whoever may write needn't be allowed to list; the lifecycle rule ends them too
        context.output.detail(f"Unfinished uploads can’t be listed: {error}")
        return 0
