"""The file beside a ZIP in which it comes to be: begun, gone on with after an interruption, put in its place.

Beside `name.zip.part` lies `name.zip.part.json`: a line that says what is being packed, one with the place of the
temporary copies, and one for each member that was compared with the storage's checksum. Whoever has it locked is
writing. A line is written after the member's bytes, and never believed without reading those again.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import IO, BinaryIO

from app.core.errors import AppError, OutageError, SignInError, local_file_error
from app.core.file_lock import lock
from app.core.job import CancelToken
from app.core.tags import visible
from app.core.zipformat import Member
from app.services.origin import mark_origin
from app.services.output_check import taken
from app.services.part_check import Kept, Note, Wanted, verified

_NOTE_BYTES = 8 * 1024**2
_NOTE_SECONDS = 1.0


class PartFile:
    """A ZIP on its way.

    Attributes:
        stream: to write the archive to.
        wanted: what is packed.
        kept: members that an interrupted download of the same files has left, in order, each read and sound.
        request_id: of the temporary copies that it made, as noted; None where it has made none.
    """

    def __init__(
        self,
        path: Path,
        stream: BinaryIO,
        journal: IO[bytes],
        wanted: Wanted,
        kept: Sequence[Kept],
        request_id: str | None,
    ) -> None:
        self._path = path
        self.stream = stream
        self.wanted = wanted
        self.kept = tuple(kept)
        self.request_id = request_id
        self._journal = journal
        self._members = len(kept)
        self._waiting: list[Note] = []
        self._waiting_bytes = 0
        self._noted_at = monotonic()

    @property
    def size_bytes(self) -> int:
        """What it takes up on the disk so far."""
        return os.fstat(self.stream.fileno()).st_size

    def stays_after(self, error: BaseException) -> bool:
        """Whether it is kept for the next try: something is in it, and the storage or the sign-in was what failed."""
        return self._members > 0 and isinstance(error, OutageError | SignInError)

    def note_place(self, request_id: str) -> None:
        """Note where the temporary copies are, before the first is made."""
        self.request_id = request_id
        _append(self._journal, {"copies": request_id})

    def note(self, member: Member) -> None:
        """Note a member that is as the storage has it."""
        self._members += 1
        self._waiting.append(Note(member.method, member.crc32, member.size_bytes, member.packed_bytes))
        self._waiting_bytes += member.packed_bytes
        if self._waiting_bytes >= _NOTE_BYTES or monotonic() - self._noted_at >= _NOTE_SECONDS:
            self.write_notes()

    def write_notes(self) -> None:
        """Write down what waits, after the bytes that it is about."""
        self.stream.flush()
        _append(self._journal, *(note.as_list() for note in self._waiting))
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
        """
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.stream.close()
        if origin:
            mark_origin(self._path, origin)
        _put_in_place(self._path, output, force)


@contextlib.contextmanager
def part_file(output: Path, wanted: Wanted, cancel: CancelToken) -> Iterator[PartFile]:
    """Yield the file beside `output` in which the ZIP comes to be.

    When the storage can't be reached any more, or the sign-in has ended, it stays for the next try; after anything
    else it is deleted.

    Raises:
        LocalFileError: it can't be written.
    """
    try:
        path, journal = _taken_path(output, wanted)
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(_delete, path, journal)
            with _opened(path) as stream:
                part = PartFile(path, stream, journal, wanted, *_left(journal, stream, wanted, cancel))
                try:
                    yield part
                except AppError as error:
                    if not part.stays_after(error):
                        raise
                    part.write_notes()
                    cleanup.pop_all()
                    journal.close()
                    detail = f"{error.detail} What has arrived is kept, and the next try goes on.".lstrip()
                    raise type(error)(error.code, error.title, detail, error.target) from error
    except OSError as error:
        raise local_file_error(error, visible(str(output))) from error


def can_go_on(output: Path, wanted: Wanted) -> bool:
    """Tell whether an interrupted download of the same files would go on beside `output`."""
    path = part_path(output)
    try:
        with journal_path(path).open("r+b") as journal:
            return lock(journal) and _lines(journal)[:1] == [wanted.header()]
    except OSError:
        return False


def part_path(output: Path, number: int = 1) -> Path:
    """Return where the ZIP comes to be; numbered where others write beside the same name."""
    return output.with_name(f"{output.name}.part" if number == 1 else f"{output.name}.{number}.part")


def journal_path(part: Path) -> Path:
    """Return where the members of a part are noted."""
    return part.with_name(f"{part.name}.json")


def _taken_path(output: Path, wanted: Wanted) -> tuple[Path, IO[bytes]]:
    """Return the first part that is free or ours, and its journal, locked."""
    for number in itertools.count(1):
        path = part_path(output, number)
        journal = _taken_journal(path, wanted)
        if journal is not None:
            return path, journal
    raise AssertionError("there is no end of numbers")


def _taken_journal(path: Path, wanted: Wanted) -> IO[bytes] | None:
    """Return the locked journal of a part that nobody has or that was left by the same search; None otherwise.

    Where other files were found since, or they changed, nothing that was left is of use, and it begins again.
    """
    if path.exists() and not journal_path(path).exists():
        return None
    journal = journal_path(path).open("a+b")
    try:
        if not lock(journal) or not _is_at(journal, journal_path(path)):
            journal.close()
            return None
        header = next(iter(_lines(journal)), None)
        if header == wanted.header():
            return journal
        is_left_alone = path.exists() if header is None else not wanted.replaces(header)
        if is_left_alone:
            journal.close()
            return None
        path.unlink(missing_ok=True)
        journal.truncate(0)
        _append(journal, wanted.header())
    except BaseException:
        journal.close()
        raise
    return journal


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Tell whether an open file is still the one at `path`; who had it may have deleted it in between."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _opened(path: Path) -> BinaryIO:
    path.touch()
    return path.open("r+b")


def _left(
    journal: IO[bytes], stream: BinaryIO, wanted: Wanted, cancel: CancelToken
) -> tuple[Sequence[Kept], str | None]:
    """Return the sound members of an interrupted download, and where its copies are; note nothing else any more."""
    notes: list[Note] = []
    request_id: str | None = None
    for line in _lines(journal)[1:]:
        note = Note.of_line(line)
        if note is not None:
            notes.append(note)
        elif isinstance(line, dict):
            request_id = str(line.get("copies"))
    kept = verified(stream, notes, wanted, cancel)
    journal.truncate(0)
    copies = [] if request_id is None else [{"copies": request_id}]
    _append(journal, wanted.header(), *copies, *(note.as_list() for note in notes[: len(kept)]))
    return kept, request_id


def _lines(journal: IO[bytes]) -> list[object]:
    """Return what was noted, up to a line that a crash has cut."""
    journal.seek(0)
    lines: list[object] = []
    for line in journal:
        try:
            lines.append(json.loads(line))
        except ValueError:
            break
    return lines


def _append(journal: IO[bytes], *lines: object) -> None:
    journal.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    journal.flush()


def _delete(path: Path, journal: IO[bytes]) -> None:
    """Delete what is left of a part, as long as it is locked where the system allows that."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    if sys.platform == "win32":
        journal.close()
    with contextlib.suppress(OSError):
        Path(journal.name).unlink(missing_ok=True)
    journal.close()


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
        part.replace(output)
