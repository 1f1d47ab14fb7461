"""`tagdrop resume`: goes on with what was interrupted."""

from __future__ import annotations

from argparse import ArgumentParser
from time import monotonic

from app.cli.context import Context
from app.cli.going_on import GoingOn
from app.cli.limits import add_limit_option
from app.cli.parser import transfer_id
from app.cli.uploading import add_conflict_option, conflict_choice
from app.core.errors import AppError, CancelledError
from app.power.awake import kept_awake

_TAKEN = ("transfer-in-use", "no-such-transfer")
"""Codes that say another Tagdrop got to a transfer first, or discarded it."""


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "id", nargs="?", type=transfer_id, metavar="ID", help="of `tagdrop transfers`; all when left out"
    )
    add_conflict_option(parser)
    add_limit_option(parser)


def run(context: Context) -> int:
    """Do what is left, print what became of each file, and one summary.

    What was decided about names in use when an upload began, or meanwhile, holds for the rest of it too.

    Raises:
        AppError: one can't go on; what became of those before it was told.
    """
    journal, output = context.services.journal, context.output
    going_on = GoingOn(context, conflict_choice(context))
    wanted = context.arguments.id
    if wanted is not None:
        transfers = [(journal.kind_of(wanted), wanted)]
    else:
        transfers = [(transfer.kind, transfer.id) for transfer in journal.open_transfers()]
    if not transfers:
        output.warn("Nothing was interrupted")
    started = monotonic()
    try:
        for kind, run_id in transfers:
            try:
                with kept_awake():
                    is_whole = going_on.with_one(kind, run_id)
            except AppError as error:
                if wanted is None and error.code in _TAKEN:
                    continue
                raise
            if not is_whole:
                break
    except (AppError, CancelledError):
        if going_on.text:
            output.warn(going_on.text)
        raise
    output.event("summary", going_on.summary(monotonic() - started), going_on.text)
    if going_on.is_open:
        output.warn("Go on with what is left by: tagdrop resume")
    return 1 if going_on.failed or going_on.has_gaps else 0
