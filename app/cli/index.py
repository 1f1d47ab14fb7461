"""`tagdrop index`: bring the list of files on this computer up to date."""

from __future__ import annotations

from argparse import ArgumentParser
from time import monotonic

from app.cli.context import Context
from app.cli.scanning import show_listing
from app.core.errors import LocalFileError
from app.core.job import Job


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rebuild", action="store_true", help="forget it first, and read every tag again")


def run(context: Context) -> int:
    """Refresh it and print a summary.

    Raises:
        LocalFileError: it can't be used.
        AppError: the storage refuses the listing or can't be reached.
    """
    services, output = context.services, context.output
    index = services.index
    if index is None:
        raise LocalFileError("index-unusable", "The list of files on this computer can’t be used", "-v shows why.")
    started = monotonic()
    if context.arguments.rebuild:
        index.clear()
    report = index.refresh(services.storage, Job(context.cancel, lambda event: show_listing(event, output)))
    if not report.is_done:
        output.warn("Another Tagdrop on this computer is at it just now.")
    output.event(
        "summary",
        {
            "objects": report.objects,
            "read": report.read,
            "removed": report.removed,
            "done": report.is_done,
            "seconds": round(monotonic() - started, 3),
        },
        f"{report.objects:,} files, {report.read:,} read, {report.removed:,} gone" if report.is_done else None,
    )
    return 0
