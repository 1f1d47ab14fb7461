"""What outlives the program: changes of tags to be undone, uploads to be gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from app.core.conflicts import Choice
from app.core.deletions import CopiesDeletion
from app.core.downloads import Download
from app.core.events import UploadStatus
from app.core.open_transfers import OpenTransfer, TransferKind
from app.core.sharing import ShareRequest
from app.core.tag_edits import RetagRequest, RetagRun, TagsChange
from app.core.uploads import UploadRequest

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)


class RetagJournal(Protocol):
    """Keeps what each change of tags made of which files of one bucket, so that it can be undone after a crash too.

    Every call raises `LocalFileError` where the file can't be read or written.
    """

    def begin(self, request: RetagRequest) -> RetagRecord:
        """Note a change of tags before the first is written; it is on the disk when this returns."""

    def begin_undo(self, run_id: int) -> RetagRecord:
        """Note that a run is undone; what it hadn't come to isn't done any more.

        Raises:
            NothingFoundError: `no-such-transfer`.
            InputError: `transfer-in-use`, another process is at it.
        """

    def take_up(self, run_id: int) -> tuple[RetagRequest, RetagRecord]:
        """Return a run with the files that are left, and its record, to go on with it or to discard the rest.

        Raises:
            NothingFoundError: `no-such-transfer`.
            InputError: `transfer-in-use`, another process is at it.
        """

    def open_transfers(self) -> tuple[OpenTransfer, ...]:
        """Return the runs, and the undoing of runs, that were interrupted; those under way in any process aren't."""

    def runs(self) -> tuple[RetagRun, ...]:
        """Return the runs of which something can be undone, the last one first."""

    def changes(self, run_id: int) -> tuple[TagsChange, ...]:
        """Return what a run made of its files, or was about to make when it was killed, by key."""


class RetagRecord(Protocol):
    """One change of tags that is under way, or its undoing, in the journal; nobody else can go on with it meanwhile.

    Every call but the last two raises `LocalFileError` where the file can't be written.

    Attributes:
        run_id: names it.
    """

    run_id: int

    def planned(self, changes: Iterable[TagsChange]) -> None:
        """Note what is going to be written, in place of what was noted for these files before.

        It is on the disk when this returns.
        """

    def settled(self, keys: Sequence[str], unchanged: Iterable[str]) -> None:
        """Note that nothing is left to be done for some files.

        Args:
            keys: of the files.
            unchanged: files that weren't changed after all, or of which nothing is left to be undone.
        """

    def finish(self) -> None:
        """Note that nothing is left to be done; what was changed can still be undone."""

    def leave(self) -> None:
        """Leave what is left open, for somebody to go on with."""


class UploadRecord(Protocol):
    """One upload that is under way, in the journal.

    Nobody else can go on with it meanwhile, in no process. Files are named by their place in the request. What is
    noted is on the disk half a second later at most, if `flush_due` is called as often; a journal that can't be
    written any more is logged and doesn't stop the upload, and what is to be noted is kept until it can.

    Attributes:
        run_id: names it.
    """

    run_id: int

    def settled(self, place: int, status: UploadStatus) -> None:
        """Note that nothing more is to be done for a file."""

    def renamed(self, place: int, copy_number: int, replaces_etag: str | None) -> None:
        """Note under which name, or in place of what, a file is going to be sent."""

    def begun(self, place: int, upload_id: str | None) -> None:
        """Note the multipart upload of a file; None: there is none any more. It is on the disk when this returns."""

    def decided(self, choice: Choice) -> None:
        """Note what was decided for all files whose name is in use."""

    def flush(self) -> None:
        """Write what was noted."""

    def flush_due(self) -> None:
        """Write what was noted where that is more than half a second ago."""

    def finish(self) -> None:
        """Forget the upload: all that could be done was done."""

    def leave(self) -> None:
        """Leave the upload open, for somebody to go on with."""


