"""What an error of the operating system means for a file."""

from __future__ import annotations

import errno

import pytest

from app.core.errors import LocalFileError, local_file_error


def _windows(code: int) -> OSError:
    error = OSError(errno.EACCES, "x")
    error.winerror = code  # type: ignore[attr-defined]
    return error


FULL = "a.pdf: Not enough space on this computer. Free some space and try again."
LOCKED = "a.pdf: Another program has it open. Close it there and try again."
IN_THE_WAY = "a.pdf: Something else has this name. Choose another name."


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (OSError(errno.ENOSPC, ""), "disk-full", FULL),
        (FileNotFoundError(), "file-gone", "a.pdf: The file is gone. It was moved, renamed or deleted."),
        (
            PermissionError(),
            "file-forbidden",
            "a.pdf: Can’t be read or written. Your account on this computer has no right to it.",
        ),
        (OSError(errno.EBUSY, ""), "file-locked", LOCKED),
        (_windows(32), "file-locked", LOCKED),
        (
            _windows(362),
            "file-not-here",
            "a.pdf: The file is only in the cloud. Make it available on this computer first.",
        ),
        (OSError(errno.EDQUOT, ""), "disk-full", FULL),
        (_windows(39), "disk-full", FULL),
        (_windows(112), "disk-full", FULL),
        (_windows(33), "file-locked", LOCKED),
        (OSError(errno.ETXTBSY, ""), "file-locked", LOCKED),
        (IsADirectoryError(), "file-in-the-way", IN_THE_WAY),
        (NotADirectoryError(), "file-in-the-way", IN_THE_WAY),
        (FileExistsError(), "file-in-the-way", IN_THE_WAY),
        (OSError(), "file-failed", "a.pdf: Can’t be read or written. The computer says: OSError."),
        (
            OSError(errno.ENAMETOOLONG, ""),
            "name-too-long",
            "a.pdf: The name is too long for this computer. Shorten it.",
        ),
        (
            OSError(errno.EIO, "Input/output error"),
            "file-failed",
            "a.pdf: Can’t be read or written. The computer says: Input/output error.",
        ),
    ],
)
def test_each_error_has_its_sentence(error: OSError, code: str, sentence: str) -> None:
    ours = local_file_error(error, "a.pdf")
    assert isinstance(ours, LocalFileError)
    assert ours.code == code
    assert str(ours) == sentence
