"""Errors that a person reads, by what they mean for that person.

A mistake, an outage, a refusal, a bug and a cancellation are different types, because each asks for
something else: correct it, wait, ask IT, report it, nothing. `app.aws.errors` makes them from SDK errors,
`local_file_error` from the operating system's.
"""

from __future__ import annotations

import errno
from typing import ClassVar


class AppError(Exception):
    """What happened, to which file, and what to do now.

    Attributes:
        code: stable name for scripts, in kebab-case, for example `name-in-use`.
        title: one short sentence for a heading or a table cell, without the target in it.
        detail: one or two sentences: the circumstances and what can be done.
        target: the file, key, bucket or setting it happened to; empty where there is none.
    """

    exit_code: ClassVar[int] = 5

    def __init__(self, code: str, title: str, detail: str = "", target: str = "") -> None:
        super().__init__(title)
        self.code = code
        self.title = title
        self.detail = detail
        self.target = target

    def __str__(self) -> str:
        text = f"{self.target}: {self.title}" if self.target else self.title
        return f"{text}. {self.detail}" if self.detail else text

    def about(self, target: str) -> AppError:
        """Return the same error, said of `target` unless it already names one."""
        return self if self.target else type(self)(self.code, self.title, self.detail, target)


class InputError(AppError):
    """Somebody typed or chose what can't be used; it has to be corrected."""

    exit_code = 2


class ConfigurationError(AppError):
    """A setting is missing, unknown or of the wrong type."""

    exit_code = 3


class SignInError(AppError):
    """Nobody is signed in, or the session ended and can't be renewed without the person."""

    exit_code = 4


class RefusalError(AppError):
    """The storage knows who asks and says no; only IT can change that."""


class OutageError(AppError):
    """The network or the storage doesn't answer as it should; trying again later may help."""


class MissingError(AppError):
    """The object or bucket isn't there (any more)."""


class ConflictError(AppError):
    """A condition didn't hold: the name is taken, or the object changed since it was looked at."""


class IntegrityError(AppError):
    """Bytes that arrived aren't the bytes that were stored or read."""


class LocalFileError(AppError):
    """A file or folder on this computer can't be read or written."""

    exit_code = 1


class NothingFoundError(AppError):
    """There is nothing to work on; empty is an answer, but not one that a file can be made of."""

    exit_code = 1


class BugError(AppError):
    """Something that Tagdrop's makers didn't foresee."""

    exit_code = 1


class CancelledError(Exception):
    """The person stopped it. Not an error: nothing is to be said but what was done until then."""


# Windows' own codes: ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION, ERROR_DISK_FULL, ERROR_CLOUD_FILE_*.
_WINDOWS_LOCKED = {32, 33}
_WINDOWS_DISK_FULL = {39, 112}
_WINDOWS_CLOUD_FILE = set(range(358, 405))


def local_file_error(error: OSError, target: str) -> LocalFileError:
    """Say what an `OSError` means for the file `target`.

    Args:
        error: as raised by `open`, `read`, `write`, `rename` and their like.
        target: the file or folder, as the person knows it.
    """
    windows_code = getattr(error, "winerror", None)
    if windows_code in _WINDOWS_LOCKED or error.errno in (errno.EBUSY, errno.ETXTBSY):
        return LocalFileError("file-locked", "Another program has it open", "Close it there and try again.", target)
    if windows_code in _WINDOWS_CLOUD_FILE:
        return LocalFileError(
            "file-not-here", "The file is only in the cloud", "Make it available on this computer first.", target
        )
    if windows_code in _WINDOWS_DISK_FULL or error.errno in (errno.ENOSPC, errno.EDQUOT):
        return LocalFileError(
            "disk-full", "Not enough space on this computer", "Free some space and try again.", target
        )
    if isinstance(error, FileNotFoundError):
        return LocalFileError("file-gone", "The file is gone", "It was moved, renamed or deleted.", target)
    if isinstance(error, PermissionError):
        return LocalFileError(
            "file-forbidden", "Can’t be read or written", "Your account on this computer has no right to it.", target
        )
    if isinstance(error, IsADirectoryError | NotADirectoryError | FileExistsError):
        return LocalFileError("file-in-the-way", "Something else has this name", "Choose another name.", target)
    if error.errno == errno.ENAMETOOLONG:
        return LocalFileError("name-too-long", "The name is too long for this computer", "Shorten it.", target)
    reason = error.strerror or type(error).__name__
    return LocalFileError("file-failed", "Can’t be read or written", f"The computer says: {reason}.", target)
