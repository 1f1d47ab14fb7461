"""`tagdrop upload`: files and folders, with a tag."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from time import monotonic

from app.cli.context import Context
from app.cli.output import Output, error_or_none
from app.cli.parser import UsageError
from app.cli.tag_table import read_tag_table
from app.core.errors import CancelledError, InputError
from app.core.events import Event, FileUploaded, Progressed, UploadStatus
from app.core.job import CancelToken, Job
from app.core.keys import expand_prefix
from app.core.ports import Choice, Conflict, Resolution
from app.core.units import size_text
from app.services.collect import Collected, collect
from app.services.upload import UploadFile, UploadReport, UploadRequest, upload
from app.services.wording import upload_text
from app.settings.checks import check_prefix


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a folder")
    parser.add_argument("--tag", dest="tags", action="append", default=[], metavar="V", help="a tag for all files")
    parser.add_argument("--tags-from", type=Path, metavar="CSV", help="further tags by file: columns path and tag")
    parser.add_argument("--prefix", help="put before every name, instead of the setting")
    parser.add_argument(
        "--on-conflict",
        choices=[choice.value for choice in Choice],
        default=Choice.KEEP_BOTH.value,
        help="where a stored file has the name already (default: keep-both)",
    )


def run(context: Context) -> int:
    """Upload, print what became of each file, and a summary."""
    choice = Choice(context.arguments.on_conflict)
    if choice is Choice.REPLACE and not context.settings.upload.allow_replace:
        raise UsageError("Your organisation doesn’t allow replacing files", "Use keep-both or skip.")
    if not context.arguments.tags and context.arguments.tags_from is None:
        raise UsageError("Give a tag with --tag, or --tags-from")
    collected = collect(context.arguments.paths, Job(context.cancel))
    request = _request(context, collected)
    started = monotonic()
    job = Job(context.cancel, lambda event: _print(event, context.output))
    report = upload(request, context.services.storage, _Always(choice), job)
    if report.is_cancelled:
        context.output.warn(upload_text(report))
        raise CancelledError
    context.output.event("summary", _summary(report, monotonic() - started), upload_text(report))
    return 1 if report.count(UploadStatus.FAILED) else 0


class _Always:
    """A `ConflictResolver` that was told once."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice

    def resolve(self, conflict: Conflict, cancel: CancelToken) -> Resolution:
        return Resolution(self._choice, for_all=True)


def _request(context: Context, collected: Collected) -> UploadRequest:
    """Make the request; every tag is checked before anything is sent."""
    arguments, settings = context.arguments, context.settings
    rules = settings.tag_rules
    own = read_tag_table(arguments.tags_from, collected.files) if arguments.tags_from else {}
    files = []
    for source in collected.files:
        values = (*arguments.tags, *own.get(source.path, ()))
        if not values:
            raise UsageError(f"{source.path} has no tag", "Give one with --tag, or add a line to the table.")
        try:
            rules.tag_set(values)
        except InputError as error:
            raise error.about(str(source.path)) from None
        files.append(UploadFile(source, values))
    template = settings.upload.prefix if arguments.prefix is None else arguments.prefix
    problem = check_prefix(template)
    if problem:
        raise UsageError(f"--prefix can’t be used: {problem}")
    return UploadRequest(
        files=tuple(files),
        left_out=collected.left_out,
        prefix=expand_prefix(template, datetime.now().astimezone()),
        rules=rules,
        uploaded_by=context.services.identity.label,
        allow_replace=settings.upload.allow_replace,
    )


def _print(event: Event, output: Output) -> None:
    if isinstance(event, FileUploaded):
        fields = {
            "path": str(event.path),
            "key": event.key,
            "status": event.status.value,
            "size_bytes": event.size_bytes,
            "error": error_or_none(event.error),
        }
        is_renamed = event.status is UploadStatus.KEPT_BOTH
        output.event("file", fields, f"{event.path}: kept as {event.key}" if is_renamed else None)
        if event.error is not None:
            output.warn(f"{event.path}: {event.error.title}. {event.error.detail}".rstrip())
    elif isinstance(event, Progressed):
        output.progress(
            f"Uploading {event.files:,} of {event.files_total:,} files,"
            f" {size_text(event.size_bytes)} of {size_text(event.size_bytes_total)}"
        )


def _summary(report: UploadReport, seconds: float) -> dict[str, object]:
    return {
        "uploaded": report.count(UploadStatus.UPLOADED),
        "kept_both": report.count(UploadStatus.KEPT_BOTH),
        "replaced": report.count(UploadStatus.REPLACED),
        "skipped": report.count(UploadStatus.SKIPPED),
        "already_there": report.count(UploadStatus.ALREADY_THERE),
        "junk": report.count(UploadStatus.JUNK),
        "links": report.count(UploadStatus.LINK),
        "failed": report.count(UploadStatus.FAILED),
        "bytes": report.size_bytes,
        "seconds": round(seconds, 3),
    }
