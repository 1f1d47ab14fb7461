"""`tagdrop transfers`: uploads that were interrupted, to be gone on with or discarded."""

from __future__ import annotations

from argparse import ArgumentParser

from app.cli.context import Context
from app.cli.output import timestamp
from app.core.units import size_text
from app.core.uploads import OpenTransfer
from app.services.interrupted import discard
from app.services.wording import files_text


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--discard", type=int, metavar="ID", help="upload the rest no more, and free its parts")


def run(context: Context) -> int:
    """Print the uploads that were interrupted, or discard one."""
    services, output = context.services, context.output
    run_id = context.arguments.discard
    if run_id is not None:
        files = discard(run_id, services.storage, services.transfers)
        output.event("discarded", {"id": run_id, "files": files}, f"{files_text(files)} discarded")
        output.event("summary", {"transfers": 1})
        return 0
    transfers = services.transfers.open_transfers()
    for transfer in transfers:
        fields = {
            "id": transfer.id,
            "kind": "upload",
            "began_at": timestamp(transfer.began_at),
            "files": transfer.files,
            "files_left": transfer.files_left,
            "bytes": transfer.size_bytes,
            "bytes_left": transfer.size_bytes_left,
        }
        output.event("transfer", fields, _text(transfer))
    output.event("summary", {"transfers": len(transfers)})
    if not transfers:
        output.warn("No upload was interrupted")
    return 0


def _text(transfer: OpenTransfer) -> str:
    began = f"{transfer.began_at.astimezone():%Y-%m-%d %H:%M}"
    left = f"{transfer.files_left:,} of {files_text(transfer.files)} left"
    return f"{transfer.id:>4}  {began}  {left}, {size_text(transfer.size_bytes_left)}"
