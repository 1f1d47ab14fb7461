"""Reading a file that is uploaded, and noticing when it changes meanwhile."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from os import fstat, stat_result

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
        LocalFileError: it can't be read; `file-changed` when it isn't the file that was collected any more.
    """
    with _opened(source) as stream:
        return stream.read()


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
        with source.path.open("rb") as stream:
            _check(source, fstat(stream.fileno()))
            yield stream
            _check(source, fstat(stream.fileno()))
    except OSError as error:
        raise local_file_error(error, visible(str(source.path))) from error


def _check(source: SourceFile, found: stat_result) -> None:
    if (found.st_size, found.st_mtime_ns) != (source.size_bytes, source.modified_ns):
        raise LocalFileError(
            "file-changed",
            "The file changed while it was read",
            "Wait until the program that writes it is done, then try again.",
            visible(str(source.path)),
        )
