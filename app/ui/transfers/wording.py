"""What the window says of a transfer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.core.events import Progressed, Stage, UploadStatus
from app.services.uploads.tally import UploadReport
from app.services.wording import early_end_text, fetch_text, upload_text
from app.ui import words
from app.ui.transfers.download import Download
from app.ui.transfers.kinds import AnyTransfer
from app.ui.transfers.sharing import Sharing
from app.ui.transfers.transfer import State, Transfer
from app.ui.transfers.upload import FileLine, FileState, Upload


@dataclass(frozen=True, slots=True)
class Saying:
    """A transfer in two lines.

    Attributes:
        title: what it is doing or how it ended.
        detail: circumstances; may be empty.
        short: the title for the sidebar.
        role: colour of the title's icon: empty, `warn` or `ok`.
    """

    title: str
    detail: str
    short: str
    role: str = ""


def say(transfer: AnyTransfer) -> Saying:
    """Return what is said of a transfer."""
    if transfer.is_cancelling:
        return Saying("Stopping", "What has arrived stays.", "Stopping")
    if transfer.state is State.FAILED and transfer.error is not None:
        return Saying(transfer.error.title, _failure(transfer), transfer.error.title, "warn")
    if isinstance(transfer, Upload):
        return _say_upload(transfer)
    return _say_sharing(transfer) if isinstance(transfer, Sharing) else _say_download(transfer)


def file_status(line: FileLine) -> tuple[str, str]:
    """Return the words for a file and their role: empty, `text2`, `error` or `ok`."""
    if line.error is not None:
        return line.error.title, "error"
    if line.state is FileState.RUNNING:
        return _while_running(line)
    if line.state is FileState.WAITING or line.status is None:
        return "Waiting", "text2"
    if line.is_too_late and line.status in _STORED:
        return "Too late, uploaded", "ok"
    return _ENDS.get(line.status, "Uploaded"), "ok" if line.status in _STORED else "text2"


def why_not_left_out(line: FileLine) -> str:
    """Return why a file that is under way can't be left out; empty where it can."""
    return "It is sent in one piece, so it can’t be left out any more." if line.is_sent_whole else ""


def _while_running(line: FileLine) -> tuple[str, str]:
    if line.is_stopping:
        return "Stopping", "text2"
    if line.is_too_late:
        return "Too late, uploading", ""
    if line.is_paused:
        return "Paused", "text2"
    return ("Changed, starts again" if line.is_begun_again else "Uploading"), ""


_STORED = {UploadStatus.UPLOADED, UploadStatus.KEPT_BOTH, UploadStatus.REPLACED}
_ENDS = {
    UploadStatus.UPLOADED: "Uploaded",
    UploadStatus.KEPT_BOTH: "Uploaded as a copy",
    UploadStatus.REPLACED: "Replaced",
    UploadStatus.SKIPPED: "Skipped",
    UploadStatus.ALREADY_THERE: "Already there",
}


def _say_upload(upload: Upload) -> Saying:
    amount = f"{words.files(upload.files_total)}, {words.size(upload.size_bytes)}"
    if upload.state is State.WAITING:
        word = _doing(upload, "Waiting")
        return Saying(word, amount, word)
    if upload.state is State.RUNNING:
        done, total = upload.files_done, upload.files_total
        short = f"{'Paused at' if upload.is_paused else 'Uploading'} {done:,} of {total:,}"
        return Saying(f"{short} {'file' if total == 1 else 'files'}", _how_far(upload), short)
    report = upload.report
    if report is None:
        return Saying("Upload cancelled", "Nothing was uploaded.", "Upload cancelled")
    short = _result(report, f"{sum(report.count(status) for status in _STORED):,}")
    if upload.state is State.CANCELLED:
        return Saying("Upload cancelled", f"{upload_text(report)}. What was uploaded stays.", "Upload cancelled")
    took = f"{words.size(report.size_bytes)} in {words.duration(upload.seconds)}" if report.size_bytes else ""
    detail = ". ".join(filter(None, (took, _account(report))))
    title = _result(report, words.files(sum(report.count(status) for status in _STORED)))
    return Saying(title, detail, short, "warn" if upload.has_failures else "ok")


def _result(report: UploadReport, stored: str) -> str:
    """Return "37 files uploaded, 1 failed"."""
    failed = report.count(UploadStatus.FAILED)
    return f"{stored} uploaded" + (f", {failed:,} failed" if failed else "")


def _account(report: UploadReport) -> str:
    """Return what became of each file; empty where the title says it already."""
    told = {UploadStatus.UPLOADED, UploadStatus.FAILED}
    return upload_text(report) if any(report.count(status) for status in UploadStatus if status not in told) else ""


