"""The multipart upload of one file, as the journal remembers it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable

from app.core.errors import AppError, MissingError, OutageError, SignInError
from app.core.job import CancelToken
from app.core.ports.journal import UploadRecord
from app.core.ports.storage import ObjectWriter
from app.services.uploads.items import Item

_log = logging.getLogger(__name__)


class FileParts:
    """A `PartsRecord`.

    Args:
        item: the file.
        record: of the upload that it belongs to.
        cancel: tells whether what is cancelled shall be gone on with.
        note_found: called with the file and the size of each part that the storage has from before.
    """

    def __init__(
        self, item: Item, record: UploadRecord, cancel: CancelToken, note_found: Callable[[Item, int], None]
    ) -> None:
        self._item = item
        self._record = record
        self._cancel = cancel
        self._note_found = note_found

    @property
    def stays(self) -> bool:
        """See `PartsRecord.stays`."""
        return self._cancel.is_for_later

    @property
    def upload_id(self) -> str | None:
        """See `PartsRecord.upload_id`."""
        return self._item.upload_id

    def begun(self, upload_id: str | None) -> None:
        """See `PartsRecord.begun`."""
        self._item.upload_id = upload_id
        self._record.begun(self._item.place, upload_id)

    def found(self, size_bytes: int) -> None:
        """See `PartsRecord.found`."""
        self._note_found(self._item, size_bytes)


def drop_parts(item: Item, record: UploadRecord | None, storage: ObjectWriter) -> None:
    """Free the parts of a file that can't be gone on with; where that is refused, the sweep and the lifecycle rule do.

    Raises:
        OutageError: the storage can't be reached.
        SignInError: the session has ended.
    """
    if item.upload_id is None or record is None:
        return
    free_parts(item.key, item.upload_id, storage)
    item.upload_id = None  # the sweep takes what nobody remembers
    record.begun(item.place, None)


def free_parts(key: str, upload_id: str, storage: ObjectWriter) -> None:
    """End a multipart upload; that the storage refuses it is only logged.

    Raises:
        OutageError: the storage can't be reached.
        SignInError: the session has ended.
    """
    try:
        storage.abort_upload(key, upload_id)
    except MissingError:
        pass  # somebody else freed them
    except (OutageError, SignInError):
        raise
    except AppError as error:
        _log.warning("The parts of an upload can't be freed (%s)", error.code)


def drop_all_parts(items: Iterable[Item], record: UploadRecord | None, storage: ObjectWriter) -> None:
    """Free the parts of files that nobody goes on with, as far as the storage can be reached."""
    with contextlib.suppress(AppError):  # the sweep and the lifecycle rule are the net
        for item in items:
            if not item.is_done:
                drop_parts(item, record, storage)
