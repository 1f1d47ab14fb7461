"""What is uploaded and how, and what is known of a file of an upload that was interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import uuid4

from app.core.conflicts import Choice
from app.core.events import LeftOut, SourceFile, UploadStatus
from app.core.keys import numbered
from app.core.tags import TagRules


@dataclass(frozen=True, slots=True)
class UploadFile:
    """A file to be uploaded.

    Attributes:
        source: the file.
        values: its tag values, the first one first.
    """

    source: SourceFile
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """How far a file of an upload is.

    Attributes:
        status: what became of it; None where it is to be uploaded still.
        copy_number: of the name that it goes to; 1 for the name itself.
        replaces_etag: of the stored file that it replaces.
        upload_id: of the multipart upload that was begun for it.
    """

    status: UploadStatus | None = None
    copy_number: int = 1
    replaces_etag: str | None = None
    upload_id: str | None = None


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What is uploaded, and how.

    Attributes:
        files: in this order.
        left_out: what the walk left out; told again, so that the report is whole.
        prefix: put before every key, with its placeholders filled in.
        rules: how tags are made.
        uploaded_by: who uploads, for the object's metadata.
        allow_replace: whether a stored file may be replaced.
        on_conflict: what is done with every file whose name is in use; None where each is asked about.
        transfer: tells what this upload stores from what others do, also after it was interrupted.
        run_id: of the journal, where this is an upload that was interrupted.
        before: how far each file was then, by its place in `files`.
    """

    files: tuple[UploadFile, ...]
    left_out: tuple[LeftOut, ...]
    prefix: str
    rules: TagRules
    uploaded_by: str
    allow_replace: bool
    on_conflict: Choice | None = None
    transfer: str = field(default_factory=lambda: uuid4().hex)
    run_id: int | None = None
    before: Mapping[int, FileRecord] = field(default_factory=dict)

    def anew(self, files: tuple[UploadFile, ...]) -> UploadRequest:
        """Return the request for an upload of its own of some of the files, by the same rules."""
        return replace(self, files=files, left_out=(), transfer=uuid4().hex, run_id=None, before={})

    def begun_uploads(self) -> tuple[tuple[str, str], ...]:
        """Return key and id of each multipart upload that was begun for a file that isn't uploaded yet."""
        return tuple(
            (self.key_of(place), found.upload_id)
            for place, found in self.before.items()
            if found.status is None and found.upload_id is not None
        )

    def key_of(self, place: int) -> str:
        """Return the key that a file goes to, as far as that was decided."""
        key, record = self.prefix + self.files[place].source.key, self.before.get(place, FileRecord())
        return numbered(key, record.copy_number) if record.copy_number > 1 else key
