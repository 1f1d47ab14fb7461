"""`tagdrop resume`: goes on with uploads that were interrupted."""

from __future__ import annotations

from argparse import ArgumentParser
from time import monotonic

from app.cli.context import Context
from app.cli.limits import add_limit_option
from app.cli.uploading import Always, add_conflict_option, conflict_choice, end_of_upload, show_upload, tell_done
from app.core.errors import AppError
from app.core.job import Job
from app.power.awake import kept_awake
from app.services.upload import resume

_TAKEN = ("transfer-in-use", "no-such-transfer")
"""Codes that say another Tagdrop got to an upload first, or discarded it."""


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("id", nargs="?", type=int, metavar="ID", help="of `tagdrop transfers`; all when left out")
    add_conflict_option(parser)
    add_limit_option(parser)


def run(context: Context) -> int:
    """Upload what is left, print what became of each file, and one summary.

    What was decided about names in use when an upload began, or meanwhile, holds for the rest of it too.

    Raises:
        AppError: one can't go on; what became of those before it was told.
    """
    choice = conflict_choice(context)
    services, output = context.services, context.output
    wanted = context.arguments.id
    ids = [transfer.id for transfer in services.transfers.open_transfers()] if wanted is None else [wanted]
    if not ids:
        output.warn("No upload was interrupted")
    started = monotonic()
    job = Job(context.cancel, lambda event: show_upload(event, output))
    reports = []
    for run_id in ids:
        try:
            with kept_awake():
                reports.append(resume(run_id, services.storage, Always(choice), job, services.transfers))
        except AppError as error:
            if wanted is None and error.code in _TAKEN:
                continue
            tell_done(reports, output)
            raise
        if reports[-1].is_cancelled or reports[-1].is_open:
            break
    return end_of_upload(reports, monotonic() - started, output)
