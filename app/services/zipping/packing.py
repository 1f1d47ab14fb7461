"""From temporary copies to the members of a ZIP: read in parallel, checked, compressed, written in order."""

from __future__ import annotations

import hashlib
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from app.core.errors import AppError, IntegrityError, MissingError, OutageError, SignInError
from app.core.events import Events, FilePacked, Progressed, Stage
from app.core.job import CancelToken, Job
from app.core.objects import Content, SizedKey
from app.core.ports.storage import ObjectReader
from app.core.zipformat import Member
from app.core.zipnames import MemberNames
from app.services.zipping.writer import Packed, ZipWriter, pack

_SMALL_BYTES = 8 * 1024**2
_PACKERS = 2
_PACKED_AHEAD = 16
_ANSWERED = {"storage-failed", "storage-busy", "storage-answer"}


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file that is to become a member.

    Attributes:
        key: in the storage bucket.
        copy_key: of its temporary copy.
        size_bytes: of its content.
        modified_at: for the ZIP, aware UTC.
        error: why there is no copy.
        kept: the member, where an interrupted download has left it.
    """

    key: str
    copy_key: str
    size_bytes: int
    modified_at: datetime
    error: AppError | None = None
    kept: Member | None = None

    @property
    def is_small(self) -> bool:
        """Whether it is read whole by one request."""
        return self.size_bytes <= _SMALL_BYTES

    @property
    def is_read(self) -> bool:
        """Whether it is read at all."""
        return self.error is None and self.kept is None


def pack_all(
    files: Iterable[StagedFile],
    total: int,
    total_bytes: int,
    staging: ObjectReader,
    writer: ZipWriter,
    job: Job,
    hashes: dict[str, str] | None = None,
) -> list[FilePacked]:
    """Write a member for each file, telling `FilePacked` and `Progressed`; return what became of each.

    Args:
        files: in order.
        total: their number.
        total_bytes: of their content.
        staging: the staging bucket.
        writer: of the archive.
        job: cancels it and hears of it.
        hashes: gets the SHA-256 of each content that is read, 64 hex digits, by key; None where nobody wants it.

    Raises:
        OSError: the archive can't be written.
        AppError: the storage can't be reached.
        CancelledError: when cancelled.
    """
    tally = _Tally(job.events, total, total_bytes)
    names = MemberNames()
    with ThreadPoolExecutor(_PACKERS, "packing") as pool:
        prepared = _ahead(_prepared(_contents(files, staging, job.cancel), names, staging, pool, job.cancel, hashes))
        for file, name, content in prepared:
            job.cancel.raise_if_cancelled()
            packed = content.result() if isinstance(content, Future) else content
            try:
                crc32 = _write_member(file, name, packed, staging, writer, tally, job.cancel, hashes)
            except AppError as error:
                if _is_of_all(error):
                    raise _said_of("", error) from error
                tally.finish(FilePacked(file.key, name, file.size_bytes, None, _said_of(file.key, error)))
            else:
                tally.finish(FilePacked(file.key, name, file.size_bytes, crc32), was_kept=file.kept is not None)
    return tally.packed


_Prepared = tuple[StagedFile, str, "Future[Packed | AppError] | AppError | None"]


def _contents(
    files: Iterable[StagedFile], staging: ObjectReader, cancel: CancelToken
) -> Iterator[tuple[StagedFile, Content | None]]:
    """Yield each file in order, a small one with its content, read while the ones before are still written."""
    waiting: deque[StagedFile] = deque()

    def small() -> Iterator[SizedKey]:
        for file in files:
            waiting.append(file)
            if file.is_read and file.is_small:
                yield SizedKey(file.copy_key, file.size_bytes)

    for content in staging.read_many(small(), cancel):
        while waiting[0].copy_key != content.key or not waiting[0].is_read:
            yield waiting.popleft(), None
        yield waiting.popleft(), content
    while waiting:
        yield waiting.popleft(), None


def _prepared(
    contents: Iterator[tuple[StagedFile, Content | None]],
    names: MemberNames,
    staging: ObjectReader,
    pool: ThreadPoolExecutor,
    cancel: CancelToken,
    hashes: dict[str, str] | None,
) -> Iterator[_Prepared]:
    for file, content in contents:
        name = names.name_for(file.key)
        if content is None:
            yield file, name, file.error
        else:
            yield file, name, pool.submit(_check_and_pack, file, name, content, staging, cancel, hashes)


def _ahead(items: Iterator[_Prepared]) -> Iterator[_Prepared]:
    """Run some items ahead of who takes them, so that they are compressed meanwhile."""
    ready: deque[_Prepared] = deque()
    for item in items:
        ready.append(item)
        if len(ready) > _PACKED_AHEAD:
            yield ready.popleft()
    yield from ready


def _check_and_pack(
    file: StagedFile,
    name: str,
    content: Content,
    staging: ObjectReader,
    cancel: CancelToken,
    hashes: dict[str, str] | None,
) -> Packed | AppError:
    """Compress a content that is what was stored; one that was damaged on the way is read once more."""
    if content.error is None and not _is_intact(file, content):
        (content,) = staging.read_many([SizedKey(file.copy_key, file.size_bytes)], cancel)
    if content.error is not None:
        return content.error
    if content.body is None or not _is_intact(file, content):
        return _damaged(file.key)
    if hashes is not None:
        hashes[file.key] = hashlib.sha256(content.body).hexdigest()
    return pack(name, content.body)


def _is_intact(file: StagedFile, content: Content) -> bool:
    body = content.body
    if body is None or len(body) != file.size_bytes:
        return False
    if content.crc32 is not None:
        return zlib.crc32(body) == content.crc32
    return content.md5 is None or hashlib.md5(body, usedforsecurity=False).digest() == content.md5


def _write_member(
    file: StagedFile,
    name: str,
    packed: Packed | AppError | None,
    staging: ObjectReader,
    writer: ZipWriter,
    tally: _Tally,
    cancel: CancelToken,
    hashes: dict[str, str] | None,
) -> int:
    """Write one member and return its CRC32; None as `packed` stands for a large one, read only now."""
    if isinstance(packed, AppError):
        raise packed
    if file.kept is not None:
        return file.kept.crc32
    if packed is None:
        return _write_large(file, name, staging, writer, tally, cancel, hashes)
    writer.add(name, file.modified_at, packed)
    return packed.crc32


def _write_large(
    file: StagedFile,
    name: str,
    staging: ObjectReader,
    writer: ZipWriter,
    tally: _Tally,
    cancel: CancelToken,
    hashes: dict[str, str] | None,
) -> int:
    head = staging.head(file.copy_key, cancel)
    if head is None:
        raise _copy_gone(file.key)
    pieces = tally.counting(staging.read_stream(head.stored, cancel))
    sha256 = hashlib.sha256()
    if hashes is not None:
        pieces = _hashing(pieces, sha256)
    member = writer.add_stream(name, file.modified_at, file.size_bytes, pieces)
    if member.size_bytes != file.size_bytes or head.crc32 not in (None, member.crc32):
        raise _damaged(file.key)
    writer.accept(member)
    if hashes is not None:
        hashes[file.key] = sha256.hexdigest()
    return member.crc32


def _hashing(pieces: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _is_of_all(error: AppError) -> bool:
    """Tell whether every other file would fail too; an answer that the storage gave is of the one it was asked for."""
    return isinstance(error, SignInError) or (isinstance(error, OutageError) and error.code not in _ANSWERED)


def _said_of(target: str, error: AppError) -> AppError:
    """Return the error as one of the file, not of its temporary copy that nobody knows by name."""
    if error.code == "gone":  # of the file itself that was told when it was copied
        return _copy_gone(target)
    return type(error)(error.code, error.title, error.detail, target)


def _copy_gone(key: str) -> MissingError:
    return MissingError("copy-gone", "Its temporary copy is gone", "Download it again.", key)


def _damaged(key: str) -> IntegrityError:
    return IntegrityError("damaged", "It doesn’t have the stored checksum", "Try again; if it stays, tell IT.", key)


class _Tally:
    """Counts and tells what became of the members."""

    def __init__(self, events: Events, files: int, size_bytes: int) -> None:
        self._events = events
        self._files = files
        self._size_bytes = size_bytes
        self._finished_bytes = 0
        self._streamed_bytes = 0
        self._kept_files = 0
        self._kept_bytes = 0
        self.packed: list[FilePacked] = []

    def counting(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the pieces of a large member and tell how far it is."""
        for piece in pieces:
            yield piece
            self._streamed_bytes += len(piece)
            self._tell()

    def finish(self, file: FilePacked, *, was_kept: bool = False) -> None:
        """Tell the end of a member; one that was kept was in the ZIP before."""
        self.packed.append(file)
        if was_kept:
            self._kept_files += 1
            self._kept_bytes += file.size_bytes
        self._streamed_bytes = 0
        self._finished_bytes += file.size_bytes
        self._events(file)
        self._tell()

    def _tell(self) -> None:
        done = self._finished_bytes + self._streamed_bytes
        files, kept = (len(self.packed), self._files), (self._kept_files, self._kept_bytes)
        self._events(Progressed(Stage.PACKING, *files, done, self._size_bytes, *kept))
