"""Whether a ZIP that somebody else stored is one as Tagdrop makes them: whoever may share can store any bytes."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import BinaryIO

from app.core.errors import IntegrityError
from app.core.job import Job
from app.core.zipnames import MemberNames
from app.services.zipping.check_progress import telling_checked
from app.services.zipping.layout import MAX_DIRECTORY_BYTES, MAX_MEMBERS, Directory, directory_of, is_consistent

_PIECE_BYTES = 1024**2
# What `zipfile` raises, depending on where the bytes make no sense.
_SENSELESS = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, ValueError, EOFError)
_CONTRADICTS = "It contradicts itself, so that some programs would unpack other files than it lists."


def trusted_members(stream: BinaryIO, target: str) -> Sequence[zipfile.ZipInfo]:
    """Return the members of a ZIP that is what Tagdrop makes, however it is read.

    Args:
        stream: the ZIP.
        target: what an error calls it.

    Raises:
        OSError: it can't be read.
        IntegrityError: `archive-unreadable`, `archive-unsafe`.
    """
    directory = directory_of(stream)
    if directory is None:
        raise _unreadable(target)
    if _is_too_large(directory):
        raise _unsafe(target, "It lists more files than any of ours.")
    if not directory.is_last:  # what isn't the end for everybody could lead some to another directory
        raise _unsafe(target, _CONTRADICTS)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except _SENSELESS as error:
        raise _unreadable(target) from error
    names = MemberNames()
    if not all(member.filename == member.orig_filename == names.name_for(member.orig_filename) for member in members):
        raise _unsafe(target, "It holds names that could overwrite other files.")
    if not is_consistent(stream, directory, members):
        raise _unsafe(target, _CONTRADICTS)
    return members


def _is_too_large(directory: Directory) -> bool:
    return directory.members > MAX_MEMBERS or directory.size_bytes > MAX_DIRECTORY_BYTES


def _unreadable(target: str) -> IntegrityError:
    return IntegrityError(
        "archive-unreadable",
        "What was shared isn’t a ZIP that can be opened",
        "Nothing was saved. Ask for a new link, or search for the files.",
        target,
    )


def _unsafe(target: str, why: str) -> IntegrityError:
    detail = f"{why} Nothing was saved; tell IT who sent the link."
    return IntegrityError("archive-unsafe", "This ZIP isn’t one that Tagdrop made", detail, target)


def contents_are_sound(stream: BinaryIO, files: int, job: Job) -> bool:
    """Read every member and return whether each has its CRC32, telling `Progressed` meanwhile.

    A ZIP that contradicts itself isn't sound; nothing of it is unpacked, as that could take for ever.

    Args:
        stream: the ZIP.
        files: in it, as `Progressed` tells.
        job: cancels it and hears of it.

    Raises:
        OSError: it can't be read.
        CancelledError: when cancelled.
    """
    directory = directory_of(stream)
    if directory is None or _is_too_large(directory):
        return False
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            if not is_consistent(stream, directory, members):
                return False
            checked = telling_checked(0, files, sum(member.file_size for member in members), job)
            for member in members:
                with archive.open(member) as content:
                    while piece := content.read(_PIECE_BYTES):
                        job.cancel.raise_if_cancelled()
                        checked(len(piece))
    except _SENSELESS:
        return False
    return True
