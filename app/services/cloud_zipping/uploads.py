"""The multipart uploads that a ZIP in the cloud is made with: whatever happens, only the ZIP stays."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from app.core.assembling import Assembler, Completed, Completion, Upload
from app.core.errors import AppError, CancelledError, ConflictError, MissingError
from app.core.job import CancelToken, limited_to
from app.core.ports.storage import ObjectStore

_TIDY_SECONDS = 15.0


class ZipUploads:
    """Begins and completes uploads; at its end those that are open are aborted, and what was needed meanwhile goes.

    What that can't reach is swept with the request; the bucket's lifecycle ends open uploads.

    Args:
        staging: the bucket.
        assembler: writes there.
        cancel: ends it.
    """

    def __init__(self, staging: ObjectStore, assembler: Assembler, cancel: CancelToken) -> None:
        self._staging = staging
        self._assembler = assembler
        self._cancel = cancel
        self._open: dict[str, Upload] = {}
        self._scratch: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(AppError, CancelledError), limited_to(_TIDY_SECONDS) as patience:
            self._assembler.abort(list(self._open.values()), patience)
        with contextlib.suppress(AppError, CancelledError), limited_to(_TIDY_SECONDS) as patience:
            for _ in self._staging.delete_many(self._scratch, patience):
                pass

    def begin(self, keys: Sequence[str]) -> dict[str, Upload]:
        """Begin an upload for each key and return them by key.

        Raises:
            AppError: one was refused, or the storage can't be reached.
            CancelledError: when cancelled.
        """
        problem: AppError | None = None
        for begun in self._assembler.begin(keys, "application/zip", self._cancel):
            if begun.upload is not None:
                self._open[begun.key] = begun.upload
            problem = problem or begun.error
        if problem is not None:
            raise problem
        return dict(self._open)

    def complete(self, completions: Sequence[Completion], *, is_scratch: bool = False) -> dict[str, str]:
        """Make the objects and return their ETags by key.

        Args:
            completions: of uploads that were begun here.
            is_scratch: whether they are needed only until the end.

        Raises:
            AppError: one was refused, or the storage can't be reached.
            CancelledError: when cancelled.
        """
        if is_scratch:  # noted before: an answer may be lost
            self._scratch += [completion.upload.key for completion in completions]
        etags = {}
        problem: AppError | None = None
        for completed in self._assembler.complete(completions, self._cancel):
            key = completed.completion.upload.key
            etag = completed.etag or self._etag_all_the_same(completed)
            if etag is None:
                problem = problem or completed.error
            else:
                etags[key] = etag
                del self._open[key]
        if problem is not None:
            raise problem
        return etags

    def _etag_all_the_same(self, completed: Completed) -> str | None:
        """Return the ETag of an object that was made although its answer was lost, and a second try refused."""
        if not completed.is_unknown and not isinstance(completed.error, ConflictError | MissingError):
            return None
        wanted = completed.completion
        head = self._staging.head(wanted.upload.key, self._cancel)
        if head is None or wanted.crc32 is None or head.crc32 != wanted.crc32:
            return None
        return head.stored.etag if head.stored.size_bytes == wanted.size_bytes else None
