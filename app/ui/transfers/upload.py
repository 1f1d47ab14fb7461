"""An upload, followed file by file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from itertools import compress
from pathlib import Path

from PySide6.QtCore import QObject

from app.core.errors import AppError
from app.core.events import Event, FileBegunAgain, FileSent, FileStarted, FileUploaded, Recorded, UploadStatus
from app.core.file_wishes import FileWishes
from app.core.job import Job
from app.core.uploads import UploadRequest
from app.services.upload_waiting import WaitingUpload
from app.services.uploads.items import SMALL_BYTES
from app.services.uploads.tally import UploadReport
from app.ui.transfers.transfer import State, Transfer


class FileState(IntEnum):
    """Where a file is; the values are the order in which the drawer lists them."""

    RUNNING = 0
    FAILED = 1
    WAITING = 2
    DONE = 3


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of an upload as the drawer shows it.

    Attributes:
        path: on this computer.
        size_bytes: of the file; None where it isn't known.
        state: where it is.
        status: what became of it, once that is known.
        error: why it failed.
        sent_bytes: how much of a large file has arrived; None where that isn't told.
        is_paused: whether it is held up with its upload.
        is_stopping: whether it was left out and what is under way of it is being taken back.
        is_begun_again: whether it changed while it was read.
        is_too_late: whether it was left out when its only request was under way already, which can't be taken back.
        is_sent_whole: whether that request is under way now.
        can_leave_out: whether it can be taken out of its upload.
        can_retry: whether it can be tried again alone.
    """

    path: Path
    size_bytes: int | None
    state: FileState
    status: UploadStatus | None = None
    error: AppError | None = None
    sent_bytes: int | None = None
    is_paused: bool = False
    is_stopping: bool = False
    is_begun_again: bool = False
    is_too_late: bool = False
    is_sent_whole: bool = False
    can_leave_out: bool = False
    can_retry: bool = False

    @property
    def fraction(self) -> float | None:
        """How much of it has arrived, 0 to 1; None where that isn't told."""
        return self.sent_bytes / self.size_bytes if self.sent_bytes is not None and self.size_bytes else None


