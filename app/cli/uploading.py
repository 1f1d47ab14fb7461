"""What the commands that upload have in common: one answer to every conflict, events printed, a summary."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence

from app.cli.context import Context
from app.cli.output import Output, error_or_none
from app.cli.parser import UsageError
from app.core.conflicts import Choice, Conflict, Resolution
from app.core.errors import CancelledError
from app.core.events import Event, FileUploaded, Progressed, UploadStatus
from app.core.job import CancelToken
from app.core.units import size_text
from app.services.uploads.tally import UploadReport
from app.services.wording import upload_text


class Always:
    """A `ConflictResolver` that was told once."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice

    def resolve(self, conflict: Conflict, cancel: CancelToken) -> Resolution:
        """Return the answer that was given."""
        return Resolution(self._choice, for_all=True)


def add_conflict_option(parser: ArgumentParser) -> None:
    """Declare what is done where a name is in use."""
    parser.add_argument(
        "--on-conflict",
        choices=[choice.value for choice in Choice],
        default=Choice.KEEP_BOTH.value,
        help="where a stored file has the name already (default: keep-both)",
    )


def conflict_choice(context: Context) -> Choice:
    """Return what is done where a name is in use.

    Raises:
        UsageError: the organisation doesn't allow it.
    """
    choice = Choice(context.arguments.on_conflict)
    if choice is Choice.REPLACE and not context.settings.upload.allow_replace:
        raise UsageError("Your organisation doesn’t allow replacing files", "Use keep-both or skip.")
    return choice


def show_upload(event: Event, output: Output) -> None:
    """Print what became of a file, or how far an upload is."""
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


def end_of_upload(report: UploadReport, seconds: float, output: Output) -> int:
    """Print how an upload ended, and return the exit code.

    Raises:
        CancelledError: it was cancelled.
    """
    text = upload_text(report)
    if report.is_cancelled:
        output.warn(text)
    else:
        output.event("summary", counts_of([report]) | {"seconds": round(seconds, 3)}, text)
    if report.is_open:
        output.warn("Go on with what is left by: tagdrop resume")
    if report.is_cancelled:
        raise CancelledError
    return 1 if report.count(UploadStatus.FAILED) else 0


def counts_of(reports: Sequence[UploadReport]) -> dict[str, object]:
    """Return how many files of some uploads came to which end, and the bytes that were uploaded."""

    def count(status: UploadStatus) -> int:
        return sum(report.count(status) for report in reports)

    return {
        "uploaded": count(UploadStatus.UPLOADED),
        "kept_both": count(UploadStatus.KEPT_BOTH),
        "replaced": count(UploadStatus.REPLACED),
        "skipped": count(UploadStatus.SKIPPED),
        "already_there": count(UploadStatus.ALREADY_THERE),
        "junk": count(UploadStatus.JUNK),
        "links": count(UploadStatus.LINK),
        "failed": count(UploadStatus.FAILED),
        "bytes": sum(report.size_bytes for report in reports),
    }
