"""What became of a transfer, in one sentence for the window and the command line."""

from __future__ import annotations

from app.core.events import FileUploaded, UploadStatus
from app.core.tags import visible
from app.services.fetch import FetchReport
from app.services.share import CutBy, SharedLink
from app.services.tag_rewriting import RetagReport
from app.services.uploads.tally import UploadReport

_COUNTED = {
    UploadStatus.UPLOADED: "uploaded",
    UploadStatus.KEPT_BOTH: "kept as copies",
    UploadStatus.REPLACED: "replaced",
    UploadStatus.ALREADY_THERE: "already there",
    UploadStatus.SKIPPED: "skipped",
    UploadStatus.JUNK: "left out as system files",
    UploadStatus.LINK: "left out as links",
    UploadStatus.FAILED: "failed",
}

_EARLY_ENDS = {
    CutBy.ZIP: "the ZIP that it leads to is deleted then",
    CutBy.SESSION: "a public link ends with the session that signs it, and IT allows none that is longer",
}

_PREDICATES = {
    "file-locked": "is open in another program",
    "file-gone": "is gone",
    "file-forbidden": "can’t be read",
    "file-changed": "changed while it was read",
    "not-a-file": "isn’t a file",
    "leads-elsewhere": "is a link out of the folder by now",
    "file-not-here": "is only in the cloud",
    "pointer-file": "holds no content, export it first",
    "key-too-long": "has too long a name",
    "name-not-unicode": "has a name that isn’t readable text",
    "name-not-safe": "has a name that can’t be stored",
}


def upload_text(report: UploadReport) -> str:
    """Return for example `7 uploaded, 2 kept as copies, 1 failed: report.pdf is open in another program`."""
    parts = [f"{report.count(status):,} {words}" for status, words in _COUNTED.items() if report.count(status)]
    if not parts:
        parts = ["Nothing uploaded"]
    if report.failures:
        parts[-1] += f": {_failure(report.failures[0])}"
        if len(report.failures) > 1:
            parts.append(f"and {len(report.failures) - 1:,} more")
    if report.is_cancelled:
        parts.append("then cancelled")
    return ", ".join(parts)


def fetch_text(report: FetchReport) -> str:
    """Return for example `141 of 142 files packed. Missing: “plan.pdf”`."""
    total = report.files + len(report.failures)
    if not report.failures:
        return f"{files_text(report.files)} saved to {visible(report.output.name)}"
    missing = ", ".join(f"“{visible(failure.key)}”" for failure in report.failures[:3])
    more = f" and {len(report.failures) - 3:,} more" if len(report.failures) > 3 else ""
    return f"{report.files:,} of {files_text(total)} packed. Missing: {missing}{more}"


def list_text(report: FetchReport) -> str:
    """Return why the list of contents in a ZIP says that it isn't complete; empty where it is, or there is none.

    For example `The list of contents isn’t complete: 2 files couldn’t be looked at: “a.txt” (You don’t have access)
    and 1 more`.
    """
    if report.is_list_complete:
        return ""
    reasons, unreadable = [], report.unreadable
    if report.failures:
        reasons.append(f"{files_text(len(report.failures))} couldn’t be packed")
    if unreadable:
        first = unreadable[0]
        more = f" and {len(unreadable) - 1:,} more" if len(unreadable) > 1 else ""
        reasons.append(
            f"{files_text(len(unreadable))} couldn’t be looked at: “{visible(first.key)}” ({first.error.title}){more}"
        )
    return f"The list of contents isn’t complete: {'; '.join(reasons)}"


def early_end_text(link: SharedLink) -> str:
    """Return why a link ends earlier than was asked for, behind "because"; empty where it doesn't."""
    return "" if link.cut_by is None else _EARLY_ENDS[link.cut_by]


def retag_text(report: RetagReport) -> str:
    """Return for example `140 files retagged, 2 unchanged, 1 failed: report.pdf (You don’t have access)`."""
    parts = [f"{files_text(report.retagged)} retagged"]
    if report.unchanged:
        parts.append(f"{report.unchanged:,} unchanged")
    if report.failures:
        first = report.failures[0]
        why = f" ({first.error.title})" if first.error else ""
        parts.append(f"{len(report.failures):,} failed: {visible(first.key)}{why}")
        if len(report.failures) > 1:
            parts.append(f"and {len(report.failures) - 1:,} more")
    if report.is_cancelled:
        parts.append("then cancelled")
    return ", ".join(parts)


def files_text(number: int) -> str:
    """Return `1 file` or, for example, `1,240 files`."""
    return "1 file" if number == 1 else f"{number:,} files"


def _failure(file: FileUploaded) -> str:
    name = visible(file.path.name)
    if file.error is None:
        return name
    predicate = _PREDICATES.get(file.error.code)
    return f"{name} {predicate}" if predicate else f"{name} ({file.error.title})"
