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
from app.services.checking import telling_checked

_PIECE_BYTES = 1024**2
# What `zipfile` raises, depending on where the bytes make no sense.
_SENSELESS = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, ValueError, EOFError)


def trusted_members(stream: BinaryIO, target: str) -> Sequence[zipfile.ZipInfo]:
    """Return the members of a ZIP.

    Args:
        stream: the ZIP.
        target: what an error calls it.

    Raises:
        OSError: it can't be read.
        IntegrityError: `archive-unreadable`, `archive-unsafe`.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except _SENSELESS as error:
        raise IntegrityError(
            "archive-unreadable",
            "What was shared isn’t a ZIP that can be opened",
            "Nothing was saved. Ask for a new link, or search for the files.",
            target,
        ) from error
    names = MemberNames()
    if not all(member.filename == member.orig_filename == names.name_for(member.orig_filename) for member in members):
        raise IntegrityError(
            "archive-unsafe",
            "This ZIP isn’t one that Tagdrop made",
            "It holds names that could overwrite other files. Nothing was saved; tell IT who sent the link.",
            target,
        )
    return members


def contents_are_sound(stream: BinaryIO, files: int, job: Job) -> bool:
    """Read every member and return whether each has its CRC32, telling `Progressed` meanwhile.

    Args:
        stream: the ZIP.
        files: in it, as `Progressed` tells.
        job: cancels it and hears of it.

    Raises:
        OSError: it can't be read.
        CancelledError: when cancelled.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            checked = telling_checked(0, files, sum(member.file_size for member in members), job)
            for member in members:
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    return False
                with archive.open(member) as content:
                    while piece := content.read(_PIECE_BYTES):
                        job.cancel.raise_if_cancelled()
                        checked(len(piece))
    except _SENSELESS:
        return False
    return True
