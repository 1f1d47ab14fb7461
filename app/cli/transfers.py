"""`tagdrop transfers`: what was interrupted, to be gone on with or discarded."""

from __future__ import annotations

from argparse import ArgumentParser

from app.cli.context import Context
from app.cli.output import timestamp
from app.cli.parser import transfer_id
from app.core.job import Job
from app.core.open_transfers import OpenTransfer
from app.core.tags import visible
from app.core.units import size_text
from app.services.interrupted import discard
from app.services.wording import files_text


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--discard", type=transfer_id, metavar="ID", help="give up what is left, and free what it takes up"
    )


def run(context: Context) -> int:
    """Print what was interrupted, or discard one of it."""
    services, output = context.services, context.output
    transfers = services.journal.open_transfers()
    run_id = context.arguments.discard
    if run_id is not None:
        files = sum(transfer.files_left for transfer in transfers if transfer.id == run_id)
        discard(run_id, services.storage, services.staging, services.journal, Job(context.cancel))
        output.event("discarded", {"id": run_id, "files": files}, f"{files_text(files)} discarded")
        output.event("summary", {"transfers": 1})
        return 0
    for transfer in transfers:
        fields = {
            "id": transfer.id,
            "kind": transfer.kind.value,
            "began_at": timestamp(transfer.began_at),
            "files": transfer.files,
            "files_left": transfer.files_left,
            "bytes": transfer.size_bytes,
            "bytes_left": transfer.size_bytes_left,
            "name": transfer.name,
        }
        output.event("transfer", fields, _text(transfer))
    output.event("summary", {"transfers": len(transfers)})
    if not transfers:
        output.warn("Nothing was interrupted")
    return 0


def _text(transfer: OpenTransfer) -> str:
    began = f"{transfer.began_at.astimezone():%Y-%m-%d %H:%M}"
    text = f"{transfer.id:>9}  {began}  {transfer.kind.value:<6}"
    if transfer.files:
        text += f"  {transfer.files_left:,} of {files_text(transfer.files)} left"
    if transfer.size_bytes:
        text += f", {size_text(transfer.size_bytes_left)}"
    return f"{text}  {visible(transfer.name)}".rstrip()
