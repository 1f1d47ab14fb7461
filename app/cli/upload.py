"""`tagdrop upload`: files and folders, with a tag."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from time import monotonic

from app.cli.context import Context
from app.cli.limits import add_limit_option
from app.cli.parser import UsageError
from app.cli.tag_table import read_tag_table
from app.cli.uploading import Always, add_conflict_option, conflict_choice, end_of_upload, show_upload
from app.core.conflicts import Choice
from app.core.errors import InputError
from app.core.job import Job
from app.core.keys import expand_prefix
from app.core.uploads import UploadFile, UploadRequest
from app.power.awake import kept_awake
from app.services.upload import upload
from app.services.uploads.collect import Collected, collect
from app.settings.checks import check_prefix


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a folder")
    parser.add_argument("--tag", dest="tags", action="append", default=[], metavar="V", help="a tag for all files")
    parser.add_argument("--tags-from", type=Path, metavar="CSV", help="further tags by file: columns path and tag")
    parser.add_argument("--prefix", help="put before every name, instead of the setting")
    add_conflict_option(parser)
    add_limit_option(parser)


def run(context: Context) -> int:
    """Upload, print what became of each file, and a summary."""
    choice = conflict_choice(context)
    if not context.arguments.tags and context.arguments.tags_from is None:
        raise UsageError("Give a tag with --tag, or --tags-from")
    collected = collect(context.arguments.paths, Job(context.cancel))
    request = _request(context, collected)
    started = monotonic()
    job = Job(context.cancel, lambda event: show_upload(event, context.output))
    services = context.services
    with kept_awake():
        report = upload(request, services.storage, Always(choice), job, services.journal.uploads)
    return end_of_upload(report, monotonic() - started, context.output)


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
        on_conflict=Choice(arguments.on_conflict),
    )
