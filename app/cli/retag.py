"""`tagdrop retag`: a tag renamed, or merged into another one, on every file that carries it; and undone."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter

from app.cli.asking import ask, can_ask
from app.cli.catalogs import catalog_for
from app.cli.context import Context
from app.cli.output import Output, error_or_none
from app.cli.parser import UsageError
from app.cli.scanning import show_scan
from app.core.errors import CancelledError
from app.core.events import Event, FileRetagged, Progressed, RetagStatus
from app.core.job import Job
from app.core.tag_edits import RetagRequest, TagEdit, check_edits, edits_text
from app.core.tags import normalise
from app.services.retag import carriers_of, foresee, retag
from app.services.tag_rewriting import RetagReport
from app.services.undo_retag import last_run, undo_retag
from app.services.wording import files_text, retag_text

_WITHOUT_A_QUESTION = 20  # files at most


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("old", nargs="?", metavar="OLD", help="the tag that goes")
    parser.add_argument("new", nargs="?", metavar="NEW", help="the tag that comes; one that is in use is merged with")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would become of each file")
    parser.add_argument("--undo", action="store_true", help="take back the last change of tags made on this computer")


def run(context: Context) -> int:
    """Retag, print what became of each file, and a summary."""
    edit = _edit(context.arguments)
    if edit is None:
        return _undo(context)
    check_edits([edit], context.settings.tag_rules)
    output = context.output
    found = carriers_of(
        edit.old or "", catalog_for(context), Job(context.cancel, lambda event: print_retagging(event, output))
    )
    request = RetagRequest(found.files, (edit,), context.settings.tag_rules)
    output.warn(_count_text(len(found.files), found.search.unreadable, edit))
    if context.arguments.dry_run:
        failed = _foretell(request, output)
    else:
        if len(found.files) > _WITHOUT_A_QUESTION and can_ask(output):
            ask(f"Change it to “{edit.new}” on all of them?", output)
        report = retag(request, context.services.storage, context.services.journal.retags, _job(context))
        failed = _conclude(report, output)
    return 1 if failed or not found.search.is_complete else 0


def _edit(arguments: Namespace) -> TagEdit | None:
    """Return what is to be done; None for undoing.

    Raises:
        UsageError: the words don't go together, or name no two tags.
    """
    if arguments.undo:
        if arguments.old is not None or arguments.dry_run:
            raise UsageError("--undo stands alone")
        return None
    if arguments.new is None:
        raise UsageError("Give the tag that goes and the one that comes, or --undo")
    old, new = normalise(arguments.old), normalise(arguments.new)
    if not old:
        raise UsageError("The tag that goes is empty")
    if not new:
        raise UsageError(
            "The tag that comes is empty", "A file keeps one tag at least: name another one to merge it with."
        )
    if "*" in old:
        raise UsageError(f"“{old}” is no whole tag", "One tag is changed at a time, without a *.")
    if old == new:
        raise UsageError("Both are the same tag")
    return TagEdit(old, new)


def _undo(context: Context) -> int:
    output = context.output
    last = last_run(context.services.journal.retags)
    began_at = last.began_at.astimezone()
    output.warn(f"Undoing: {edits_text(last.edits)} on {files_text(last.files)}, {began_at:%Y-%m-%d %H:%M}")
    report = undo_retag(last, context.services.storage, context.services.journal.retags, _job(context))
    return 1 if _conclude(report, output) else 0


def _job(context: Context) -> Job:
    return Job(context.cancel, lambda event: print_retagging(event, context.output))


def _count_text(files: int, unreadable: int, edit: TagEdit) -> str:
    carry = "carries" if files == 1 else "carry"
    unsure = f"; {unreadable:,} couldn’t be looked at" if unreadable else ""
    return f"{files_text(files)} {carry} “{edit.old}”{unsure}"


def _foretell(request: RetagRequest, output: Output) -> int:
    """Print what would become of each file and return how many would fail."""
    counts: Counter[RetagStatus] = Counter()
    seen = {match.stored.key: match.values for match in request.files}
    for outcome in foresee(request):
        counts[outcome.status] += 1
        values = request.rules.values(outcome.tags or {})
        is_changed = outcome.status is RetagStatus.RETAGGED
        text = f"{outcome.key}  [{', '.join(seen[outcome.key])}] → [{', '.join(values)}]" if is_changed else None
        _print_file(outcome, output, text)
    changed, failed = counts[RetagStatus.RETAGGED], counts[RetagStatus.FAILED]
    would_fail = f", {failed:,} would fail" if failed else ""
    text = f"{files_text(changed)} would be retagged{would_fail}; nothing was changed"
    output.event("summary", {"retagged": changed, "failed": failed}, text)
    return failed


def _conclude(report: RetagReport, output: Output) -> int:
    """Print the summary and return how many failed.

    Raises:
        CancelledError: it was cancelled.
    """
    if report.is_cancelled:
        output.warn(retag_text(report))
        raise CancelledError
    fields = {"retagged": report.retagged, "failed": len(report.failures)}
    output.event("summary", fields, retag_text(report))
    if report.is_open:
        output.warn("Go on with what is left by: tagdrop resume")
    return len(report.failures)


def print_retagging(event: Event, output: Output) -> None:
    """Print what became of the tags of a file, and show how far it is."""
    if isinstance(event, FileRetagged):
        _print_file(event, output)
    elif isinstance(event, Progressed):
        output.progress(f"Retagging {event.files:,} of {event.files_total:,} files")
    else:
        show_scan(event, output)


def _print_file(outcome: FileRetagged, output: Output, text: str | None = None) -> None:
    fields = {"key": outcome.key, "status": outcome.status.value, "error": error_or_none(outcome.error)}
    output.event("file", fields, text)
    if outcome.error is not None:
        output.warn(f"{outcome.key}: {outcome.error.title}. {outcome.error.detail}".rstrip())
