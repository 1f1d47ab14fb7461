"""What a use case tells while it runs: typed, frozen, safe to hand to another thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

from app.core.errors import AppError
from app.core.objects import StoredObject
from app.core.provisioning import FindingTold, PartProvisioned
from app.core.tags import TagSet


@dataclass(frozen=True, slots=True)
class Match:
    """A file that is meant by the query.

    Attributes:
        stored: key, size, time and ETag.
        tags: its whole tag set.
        values: those of its tags that are values (`TagRules.values`).
    """

    stored: StoredObject
    tags: TagSet
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An object whose tags can't be read, and why; it may or may not be meant."""

    key: str
    error: AppError


@dataclass(frozen=True, slots=True)
class Scanned:
    """How far a search is.

    Attributes:
        matches: files found so far.
        looked_at: objects whose tags were read or failed to be.
        total: objects of the bucket; None until the listing has ended.
    """

    matches: int
    looked_at: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Matches:
    """Some more files that were found.

    Attributes:
        batch: the files.
        is_certain: whether their tags were read just now; if not, each is told again as certain, or withdrawn.
    """

    batch: tuple[Match, ...]
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Files that were told as found without certainty, and turned out not to be meant (any more)."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UploaderRead:
    """Who uploaded the object `key`, as its metadata claims; empty where it says nothing."""

    key: str
    uploaded_by: str


class Stage(Enum):
    """What is being done to files; a download prepares, packs and checks, or prepares and downloads a finished ZIP."""

    PREPARING = "preparing"
    UPLOADING = "uploading"
    PACKING = "packing"
    CHECKING = "checking"
    DOWNLOADING = "downloading"
    RETAGGING = "retagging"


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a transfer is; never falls within a stage.

    Attributes:
        stage: what it is doing.
        files: done.
        files_total: of the whole request.
        size_bytes: done.
        size_bytes_total: of the whole request, and of what is moved once more.
        files_unmoved: of those done, the files that took no time now: they were there before an interruption.
        size_bytes_unmoved: of those done, the bytes that weren't moved now: they were there before, or aren't wanted.
    """

    stage: Stage
    files: int
    files_total: int
    size_bytes: int
    size_bytes_total: int
    files_unmoved: int = 0
    size_bytes_unmoved: int = 0


class UploadStatus(Enum):
    """What became of one file of an upload; the values are those of the command line's `--json`."""

    UPLOADED = "uploaded"
    KEPT_BOTH = "kept-both"
    REPLACED = "replaced"
    SKIPPED = "skipped"
    ALREADY_THERE = "already-there"
    JUNK = "junk"
    LINK = "link"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file on this computer that can be uploaded.

    Attributes:
        path: where it is.
        parts: names from what was dropped down to the file.
        key: made of `parts`, without `[upload] prefix`.
        size_bytes: when it was looked at.
        modified_ns: when it was last changed, nanoseconds since 1970 UTC.
    """

    path: Path
    parts: tuple[str, ...]
    key: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file on this computer that isn't uploaded: a scrap of the system, a link, or a failure.

    Attributes:
        path: where it is.
        status: `JUNK`, `LINK` or `FAILED`.
        size_bytes: 0 where it can't be told.
        error: with `FAILED` only.
    """

    path: Path
    status: UploadStatus
    size_bytes: int = 0
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class FilesCollected:
    """Some more files that were found in what was dropped."""

    files: tuple[SourceFile, ...]
    left_out: tuple[LeftOut, ...]


class NameStatus(Enum):
    """Whether a stored file has the name already."""

    FREE = "free"
    IN_USE = "in use"
    ALREADY_THERE = "already there"


@dataclass(frozen=True, slots=True)
class NameChecked:
    """Whether the name of a file that may be uploaded is in use."""

    path: Path
    status: NameStatus


@dataclass(frozen=True, slots=True)
class Recorded:
    """An upload is in the journal, where it stays until it has come to an end."""

    run_id: int


@dataclass(frozen=True, slots=True)
class FileStarted:
    """A file is being uploaded now."""

    path: Path


@dataclass(frozen=True, slots=True)
class FileBegunAgain:
    """A file changed while it was read, and is uploaded from its beginning."""

    path: Path


@dataclass(frozen=True, slots=True)
class FileSent:
    """How much of a large file the storage has acknowledged so far; never falls."""

    path: Path
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FileUploaded:
    """What became of one file of an upload.

    Attributes:
        path: on this computer.
        key: under which it is stored, or would have been; None where it could get none.
        status: what became of it.
        size_bytes: of the file.
        error: with `FAILED` only.
    """

    path: Path
    key: str | None
    status: UploadStatus
    size_bytes: int
    error: AppError | None = None


class RetagStatus(Enum):
    """What became of the tags of one file; the values are those of the command line's `--json`."""

    RETAGGED = "retagged"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileRetagged:
    """What became of the tags of one stored file.

    Attributes:
        key: of the file.
        status: what became of them.
        tags: its whole tag set as it is now; None where that isn't known.
        error: with `FAILED` only.
    """

    key: str
    status: RetagStatus
    tags: TagSet | None = None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class FilePacked:
    """What became of one member of a ZIP.

    Attributes:
        key: in the storage bucket.
        name: in the ZIP.
        size_bytes: of the content.
        crc32: of the content as packed; None with an error.
        error: why it isn't in the ZIP.
    """

    key: str
    name: str
    size_bytes: int
    crc32: int | None
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class WentOn:
    """An interrupted download goes on: so many files, of that content, are in the ZIP already.

    Of a ZIP that is downloaded as it is, so many bytes of it are there; `files` is 0.
    """

    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Placing:
    """A ZIP is whole and goes to its place now.

    Attributes:
        output: where that is.
        file_id: device and number, which tell the ZIP from whatever else may stand there (`os.stat_result`).
    """

    output: Path
    file_id: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PackedHere:
    """A ZIP that was wanted from the cloud is packed on this computer instead; `reason` is one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Removed:
    """Temporary copies that were deleted: the request's id and the number of its objects."""

    request_id: str
    objects: int


@dataclass(frozen=True, slots=True)
class UnknownObject:
    """An object in the staging bucket that isn't laid out as ours, and was left alone."""

    key: str


@dataclass(frozen=True, slots=True)
class TagCounted:
    """A value in use and the number of files that carry it."""

    value: str
    files: int


@dataclass(frozen=True, slots=True)
class SignInOpened:
    """The sign-in page waits for a person.

    Attributes:
        address: of the page.
        is_open: whether a browser was told to open it; if not, somebody has to take the address to one.
    """

    address: str = field(repr=False)
    is_open: bool


Event = (
    Matches
    | Withdrawn
    | Unreadable
    | Scanned
    | UploaderRead
    | Progressed
    | FilesCollected
    | NameChecked
    | Recorded
    | FileStarted
    | FileBegunAgain
    | FileSent
    | FileUploaded
    | FileRetagged
    | FilePacked
    | WentOn
    | Placing
    | PackedHere
    | Removed
    | UnknownObject
    | TagCounted
    | SignInOpened
    | FindingTold
    | PartProvisioned
)


class Events(Protocol):
    """Takes events. Called in the thread of the use case; must not block."""

    def __call__(self, event: Event, /) -> None:
        """Take one event."""


def ignore(event: Event, /) -> None:
    """Take an event and do nothing with it."""
