"""Downloading a finished ZIP into the file beside its place: what is there already stays, and the whole is checked."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import IntegrityError, MissingError
from app.core.events import Progressed, Stage, WentOn
from app.core.job import Job
from app.core.objects import ObjectHead
from app.core.ports.storage import ObjectReader
from app.services.zip_part.file import PartFile
from app.services.zip_part.notes import Arrived
from app.services.zipping.trust import contents_are_sound, trusted_members
from app.services.zipping.writer import write_in_slices


@dataclass(frozen=True, slots=True)
class Received:
    """A ZIP that has arrived.

    Attributes:
        members: in it.
        moved_bytes: that were told as moved; more than its size where it was downloaded once more.
    """

    members: Sequence[zipfile.ZipInfo]
    moved_bytes: int


def receive(head: ObjectHead, part: PartFile, files: int, target: str, staging: ObjectReader, job: Job) -> Received:
    """Download what is missing of a ZIP, telling `WentOn` and `Progressed`; check the whole, and return what it holds.

    Where it doesn't turn out to be the one that is stored, and part of it was there before, it is downloaded once more
    from its beginning.

    Args:
        head: of the ZIP, with its checksum, where the storage keeps one.
        part: into which it is downloaded.
        files: in it, told in `Progressed`; 0 where that isn't known.
        target: what an error calls it.
        staging: the staging bucket.
        job: cancels it and hears of it.

    Raises:
        MissingError: `archive-gone`, it was deleted meanwhile.
        IntegrityError: `archive-damaged`, `archive-unreadable`, `archive-unsafe`.
        OSError: it can't be written.
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    receiver = _Receiver(head, part, files, staging, job)
    begun = part.arrived if part.arrived.size_bytes <= head.stored.size_bytes else Arrived()
    if begun.size_bytes:
        job.events(WentOn(0, begun.size_bytes))
    try:
        is_whole = receiver.download(begun)
        if not is_whole and begun.size_bytes:
            is_whole = receiver.download(Arrived())
    except MissingError as error:
        raise archive_gone(target) from error
    if not is_whole:
        raise IntegrityError(
            "archive-damaged", "The ZIP was damaged on the way", "Try again; if it stays, tell IT.", target
        )
    return Received(trusted_members(part.stream, target), receiver.moved_bytes)


def archive_gone(target: str) -> MissingError:
    """Return why a ZIP that was finished in the staging bucket can't be downloaded (any further)."""
    return MissingError(
        "archive-gone",
        "This ZIP isn’t there any more",
        "Shared files are deleted after 24 hours. Search for the files, or ask for a new link.",
        target,
    )


class _Receiver:
    def __init__(self, head: ObjectHead, part: PartFile, files: int, staging: ObjectReader, job: Job) -> None:
        self._head = head
        self._part = part
        self._files = files
        self._staging = staging
        self._job = job
        self.moved_bytes = 0

    def download(self, begun: Arrived) -> bool:
        """Write the ZIP behind what was begun, and return whether it is the one that is stored.

        What was moved in vain before counts in `Progressed`, as that never falls.
        """
        stream = self._part.stream
        stream.seek(begun.size_bytes)
        stream.truncate()
        arrived = begun
        before_bytes = self.moved_bytes
        self._tell(before_bytes, arrived)
        for piece in self._staging.read_stream(self._head.stored, self._job.cancel, begun.size_bytes):
            write_in_slices(stream, piece)
            arrived = arrived.and_then(piece)
            self._part.note_arrived(arrived, len(piece))
            self._tell(before_bytes, arrived)
        self.moved_bytes = before_bytes + arrived.size_bytes
        return arrived.size_bytes == self._head.stored.size_bytes and self._is_sound(arrived)

    def _tell(self, before_bytes: int, arrived: Arrived) -> None:
        done, total = before_bytes + arrived.size_bytes, before_bytes + self._head.stored.size_bytes
        self._job.events(Progressed(Stage.DOWNLOADING, 0, self._files, done, total))

    def _is_sound(self, arrived: Arrived) -> bool:
        """Compare with the stored checksum, where there is one; otherwise every member with its own."""
        if self._head.crc32 is None:
            return contents_are_sound(self._part.stream, self._files, self._job)
        return arrived.crc32 == self._head.crc32