class Upload(Transfer[UploadReport]):
    """An upload on its way.

    Attributes:
        request: what is uploaded.
        report: how it ended; None before, and where it failed as a whole.
        run_id: under which the journal keeps it; None where it doesn't.
        wishes: what is wanted of single files, for the use case to ask.
    """

    def __init__(
        self,
        request: UploadRequest,
        work: Callable[[Job], UploadReport],
        wishes: FileWishes | None = None,
        waiting: WaitingUpload | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(work, waiting, parent)
        self.request = request
        self.wishes = wishes or FileWishes()
        self.report: UploadReport | None = None
        self.run_id = request.run_id
        refused = [left for left in request.left_out if left.status is UploadStatus.FAILED]
        self._paths = [file.source.path for file in request.files] + [left.path for left in refused]
        self._sizes = [file.source.size_bytes for file in request.files] + [left.size_bytes for left in refused]
        self._states = bytearray([FileState.WAITING] * len(request.files) + [FileState.FAILED] * len(refused))
        self._ends: dict[int, FileUploaded] = {
            len(request.files) + number: FileUploaded(left.path, None, left.status, left.size_bytes, left.error)
            for number, left in enumerate(refused)
        }
        for number, before in request.before.items():
            if before.status is not None:
                self._states[number] = FileState.DONE
                self._ends[number] = FileUploaded(self._paths[number], None, before.status, self._sizes[number])
        self._sent: dict[int, int] = {}
        self._stopping: set[int] = set()
        self._begun_again: set[int] = set()
        self._left_out: set[int] = set()
        self._number_of = {path: number for number, path in enumerate(self._paths)}

    @property
    def files_total(self) -> int:
        """Number of files, those that could not be read included."""
        return len(self._paths)

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(self._sizes)

    @property
    def files_done(self) -> int:
        """Files of which nothing more is to be expected."""
        return self._states.count(FileState.DONE) + self._states.count(FileState.FAILED)

    @property
    def failures(self) -> int:
        """Files that failed."""
        return self._states.count(FileState.FAILED)

    @property
    def has_failures(self) -> bool:
        """Whether it, or one of its files, failed."""
        return self.state is State.FAILED or self.failures > 0

    @property
    def can_retry(self) -> bool:
        """Whether there is something to be tried again."""
        return self.has_failures and self.retry_request() is not None

    @property
    def open_run(self) -> int | None:
        """The journal's number of an upload that was broken off, so that trying again goes on with it; else None."""
        is_open = self.state is State.FAILED or (self.report is not None and self.report.is_open)
        return self.run_id if is_open else None

    @property
    def has_something(self) -> bool:
        """Whether a file of it is stored now."""
        return self.files_done > self.failures

    @property
    def values(self) -> tuple[str, ...]:
        """The tag values of the drop."""
        return self.request.files[0].values if self.request.files else ()

    def listed(self) -> list[int]:
        """Return the numbers of its files in the order of the drawer: running, failed, waiting, done."""
        numbers = range(len(self._states))
        return [number for state in FileState for number in compress(numbers, self._states.translate(_IS[state]))]

    def failed(self) -> list[int]:
        """Return the numbers of the files that failed, or were not reached before the whole failed."""
        wanted = [FileState.FAILED, FileState.WAITING] if self.state is State.FAILED else [FileState.FAILED]
        numbers = range(len(self._states))
        return [number for state in wanted for number in compress(numbers, self._states.translate(_IS[state]))]

    def line(self, number: int) -> FileLine:
        """Return one file."""
        end, state = self._ends.get(number), FileState(self._states[number])
        error = end.error if end and state is FileState.FAILED else None
        if state is FileState.WAITING and self.state is State.FAILED:
            state, error = FileState.FAILED, self.error
        status = end.status if end else None
        sent_bytes = self._sent.get(number) if state is FileState.RUNNING else None
        return FileLine(
            self._paths[number],
            self._sizes[number],
            state,
            status,
            error,
            sent_bytes,
            is_paused=self.is_paused,
            is_stopping=number in self._stopping,
            is_begun_again=number in self._begun_again,
            is_too_late=number in self._left_out and status is not UploadStatus.SKIPPED,
            is_sent_whole=state is FileState.RUNNING and self._sizes[number] <= SMALL_BYTES,
            can_leave_out=self.can_leave_out(number),
            can_retry=self.can_retry_file(number),
        )

    def can_leave_out(self, number: int) -> bool:
        """Whether a file can be taken out of it; what a single request is under way for arrives."""
        if not self._is_open_to_wishes(number):
            return False
        state = self._states[number]
        if state == FileState.RUNNING:
            return self._sizes[number] > SMALL_BYTES and number not in self._stopping
        return state == FileState.FAILED or (state == FileState.WAITING and not self.has_ended)

    def can_retry_file(self, number: int) -> bool:
        """Whether a file failed and can be tried again alone."""
        return self._is_open_to_wishes(number) and self._states[number] == FileState.FAILED

    def leave_out(self, number: int) -> None:
        """Take a file out of it: it isn't uploaded, and of a large one no part stays."""
        if not self.can_leave_out(number):
            return
        if self.has_ended:
            self._settle_failure(number, UploadStatus.SKIPPED)
        else:
            self.wishes.leave_out(number)
            self._left_out.add(number)
            if self._states[number] == FileState.RUNNING:
                self._stopping.add(number)
            else:
                self._note_end(number, UploadStatus.SKIPPED)
        self.changed.emit()

    def retry_file(self, number: int) -> UploadRequest | None:
        """Let a file that failed be tried again; return the request for that where the upload has ended."""
        if not self.can_retry_file(number):
            return None
        request = None
        if self.has_ended:
            self._settle_failure(number, None)
            request = self.request.anew((self.request.files[number],))
        else:
            self.wishes.try_again(number)
            self._left_out.discard(number)
            self._states[number] = FileState.WAITING
        self.changed.emit()
        return request

    def retry_request(self) -> UploadRequest | None:
        """Return what is left to be tried again; None where nothing is."""
        left = tuple(file for number, file in enumerate(self.request.files) if self._states[number] != FileState.DONE)
        return self.request.anew(left) if left else None

    def take_event(self, event: Event) -> None:
        """Note that a file has begun, come further or to its end."""
        if isinstance(event, Recorded):
            self.run_id = event.run_id
        elif isinstance(event, FileStarted):
            number = self._set(event.path, FileState.RUNNING)
            if number is not None:
                self._begun_again.discard(number)
                if number in self._left_out:
                    self._begin_left_out(number)
        elif isinstance(event, FileBegunAgain):
            number = self._number_of.get(event.path)
            if number is not None:
                self._begun_again.add(number)
        elif isinstance(event, FileSent):
            number = self._number_of.get(event.path)
            if number is not None:
                self._sent[number] = event.size_bytes
        elif isinstance(event, FileUploaded):
            has_failed = event.status is UploadStatus.FAILED
            number = self._set(event.path, FileState.FAILED if has_failed else FileState.DONE)
            if number is not None:
                self._ends[number] = event
                self._sent.pop(number, None)
                self._stopping.discard(number)

    def take_result(self, result: UploadReport) -> State:
        """Keep the report."""
        self.report = result
        return State.CANCELLED if result.is_cancelled else State.DONE

    def close(self) -> None:
        """Let no file look as if it were still under way."""
        for number in compress(range(len(self._states)), self._states.translate(_IS[FileState.RUNNING])):
            self._states[number] = FileState.WAITING
        for number, end in self._ends.items():
            if end.status is UploadStatus.FAILED:  # also where it was to be tried again, too late
                self._states[number] = FileState.FAILED

    def _is_open_to_wishes(self, number: int) -> bool:
        """Tell whether anything can be wanted of a single file: not of what goes on, or ended, as a whole."""
        if number >= len(self.request.files):
            return False
        if self.has_ended:
            return self.state is not State.FAILED and self.open_run is None
        return self.state is State.RUNNING and not self.is_cancelling

    def _begin_left_out(self, number: int) -> None:
        """Take back that it was skipped: it was under way; one that is sent in parts is being stopped."""
        self._ends.pop(number, None)
        if self._sizes[number] > SMALL_BYTES:
            self._stopping.add(number)

    def _note_end(self, number: int, status: UploadStatus) -> None:
        self._states[number] = FileState.DONE
        self._ends[number] = FileUploaded(self._paths[number], None, status, self._sizes[number])

    def _settle_failure(self, number: int, status: UploadStatus | None) -> None:
        """Take a failure out of what is told of an upload that has ended; None: somebody else goes on with it."""
        if status is None:
            self._states[number] = FileState.DONE
            del self._ends[number]
        else:
            self._note_end(number, status)
        if self.report is not None:
            self.report = self.report.without_failure(self._paths[number], status)

    def _set(self, path: Path, state: FileState) -> int | None:
        number = self._number_of.get(path)
        if number is not None:
            self._states[number] = state
        return number


_IS = {state: bytes(value == state for value in range(256)) for state in FileState}
