"""The file beside a ZIP in which it comes to be: begun, gone on with after an interruption, put in its place.

Beside `name.zip.part` lies `name.zip.part.json`: a line that says what is being packed, one with the place of the
temporary copies, and one for each member that was compared with the storage's checksum. Of a ZIP that is downloaded as
it is, each line says instead how much has arrived, and its CRC32; where it was made for this download, one before says
which it is. Whoever has it locked is writing. A line is written after the bytes that it is about, and never believed
without reading those again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO, BinaryIO

from app.core.errors import AppError, CancelledError, LocalFileError, local_file_error
from app.core.events import Placing
from app.core.job import Job, is_broken_off
from app.core.tags import visible
from app.core.zipformat import Member
from app.services.zip_part.check import Kept, Wanted, verified, verified_bytes
from app.services.zip_part.notes import Arrived, Note, NotedArchive, append_lines, keep_first_line, notes_of, read_lines
from app.services.zip_part.origin import mark_origin
from app.services.zip_part.output_check import taken
from app.services.zip_part.place import delete_part, is_at, taken_path
from app.services.zipping.check_progress import telling_checked

_NOTE_BYTES = 8 * 1024**2
_NOTE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Left:
    """What an interrupted download has left: as the attributes of `PartFile`."""

    kept: Sequence[Kept]
    arrived: Arrived
    request_id: str | None
    archive: NotedArchive | None


class PartFile:
    """A ZIP on its way.

    Attributes:
        stream: to write the archive to.
        wanted: what is packed.
        kept: members that an interrupted download of the same files has left, in order, each read and sound.
        arrived: how much one has left of a ZIP that is downloaded as it is, read and sound.
        request_id: of the temporary copies that it made, as noted; None where it has made none.
        archive: that was made in the staging bucket to be downloaded, as noted; None where none was.
    """

    def __init__(self, path: Path, stream: BinaryIO, journal: IO[bytes], wanted: Wanted, left: _Left, job: Job) -> None:
        self._path = path
        self.stream = stream
        self.wanted = wanted
        self.kept = tuple(left.kept)
        self.arrived = left.arrived
        self.request_id = left.request_id
        self.archive = left.archive
        self._journal = journal
        self._job = job
        self._is_of_use = bool(left.kept or left.arrived.size_bytes)
        self._waiting: list[object] = []
        self._waiting_bytes = 0
        self._noted_at = monotonic()

    @property
    def size_bytes(self) -> int:
        """What it takes up on the disk so far."""
        return os.fstat(self.stream.fileno()).st_size

    def stays_after(self, error: BaseException) -> bool:
        """Whether it is kept for the next try: something is in it, and the download can go on."""
        return self._is_of_use and is_broken_off(error, self._job.cancel)

    def note_place(self, request_id: str) -> None:
        """Note where the temporary copies are, before the first is made."""
        self.request_id = request_id
        append_lines(self._journal, {"copies": request_id})

    def note_archive(self, archive: NotedArchive) -> None:
        """Note a ZIP that was made to be downloaded; of another one nothing is of use."""
        self.archive = archive
        self.arrived = Arrived()
        append_lines(self._journal, archive.as_line())

    def note(self, member: Member) -> None:
        """Note a member that is as the storage has it."""
        note = Note(member.method, member.crc32, member.size_bytes, member.packed_bytes)
        self._note(note.as_list(), member.packed_bytes)

    def note_arrived(self, arrived: Arrived, piece_bytes: int) -> None:
        """Note how much has arrived of a ZIP that is downloaded as it is, and how much of that since the last note."""
        self._note(arrived.as_line(), piece_bytes)

    def _note(self, line: object, size_bytes: int) -> None:
        self._is_of_use = True
        self._waiting.append(line)
        self._waiting_bytes += size_bytes
        if self._waiting_bytes >= _NOTE_BYTES or monotonic() - self._noted_at >= _NOTE_SECONDS:
            self.write_notes()

    def write_notes(self) -> None:
        """Write down what waits, after the bytes that it is about."""
        self.stream.flush()
        append_lines(self._journal, *self._waiting)
        self._waiting.clear()
        self._waiting_bytes, self._noted_at = 0, monotonic()

    def finish(self, output: Path, force: bool, origin: str) -> None:
        """Put the finished ZIP, which is on the disk then, in its place.

        Args:
            output: where that is.
            force: whether what stands there is replaced.
            origin: bucket that it is marked to come from; empty for no mark.

        Raises:
            InputError: `output-exists`, something has the name by now.
            LocalFileError: `part-gone`, what has the name of the part isn't what was written and read back.
        """
        self.stream.flush()
        os.fsync(self.stream.fileno())
        file = os.fstat(self.stream.fileno())
        if not is_at(self.stream, self._path):
            raise _gone(self._path, output)
        self.stream.close()
        if origin:
            mark_origin(self._path, origin)
        self._job.events(Placing(output, (file.st_dev, file.st_ino)))
        _put_in_place(self._path, output, force)


@contextlib.contextmanager
def part_file(output: Path, wanted: Wanted, job: Job, files: int | None = None) -> Iterator[PartFile]:
    """Yield the file beside `output` in which the ZIP comes to be, telling `Progressed` while what is there is read.

    When the storage can't be reached any more, the sign-in has ended, or it is stopped for later, it stays for the
    next try; after anything else it is deleted.

    Args:
        output: where the ZIP goes.
        wanted: what is packed.
        job: cancels the reading and hears of it.
        files: in the ZIP, told in `Progressed`, where they aren't those that are wanted.

    Raises:
        LocalFileError: it can't be written.
        CancelledError: when cancelled.
    """
    try:
        path, journal = taken_path(output, wanted)
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(delete_part, path, journal)
            with _opened(path) as stream:
                files_total = len(wanted.files) if files is None else files
                try:
                    left = _left(journal, stream, wanted, job, files_total)
                except CancelledError as error:
                    if is_broken_off(error, job.cancel):
                        cleanup.pop_all()
                        journal.close()
                    raise
                part = PartFile(path, stream, journal, wanted, left, job)
                try:
                    yield part
                except (AppError, CancelledError) as error:
                    if not part.stays_after(error):
                        raise
                    part.write_notes()
                    cleanup.pop_all()
                    journal.close()
                    if isinstance(error, CancelledError):
                        raise
                    detail = f"{error.detail} What has arrived is kept, and the next try goes on.".lstrip()
                    raise type(error)(error.code, error.title, detail, error.target) from error
    except OSError as error:
        raise local_file_error(error, visible(str(output))) from error


def _opened(path: Path) -> BinaryIO:
    path.touch()
    return path.open("r+b")


def _left(journal: IO[bytes], stream: BinaryIO, wanted: Wanted, job: Job, files: int) -> _Left:
    """Return what is sound of an interrupted download, and where its copies are; note nothing else any more."""
    notes = notes_of(read_lines(journal)[1:])
    size_bytes = sum(file.size_bytes for _, (_, file) in zip(notes.members, wanted.members(), strict=False))
    size_bytes += notes.arrived[-1].size_bytes if notes.arrived else 0
    checked = telling_checked(0, files, size_bytes, job)
    left = _Left(
        verified(stream, notes.members, wanted, job.cancel, checked),
        verified_bytes(stream, notes.arrived, job.cancel, checked),
        notes.request_id,
        notes.archive,
    )
    _note_again(journal, left, notes.members[: len(left.kept)])
    return left


def _note_again(journal: IO[bytes], left: _Left, members: Sequence[Note]) -> None:
    """Note what is left, and nothing else."""
    keep_first_line(journal)
    lines: list[object] = [] if left.request_id is None else [{"copies": left.request_id}]
    if left.archive is not None:
        lines.append(left.archive.as_line())
    lines.extend(note.as_list() for note in members)
    if left.arrived.size_bytes:
        lines.append(left.arrived.as_line())
    append_lines(journal, *lines)


def _put_in_place(part: Path, output: Path, force: bool) -> None:
    if force:
        part.replace(output)
        return
    try:
        os.link(part, output)  # unlike a rename, this fails when the name was taken meanwhile
    except FileExistsError:
        raise taken(output) from None
    except OSError:  # a file system without links
        try:
            output.touch(exist_ok=False)
        except FileExistsError:
            raise taken(output) from None
        try:
            part.replace(output)
        except OSError:
            output.unlink()  # nothing but the name that was kept free
            raise


def _gone(part: Path, output: Path) -> LocalFileError:
    return LocalFileError(
        "part-gone",
        "The ZIP was taken away while it was written",
        f"Something deleted or replaced “{visible(part.name)}”. Try again.",
        visible(str(output)),
    )