def _say_download(download: Download) -> Saying:
    name = words.name(download.name)
    amount = f"{words.files(download.files_total)}, {words.size(download.size_bytes)}"
    if download.state is State.WAITING:
        word = _doing(download, "Waiting")
        return Saying(word, f"{name}, {amount}" if download.files_total else name, word)
    if download.state is State.RUNNING:
        return _say_packing(download)
    if download.report is None:
        return Saying("Download cancelled", "Nothing was saved.", "Download cancelled")
    saved_as = words.name(download.report.output.name)
    if download.failures:
        detail = saved_as if download.report.is_list_complete else f"{saved_as}. The list of contents isn’t complete."
        return Saying(fetch_text(download.report), detail, "Some files are missing", "warn")
    if not download.files_total:  # a ZIP that somebody else has made
        amount = f"{words.files(download.report.files)}, {words.size(download.report.size_bytes)}"
    saved = f"Saved to {words.name(download.report.output.parent.name or str(download.report.output.parent))}"
    if unreadable := download.report.unreadable:
        title = f"{saved}, the list of contents isn’t complete"
        unlisted = f"{words.files(len(unreadable))} couldn’t be looked at."
        return Saying(title, f"{unlisted} {saved_as}, {amount}", "The list isn’t complete", "warn")
    return Saying(saved, f"{saved_as}, {amount}", saved, "ok")


def _say_packing(download: Download) -> Saying:
    progress = download.progress
    if progress is not None and progress.stage is Stage.DOWNLOADING:
        return _moving(download, _doing(download, "Downloading"), progress)
    if progress is not None and progress.stage is Stage.CHECKING:
        return _moving(download, _doing(download, "Checking"), progress)
    if not download.files_total:
        short = _doing(download, "Preparing")
        return Saying(short, words.name(download.name), short)
    if progress is None or progress.stage is Stage.PREPARING:
        title = f"{'Paused,' if download.is_paused else 'Preparing'} {words.files(download.files_total)}"
        return Saying(title, words.name(download.name), title)
    return _moving(download, _doing(download, "Packing"), progress)


def _moving(download: Download, short: str, progress: Progressed) -> Saying:
    title = f"{short}, {words.size_of(progress.size_bytes, progress.size_bytes_total)}"
    return Saying(title, ", ".join((words.name(download.name), *_speed_and_left(download))), short)


def _say_sharing(sharing: Sharing) -> Saying:
    name = words.name(sharing.name)
    if sharing.state is State.WAITING:
        word = _doing(sharing, "Waiting")
        return Saying(word, name, word)
    if sharing.state is State.RUNNING:
        progress = sharing.progress
        done = f", {words.size_of(progress.size_bytes, progress.size_bytes_total)}" if progress else ""
        short = _doing(sharing, "Preparing the link")
        detail = ", ".join((name, *_speed_and_left(sharing)))
        if sharing.packed_here:
            detail += f". It is packed on this computer: {sharing.packed_here}"
        return Saying(f"{short}{done}", detail, short)
    if sharing.link is None:
        return Saying("No link was made", "Nothing was shared.", "No link was made")
    who = "Anyone who has this link can open it" if sharing.is_public else f"Colleagues can open {name}"
    detail = f"{who} until {sharing.ends}."
    why = early_end_text(sharing.link)
    if why:
        detail += f" It ends then already, because {why}."
    if sharing.failures:
        packed = sharing.files_total - len(sharing.failures)
        missing = f"{packed:,} of {words.files(sharing.files_total)} are in it. {detail}"
        return Saying("Link copied, some files are missing", missing, "Some files are missing", "warn")
    if why:
        return Saying("Link copied, it ends early", detail, "Link copied, it ends early", "warn")
    return Saying("Link copied", detail, "Link copied", "ok")


def _how_far(upload: Upload) -> str:
    progress: Progressed | None = upload.progress
    if progress is None:
        return ""
    done = words.size_of(progress.size_bytes, progress.size_bytes_total)
    return ", ".join((done, *_speed_and_left(upload)))


def _doing(transfer: Transfer[Any], word: str) -> str:
    return "Paused" if transfer.is_paused else word


def _speed_and_left(transfer: Transfer[Any]) -> tuple[str, ...]:
    """Return for example "5.2 MB/s" and "about 2 minutes left"; nothing while it can't be told, or is paused."""
    if transfer.is_paused:
        return ()
    speed, seconds = transfer.bytes_per_second, transfer.seconds_left
    said = words.speed(speed) if speed else "", "" if seconds is None else words.about_left(seconds)
    return tuple(filter(None, said))


def _failure(transfer: Transfer[Any]) -> str:
    error = transfer.error
    if error is None:
        return ""
    done = ""
    if isinstance(transfer, Upload) and transfer.files_done > transfer.failures:
        done = f"{words.files(transfer.files_done - transfer.failures)} uploaded before. "
    return f"{done}{error.detail}"


def unfinished(transfers: Iterable[AnyTransfer], *, goes_on: bool = False) -> str | None:
    """Return what would be lost if everything was stopped now; None where nothing would.

    Args:
        transfers: those that have not ended.
        goes_on: they go on at the next start.
    """
    texts = [_unfinished(transfer, goes_on) for transfer in transfers]
    return " ".join(texts) if texts else None


def _unfinished(transfer: AnyTransfer, goes_on: bool) -> str:
    if isinstance(transfer, Upload):
        done, total = transfer.files_done - transfer.failures, transfer.files_total
        rest = (
            "The rest can go on at the next start." if goes_on else "What is uploaded stays, the rest is not uploaded."
        )
        return f"{done:,} of {words.files(total)} uploaded so far. {rest}"
    rest = ". It can go on at the next start." if goes_on else " and is not kept."
    return f"{words.quoted(transfer.name)} is not finished{rest}"
