"""`tagdrop fetch`: every file that carries the tags, as one ZIP."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic

from app.cli.asking import ask, can_ask
from app.cli.catalogs import catalog_for
from app.cli.context import Context
from app.cli.output import Output, error_or_none, timestamp
from app.cli.parser import UsageError
from app.cli.queries import add_query_options, query_from
from app.cli.scanning import show_scan
from app.core.events import Event, FilePacked, Match, Matches, Progressed, Stage
from app.core.job import Job
from app.core.units import size_text
from app.services.archive import FetchReport, FetchRequest, fetch
from app.services.search import search
from app.services.wording import fetch_text


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_query_options(parser)
    parser.add_argument("--output", type=Path, required=True, metavar="FILE.zip", help="the ZIP to write")
    parser.add_argument("--force", action="store_true", help="replace FILE.zip where it is there already")


def run(context: Context) -> int:
    """Find, pack, print what became of each file, and a summary."""
    query = query_from(context.arguments)
    force = _may_replace(context)
    services, output = context.services, context.output
    started = monotonic()
    found: list[Match] = []
    catalog = catalog_for(context, context.arguments.engine)
    found_report = search(query, catalog, Job(context.cancel, lambda event: _collect(event, found, output)))
    request = FetchRequest(
        files=tuple(sorted(found, key=lambda match: match.stored.key)),
        output=context.arguments.output,
        name=query.describe(),
        user_id=services.identity.user_id,
        force=force,
    )
    job = Job(context.cancel, lambda event: _print(event, output))
    report = fetch(request, services.storage, services.staging, services.clock, job)
    output.event("summary", _summary(report, monotonic() - started), fetch_text(report))
    return 1 if report.failures or not found_report.is_complete else 0


def _may_replace(context: Context) -> bool:
    """Return whether the file may be replaced; asks where there is somebody to ask.

    Raises:
        UsageError: it is there, and nobody can be asked; or its folder isn't.
        CancelledError: somebody said no.
    """
    output = context.arguments.output
    if not output.parent.is_dir():
        raise UsageError(f"{output.parent}: The folder isn’t there", "Create it, or choose another.")
    if context.arguments.force or not output.exists():
        return bool(context.arguments.force)
    if not can_ask(context.output):
        raise UsageError(f"{output} is there already", "Choose another name, or replace it with --force.")
    ask(f"{output} is there already. Replace it?", context.output)
    return True


def _collect(event: Event, found: list[Match], output: Output) -> None:
    if isinstance(event, Matches) and event.is_certain:
        found.extend(event.batch)
    else:
        show_scan(event, output)


def _print(event: Event, output: Output) -> None:
    if isinstance(event, FilePacked):
        fields = {
            "key": event.key,
            "name": event.name,
            "status": "failed" if event.error else "packed",
            "size_bytes": event.size_bytes,
            "crc32": None if event.crc32 is None else f"{event.crc32:08x}",
            "error": error_or_none(event.error),
        }
        output.event("file", fields)
        if event.error is not None:
            output.warn(f"{event.key}: {event.error.title}. {event.error.detail}".rstrip())
    elif isinstance(event, Progressed):
        verb = "Preparing" if event.stage is Stage.PREPARING else "Packing"
        output.progress(
            f"{verb} {event.files:,} of {event.files_total:,} files,"
            f" {size_text(event.size_bytes)} of {size_text(event.size_bytes_total)}"
        )


def _summary(report: FetchReport, seconds: float) -> dict[str, object]:
    return {
        "files": report.files,
        "failed": len(report.failures),
        "bytes": report.size_bytes,
        "output": str(report.output),
        "zip_bytes": report.zip_bytes,
        "staged": report.staged_prefix,
        "expires_at": timestamp(report.expires_at),
        "seconds": round(seconds, 3),
    }
