"""`tagdrop staged`: one's temporary copies, with their end."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta

from app.cli.context import Context
from app.cli.output import timestamp
from app.core.deletions import CopiesDeletion
from app.core.job import Job
from app.core.units import size_text
from app.services.deleting import delete_copies
from app.services.stage import StagedRequest, list_staged


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--delete", metavar="ID", help="delete these temporary copies now")


def run(context: Context) -> int:
    """Print the temporary copies, or delete some."""
    services, output = context.services, context.output
    job = Job(context.cancel)
    user_id = services.identity.user_id
    request_id = context.arguments.delete
    if request_id is not None:
        deletion = CopiesDeletion(request_id, user_id)
        objects = delete_copies(deletion, services.staging, services.journal.deletions, job)
        output.event("removed", {"id": request_id, "objects": objects}, f"{request_id} deleted")
        output.event("summary", {"requests": 1})
        return 0
    requests = list_staged(user_id, services.staging, job)
    for request in requests:
        fields = {
            "id": request.id,
            "files": request.files,
            "bytes": request.size_bytes,
            "created_at": timestamp(request.created_at),
            "expires_at": timestamp(request.expires_at),
        }
        output.event("staged", fields, _text(request, request.expires_at - services.clock.now()))
    output.event("summary", {"requests": len(requests)})
    if not requests:
        output.warn("No temporary copies")
    return 0


def _text(request: StagedRequest, left: timedelta) -> str:
    minutes = max(0, int(left.total_seconds() // 60))
    end = f"{minutes // 60} h {minutes % 60} min left"
    name = f"{request.name} (shared)" if request.is_shared else request.name
    if request.missing:
        name = f"{name} ({request.missing:,} more {'file has' if request.missing == 1 else 'files have'} no copy)"
    return f"{request.id}  {request.files:>6,} files  {size_text(request.size_bytes):>9}  {end:>16}  {name}"
