"""`tagdrop fetch`: every file that carries the tags, as one ZIP."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic

from app.cli.asking import ask, can_ask
from app.cli.catalogs import catalog_for
from app.cli.context import Context
from app.cli.limits import add_limit_option
from app.cli.output import Output, error_or_none, timestamp
from app.cli.parser import UsageError
from app.cli.queries import add_query_options, query_from
from app.cli.scanning import show_scan
from app.core.downloads import FetchRequest, Survey
from app.core.events import Event, FilePacked, Match, Matches, PackedHere, Progressed, Unreadable, WentOn
from app.core.job import Job
from app.core.units import size_text
from app.power.awake import kept_awake
from app.services.fetch import FetchReport
from app.services.search import search
from app.services.wording import fetch_text, files_text, list_text


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_query_options(parser)
    parser.add_argument("--output", type=Path, required=True, metavar="FILE.zip", help="the ZIP to write")
    parser.add_argument("--force", action="store_true", help="replace FILE.zip where it is there already")
    parser.add_argument(
        "--report", action="store_true", help="put a list of contents into the ZIP; looks at every file for it"
    )
    parser.add_argument(
        "--in-cloud", action="store_true", help="let the storage put the ZIP together, then download it"
    )
    add_limit_option(parser)


def run(context: Context) -> int:
    """Find, pack, print what became of each file, and a summary."""
    query = query_from(context.arguments)
    engine = _engine(context)
    force = _may_replace(context)
    services, output = context.services, context.output
    started = monotonic()
    found: list[Match] = []
    unreadable: list[Unreadable] = []

    def take(event: Event) -> None:
        if isinstance(event, Unreadable):
            unreadable.append(event)
        collect(event, found, output)

    found_report = search(query, catalog_for(context, engine), Job(context.cancel, take))
    request = FetchRequest(
        files=tuple(sorted(found, key=lambda match: match.stored.key)),
        output=context.arguments.output,
        name=query.describe(),
        user_id=services.identity.user_id,
        force=force,
        is_marked=services.settings.download.mark_of_origin,
        in_cloud=context.arguments.in_cloud,
        survey=Survey(query, found_report, tuple(unreadable)) if context.arguments.report else None,
    )
    job = Job(context.cancel, lambda event: print_packing(event, output))
    with kept_awake():
        report = services.downloader.download(request, job)
    output.event("summary", _summary(report, monotonic() - started), fetch_text(report))
    if text := list_text(report):
        output.warn(text)
    is_whole = not report.failures and not unreadable and found_report.is_complete and report.is_list_complete
    return 0 if is_whole else 1


def _engine(context: Context) -> str | None:
    """Return which engine was asked for; a list of contents is made of a live search only.

    Raises:
        UsageError: the options don't go together.
    """
    arguments = context.arguments
    if not arguments.report:
        return str(arguments.engine) if arguments.engine else None
    if arguments.in_cloud:
        raise UsageError("--report and --in-cloud don’t go together", "The list is packed on this computer.")
    if arguments.engine not in (None, "live"):
        raise UsageError(f"--report looks at every file, not at --engine {arguments.engine}")
    return "live"


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


def collect(event: Event, found: list[Match], output: Output) -> None:
    """Take what was found, and show how far the search is."""
    if isinstance(event, Matches) and event.is_certain:
        found.extend(event.batch)
    else:
        show_scan(event, output)


def print_packing(event: Event, output: Output) -> None:
    """Print what became of a file, and show how far the ZIP is."""
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
    elif isinstance(event, WentOn):
        output.event("went-on", {"files": event.files, "bytes": event.size_bytes})
        here = files_text(event.files) if event.files else size_text(event.size_bytes)
        output.warn(f"Going on with an interrupted download: {here} here already")
    elif isinstance(event, PackedHere):
        output.event("packed-here", {"reason": event.reason})
        output.warn(f"The ZIP is packed on this computer: {event.reason}")
    elif isinstance(event, Progressed):
        output.progress(
            f"{event.stage.value.capitalize()} {event.files:,} of {event.files_total:,} files,"
            f" {size_text(event.size_bytes)} of {size_text(event.size_bytes_total)}"
        )
    else:
        show_scan(event, output)


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