class TransferJournal(Protocol):
    """Keeps uploads to one bucket until they have come to an end, whatever happens to the program.

    Every call raises `LocalFileError` where the file can't be read or written.
    """

    def begin(self, request: UploadRequest, copy_numbers: Sequence[int]) -> UploadRecord:
        """Note an upload before its first byte is sent; it is on the disk when this returns.

        Args:
            request: the upload.
            copy_numbers: of the name that each file goes to.
        """

    def open_transfers(self) -> tuple[OpenTransfer, ...]:
        """Return the uploads that were interrupted, the first one first; those under way in any process aren't."""

    def needed_uploads(self) -> frozenset[str]:
        """Return the ids of the multipart uploads that an upload goes on with: one under way, or interrupted."""

    def read(self, run_id: int) -> UploadRequest:
        """Return an upload that was interrupted.

        Raises:
            NothingFoundError: `no-such-transfer`.
        """

    def take_up(self, run_id: int) -> tuple[UploadRequest, UploadRecord]:
        """Return an upload as it is by now and its record, to go on with it or to discard it.

        Raises:
            NothingFoundError: `no-such-transfer`.
            InputError: `transfer-in-use`, another process is at it.
        """


class RunRecord(Protocol[R_contra]):
    """One run that is under way, in the journal; nobody else can go on with it meanwhile, in no process.

    Once it has begun, a journal that can't be written any more is logged and stops nothing.

    Attributes:
        run_id: names it.
    """

    run_id: int

    def progressed(self, files: int, size_bytes: int) -> None:
        """Note how much is done, to be told where it is offered; on the disk some time."""

    def became(self, request: R_contra) -> None:
        """Note what is left to be done, in place of what was asked for."""

    def placing(self, output: Path, file_id: tuple[int, int]) -> None:
        """Note which file goes to `output` now: where it stands there, only the end of the run wasn't noted."""

    def finish(self) -> None:
        """Forget the run: all that could be done was done."""

    def leave(self) -> None:
        """Leave the run open, for somebody to go on with."""


class RequestJournal(Protocol[R]):
    """Keeps requests that concern one bucket until they were carried out, whatever happens to the program.

    Every call raises `LocalFileError` where the file can't be read or written.
    """

    def begin(self, request: R) -> RunRecord[R]:
        """Note a request before anything is done for it; it is on the disk when this returns.

        An interrupted download to the same ZIP is forgotten: this one takes its place.
        """

    def begin_numbered(self, requests: Iterable[R], is_same: Callable[[R, R], bool]) -> tuple[R, RunRecord[R]]:
        """Note the first of several requests whose name no open one has, and return it and its record.

        The name of an interrupted one doesn't count where it is the same: this one takes its place.

        Args:
            requests: the same with other names (a download has that of its output), without end.
            is_same: tells whether two of them do the same, apart from the name.
        """

    def open_transfers(self) -> tuple[OpenTransfer, ...]:
        """Return the requests that were interrupted, the first one first; those under way in any process aren't."""

    def read(self, run_id: int) -> R:
        """Return a request that was interrupted.

        Raises:
            NothingFoundError: `no-such-transfer`.
        """

    def take_up(self, run_id: int) -> tuple[R, RunRecord[R]]:
        """Return a request and its record, to go on with it or to discard it.

        Raises:
            NothingFoundError: `no-such-transfer`.
            InputError: `transfer-in-use`, another process is at it.
        """


class Journal(Protocol):
    """What is kept of the work on one bucket."""

    @property
    def uploads(self) -> TransferJournal:
        """Uploads that have not come to their end."""

    @property
    def downloads(self) -> RequestJournal[Download]:
        """Downloads that have not."""

    @property
    def shares(self) -> RequestJournal[ShareRequest]:
        """Links that aren't made yet."""

    @property
    def deletions(self) -> RequestJournal[CopiesDeletion]:
        """Deletions that aren't done yet."""

    @property
    def retags(self) -> RetagJournal:
        """Changes of tags, to be undone, or gone on with."""

    def open_transfers(self) -> tuple[OpenTransfer, ...]:
        """Return everything that was interrupted, the first one first; what is under way in any process isn't.

        Raises:
            LocalFileError: the journal can't be read.
        """

    def kind_of(self, run_id: int) -> TransferKind:
        """Return what a transfer that has not come to its end does.

        Raises:
            NothingFoundError: `no-such-transfer`.
            LocalFileError: the journal can't be read.
        """
