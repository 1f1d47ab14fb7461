"""Copying safely where a server ignores conditions or tags: a second look at the source, tags written and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.aws.careful_puts import tags_not_kept
from app.aws.errors import answer_error
from app.core.capabilities import Capabilities
from app.core.errors import AppError
from app.core.job import CancelToken
from app.core.objects import Copy, CopyResult, Deletion, TagPut, TagPutResult
from app.core.ports.storage import ObjectReader


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was made.

    Attributes:
        copy: the request.
        etag: of the copy, without quotes; empty where it says nothing of the content.
        error: why it wasn't made after all.
    """

    copy: Copy
    etag: str = ""
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class CarefulCopies:
    """What is done after copies into one bucket.

    Attributes:
        source: reads the bucket that is copied from.
        reader: reads the bucket that is copied to.
        can: what the server can do.
        retag: gives copies other tags.
        delete: deletes copies.
    """

    source: ObjectReader
    reader: ObjectReader
    can: Capabilities
    retag: Callable[[Iterable[TagPut], CancelToken], Iterator[TagPutResult]]
    delete: Callable[[Iterable[str], CancelToken], Iterator[Deletion]]

    def look_after(self, copied: list[Copied], cancel: CancelToken) -> list[CopyResult]:
        """Return the results in order; a copy that isn't what was to be copied is deleted again.

        Raises:
            AppError: the storage can't be reached.
            CancelledError: when cancelled.
        """
        errors = {done.copy.key: done.error for done in copied if done.error is not None}
        good = [done for done in copied if done.error is None]
        wrong = self._changed(good, cancel)
        wrong |= self._untagged([done.copy for done in good if done.copy.key not in wrong], cancel)
        for _ in self.delete(wrong, cancel):
            pass  # one that stays is listed as a temporary copy, and swept as one
        errors |= wrong
        return [CopyResult(done.copy, errors.get(done.copy.key)) for done in copied]

    def _changed(self, copied: list[Copied], cancel: CancelToken) -> dict[str, AppError]:
        """Return which copies may be of something else: the source isn't, or isn't any more, what was found.

        Where the ETag is an MD5 that of the copy tells it; else the source is asked once more.
        """
        if self.can.conditional_copy:
            return {}
        doubtful = {done.copy.source.key: done.copy for done in copied if done.etag != done.copy.source.etag}
        wrong: dict[str, AppError] = {}
        for read in self.source.head_many(list(doubtful), cancel):
            copy = doubtful[read.key]
            if read.error is not None:
                wrong[copy.key] = read.error
            elif read.head is None or read.head.stored.etag != copy.source.etag:
                code = "NoSuchKey" if read.head is None else "PreconditionFailed"
                wrong[copy.key] = answer_error(code, "", copy.source.key)
        return wrong

    def _untagged(self, copies: list[Copy], cancel: CancelToken) -> dict[str, AppError]:
        """Write the tags of the copies, read them back, and return which don't have them."""
        if self.can.tags_on_copy:
            return {}
        by_key = {copy.key: copy for copy in copies}
        wrong: dict[str, AppError] = {}
        for result in self.retag((TagPut(copy.key, copy.tags) for copy in copies), cancel):
            if result.error is not None:
                wrong[result.put.key] = result.error.about(by_key[result.put.key].source.key)
        cancel.raise_if_cancelled()
        for read in self.reader.read_tags([key for key in by_key if key not in wrong], cancel):
            copy = by_key[read.key]
            if read.tags != copy.tags:
                error = read.error or tags_not_kept(copy.source.key)
                wrong[read.key] = error.about(copy.source.key)
        return wrong
