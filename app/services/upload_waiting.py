"""An upload that waits for its turn: in the journal already, so that a power cut doesn't lose it."""

from __future__ import annotations

import threading

from app.core.ports.journal import TransferJournal, UploadRecord
from app.core.ports.storage import ObjectWriter
from app.core.uploads import UploadRequest
from app.services.interrupted import give_up_upload
from app.services.upload_items import planned_items


class WaitingUpload:
    """An upload before its turn. As long as it is noted nobody else goes on with it, in no process.

    Any thread may call it; every call writes to the disk and may wait for that.

    Args:
        request: what is to be uploaded; with the run id of one that was interrupted.
        journal: where it is noted.
    """

    def __init__(self, request: UploadRequest, journal: TransferJournal) -> None:
        self._request = request
        self._journal = journal
        self._lock = threading.Lock()
        self._held: tuple[UploadRequest, UploadRecord] | None = None
        self._is_over = False

    def note(self) -> None:
        """Note it, unless its turn has come or it was given up meanwhile.

        Raises:
            InputError: a tag that can't be stored; or `transfer-in-use`, another process goes on with it.
            NothingFoundError: `no-such-transfer`, it was gone on with or discarded meanwhile.
            LocalFileError: the journal can't be written.
        """
        with self._lock:
            if self._held is None and not self._is_over:
                self._held = self._noted()

    def begin(self) -> tuple[UploadRequest, UploadRecord]:
        """Return the upload as it is by now and its record: its turn has come.

        Raises:
            AppError: as `note`.
        """
        with self._lock:
            self._is_over = True
            held, self._held = self._held, None
            return held or self._noted()

    def leave(self) -> None:
        """Leave it for somebody to go on with another time.

        Raises:
            AppError: as `note`.
        """
        with self._lock:
            held, self._held = self._held, None
            if held is None and not self._is_over and self._request.run_id is None:
                held = self._noted()
            self._is_over = True
            if held is not None:
                held[1].leave()

    def forget(self, storage: ObjectWriter) -> None:
        """Forget it, and free the parts of one that was interrupted before.

        Raises:
            AppError: the storage refuses or can't be reached; or as `note`. The upload stays in the journal.
        """
        with self._lock:
            held, self._held = self._held, None
            if held is None and not self._is_over and self._request.run_id is not None:
                held = self._noted()
            self._is_over = True
            if held is not None:
                give_up_upload(*held, storage)

    def _noted(self) -> tuple[UploadRequest, UploadRecord]:
        request = self._request
        if request.run_id is not None:
            return self._journal.take_up(request.run_id)
        return request, self._journal.begin(request, [item.number for item in planned_items(request)])
