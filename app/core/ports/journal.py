"""What outlives the program: changes of tags to be undone, uploads to be gone on with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from app.core.conflicts import Choice
from app.core.events import UploadStatus
from app.core.tag_edits import RetagRun, TagEdit, TagsChange
from app.core.uploads import OpenTransfer, UploadRequest


class RetagJournal(Protocol):
    """Keeps what each change of tags made of which files of one bucket, so that it can be undone after a crash too.

    Every call raises `LocalFileError` where the file can't be read or written.
    """

    def begin(self, edits: Sequence[TagEdit], tag_keys: Sequence[str]) -> int:
        """Note that a run begins and return its id.

        Args:
            edits: what it does to each file.
            tag_keys: the tag keys that hold values.
        """

    def planned(self, run_id: int, changes: Iterable[TagsChange]) -> None:
        """Note what is going to be written, in place of what was noted for these files before.

        It is on the disk when this returns.
        """

    def forget(self, run_id: int, keys: Iterable[str]) -> None:
        """Forget files of a run: they weren't changed after all, or there is nothing to undo any more."""

    def runs(self) -> tuple[RetagRun, ...]:
        """Return the runs of which something can be undone, the last one first."""

    def changes(self, run_id: int) -> tuple[TagsChange, ...]:
        """Return what a run made of its files, or was about to make when it was killed, by key."""


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
