"""Reading a file that is uploaded, and noticing when it changes meanwhile."""

from __future__ import annotations

import hashlib
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BufferedReader
from os import fstat, stat_result
from pathlib import Path

from app.core.crc32 import crc32_combine
from app.core.errors import LocalFileError, local_file_error
from app.core.events import SourceFile
from app.core.job import CancelToken
from app.core.objects import Part
from app.core.tags import visible

_CHUNK_BYTES = 4 * 1024**2


def read_whole(source: SourceFile) -> bytes:
    """Return the content of a small file.

    Raises:
        LocalFileError: it can't be read; `file-changed` when it isn't the file that was collected any more,
            `not-a-file` when something else has taken its place.
    """
    with _opened(source) as stream:
        return stream.read()


def as_it_is_now(source: SourceFile) -> SourceFile:
    """Return a file that changed with its size and time of now.

    Raises:
        LocalFileError: it is gone, or what has taken its place isn't uploaded: `not-a-file`, `leads-elsewhere`.
    """
    path = source.path
    try:
        found = path.stat()
        _check_is_file(source, found)
        if len(source.parts) > 1:
            dropped = path.parents[len(source.parts) - 2]
            if not path.resolve().is_relative_to(dropped.resolve()):
                raise LocalFileError(
                    "leads-elsewhere",
                    "A link out of the folder has taken its place",
                    "Only what lies in the folder is uploaded. Put the file itself there, or upload it by itself.",
                    visible(str(path)),
                )
    except OSError as error:
        raise local_file_error(error, visible(str(path))) from error
    return replace(source, size_bytes=found.st_size, modified_ns=found.st_mtime_ns)


def sha256_of(source: SourceFile, cancel: CancelToken) -> str:
    """Return the SHA-256 of a file of any size, 64 hex digits.

    Raises:
        LocalFileError: as `read_whole`.
        CancelledError: when cancelled.
    """
    digest = hashlib.sha256()
    for chunk in _chunks(source, cancel):
        digest.update(chunk)
    return digest.hexdigest()


def crc32_of(source: SourceFile, cancel: CancelToken) -> int:
    """Return the CRC32 of a file of any size.

    Raises:
        LocalFileError: as `read_whole`.
        CancelledError: when cancelled.
    """
    crc32 = 0
    for chunk in _chunks(source, cancel):
        crc32 = zlib.crc32(chunk, crc32)
    return crc32


class LargeSource:
    """A `PartSource` over a file."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._crc32 = 0

    def parts(self, part_size_bytes: int) -> Iterator[Part]:
        """Yield the file in parts.

        Raises:
            LocalFileError: it can't be read; `file-changed` when it changes meanwhile.
        """
        self._crc32 = 0
        with _opened(self._source) as stream:
            while body := stream.read(part_size_bytes):
                part = Part(body, zlib.crc32(body))
                self._crc32 = crc32_combine(self._crc32, part.crc32, len(body))
                yield part

    def crc32(self) -> int:
        """Return the CRC32 of the parts that were read."""
        return self._crc32


def _chunks(source: SourceFile, cancel: CancelToken) -> Iterator[bytes]:
    with _opened(source) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            cancel.raise_if_cancelled()
            yield chunk


@contextmanager
def _opened(source: SourceFile) -> Iterator[BufferedReader]:
    """Open a file; on the way in and out it must have the size and time that it was collected with."""
    try:
        _check(source, source.path.stat())  # before it is opened: a pipe would wait for a writer for ever
        with source.path.open("rb") as stream:
            _check(source, fstat(stream.fileno()))
            yield stream
            _check(source, fstat(stream.fileno()))
    except OSError as error:
        raise local_file_error(error, visible(str(source.path))) from error


def _check(source: SourceFile, found: stat_result) -> None:
    _check_is_file(source, found)
    if (found.st_size, found.st_mtime_ns) != (source.size_bytes, source.modified_ns):
        raise LocalFileError(
            "file-changed",
            "The file changed while it was read",
            "Wait until the program that writes it is done, then try again.",
            visible(str(source.path)),
        )


def _check_is_file(source: SourceFile, found: stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise not_a_file(source.path)


def not_a_file(path: Path) -> LocalFileError:
    """Return why what isn't a file of its own can't be uploaded."""
    return LocalFileError(
        "not-a-file", "It isn’t a file", "Only files and folders can be uploaded.", visible(str(path))
    )
