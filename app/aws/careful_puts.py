"""Writing safely where a server can't be relied on to refuse: looks before and after, tags written and read back."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace

from app.aws.batches import batches
from app.aws.errors import answer_error
from app.core.capabilities import Capabilities
from app.core.errors import AppError, CancelledError, ConflictError, IntegrityError, MissingError, OutageError
from app.core.job import CancelToken, limited_to
from app.core.objects import (
    TRANSFER_METADATA,
    Condition,
    Deletion,
    HeadRead,
    ObjectHead,
    Put,
    PutResult,
    StoredObject,
    TagPut,
    TagPutResult,
)
from app.core.ports.storage import ObjectReader

_LOOK_SECONDS = 30.0
_READ_BYTES_PER_SECOND = 1024**2  # of the slowest line that is waited for


@dataclass(frozen=True, slots=True)
class CarefulPuts:
    """What is done around the puts to one bucket.

    Attributes:
        reader: of the bucket.
        can: what the server can do.
        retag: gives objects other tags.
        delete: deletes objects.
    """

    reader: ObjectReader
    can: Capabilities
    retag: Callable[[Iterable[TagPut], CancelToken], Iterator[TagPutResult]]
    delete: Callable[[Iterable[str], CancelToken], Iterator[Deletion]]

    def send(
        self,
        puts: Iterable[Put],
        send: Callable[[Iterable[Put]], Iterator[PutResult]],
        cancel: CancelToken,
    ) -> Generator[PutResult, None, None]:
        """Send small objects and yield what became of each.

        Args:
            puts: what is sent.
            send: sends them, with no more in them than the server takes.
            cancel: ends it; what was acknowledged by then is seen to.
        """
        refused: list[PutResult] = []
        for results in batches(send(self._free(puts, refused, cancel)), lambda result: len(result.put.body)):
            yield from _taken(refused)
            yield from self.look_after(results)
        yield from _taken(refused)

    def conflict(self, put: Put, cancel: CancelToken) -> AppError | None:
        """Return what the server would refuse a put for if it looked at its condition; None where it holds.

        Raises:
            AppError: the storage can't be reached.
            CancelledError: when cancelled.
        """
        if put.condition is None:
            return None
        (read,) = self.reader.head_many([put.key], cancel)
        return _conflict(put, read)

    def look_after(
        self,
        results: list[PutResult],
        content_of: Callable[[Put], tuple[int, int] | None] | None = None,
        cancel: CancelToken | None = None,
    ) -> list[PutResult]:
        """Return the results as they are after a look at what was stored, with the tags that the server left out.

        Args:
            results: of puts that were sent.
            content_of: size and CRC32 of the content of a put that is to be read back; None where it needn't be. By
                default those that the server doesn't check, and whose ETag isn't the MD5 of the body.
            cancel: ends it; what is new is taken away again then.

        Raises:
            CancelledError: when cancelled by `cancel`.
        """
        outcomes = {result.put.key: result for result in results}
        contents = {key: (content_of or self._unchecked)(result.put) for key, result in outcomes.items()}
        read_bytes = sum(content[0] for content in contents.values() if content is not None)
        try:
            with limited_to(_LOOK_SECONDS + read_bytes / _READ_BYTES_PER_SECOND, cancel) as patience:
                self._claim(outcomes, patience)
                self._check(outcomes, contents, patience)
                self._tag(outcomes, patience)
        except (AppError, CancelledError) as error:
            if cancel is not None and cancel.is_cancelled:
                self._take_away(outcomes)
                raise CancelledError from error
            # Nobody may take it for whole because it is there.
            for key, result in outcomes.items():
                if result.etag is not None:
                    outcomes[key] = _failed(result, _not_seen(error, key))
        return [outcomes[result.put.key] for result in results]

    def _free(self, puts: Iterable[Put], refused: list[PutResult], cancel: CancelToken) -> Iterator[Put]:
        """Yield the puts whose condition holds at this moment; add the others to `refused`."""
        if self.can.conditional_put:
            yield from puts
            return
        for group in batches(puts, lambda put: len(put.body)):
            conditional = [put.key for put in group if put.condition is not None]
            reads = {read.key: read for read in self.reader.head_many(conditional, cancel)}
            for put in group:
                error = _conflict(put, reads[put.key]) if put.key in reads else None
                if error is None:
                    yield put
                else:
                    refused.append(PutResult(put, None, error))

    def _claim(self, outcomes: dict[str, PutResult], patience: CancelToken) -> None:
        """Take for written what an earlier try has written whose answer was lost, so that it is seen to as well."""
        lost = {key for key, result in outcomes.items() if isinstance(result.error, ConflictError) or result.is_unknown}
        for key in lost:
            outcomes[key] = replace(outcomes[key], is_unknown=False)
        for head in self._own(outcomes, lost, patience):
            outcomes[head.key] = PutResult(outcomes[head.key].put, head.etag)

    def _unchecked(self, put: Put) -> tuple[int, int] | None:
        return None if self.can.verified_checksums else (len(put.body), put.crc32)

    def _check(
        self,
        outcomes: dict[str, PutResult],
        contents: dict[str, tuple[int, int] | None],
        patience: CancelToken,
    ) -> None:
        """Read back what the server didn't check, and take it away again where it was damaged."""
        doubtful = {
            key: content
            for key, result in outcomes.items()
            if result.etag is not None and not _is_md5(result) and (content := contents[key]) is not None
        }
        damaged: list[str] = []
        for head in self._own(outcomes, doubtful, patience):
            try:
                is_whole = (head.size_bytes, self._crc32(head, patience)) == doubtful[head.key]
            except (ConflictError, MissingError) as error:
                outcomes[head.key] = _failed(outcomes[head.key], error)
                continue
            if not is_whole:
                damaged.append(head.key)
                outcomes[head.key] = _failed(outcomes[head.key], answer_error("BadDigest", "", head.key))
        self._delete(damaged, patience)

    def _crc32(self, head: StoredObject, patience: CancelToken) -> int:
        crc32 = 0
        for piece in self.reader.read_stream(head, patience):
            crc32 = zlib.crc32(piece, crc32)
        return crc32

    def _tag(self, outcomes: dict[str, PutResult], patience: CancelToken) -> None:
        """Write the tags that the server left out, read them back, and take away what can't have them."""
        if self.can.tags_on_put:
            return
        tagged = {key: r.put.tags for key, r in outcomes.items() if r.etag is not None and r.put.tags}
        errors: dict[str, AppError] = {}
        for result in self.retag((TagPut(key, tags) for key, tags in tagged.items()), patience):
            if result.error is not None:
                errors[result.put.key] = result.error
        for read in self.reader.read_tags([key for key in tagged if key not in errors], patience):
            if read.tags != tagged[read.key]:
                errors[read.key] = read.error or tags_not_kept(read.key)
        for key, error in errors.items():
            outcomes[key] = _failed(outcomes[key], error)
        self._delete_new(outcomes, errors, patience)

    def _take_away(self, outcomes: dict[str, PutResult]) -> None:
        written = [key for key, result in outcomes.items() if result.etag is not None]
        with contextlib.suppress(AppError, CancelledError), limited_to(_LOOK_SECONDS) as patience:
            self._delete_new(outcomes, written, patience)

    def _delete_new(self, outcomes: dict[str, PutResult], keys: Iterable[str], patience: CancelToken) -> None:
        """Delete what the puts wrote, but for what took the place of something else."""
        new = [key for key in keys if outcomes[key].put.condition == Condition()]
        self._delete([head.key for head in self._own(outcomes, new, patience)], patience)

    def _own(self, outcomes: dict[str, PutResult], keys: Iterable[str], patience: CancelToken) -> list[StoredObject]:
        """Return what is stored under those of `keys` where it is what the put wrote, not what came over it."""
        reads = self.reader.head_many(list(keys), patience)
        return [read.head.stored for read in reads if read.head and _is_own(read.head, outcomes[read.key].put)]

    def _delete(self, keys: Iterable[str], patience: CancelToken) -> None:
        for _ in self.delete(keys, patience):
            pass  # a file that is named as failed may be left over


def tags_not_kept(key: str) -> AppError:
    """Return the error that says a server took tags and doesn't have them."""
    return IntegrityError("tags-not-kept", "The storage didn’t keep its tags", "Try again; if it stays, tell IT.", key)


def _conflict(put: Put, read: HeadRead) -> AppError | None:
    """Return what the storage would answer to a put whose condition doesn't hold (API Reference, PutObject)."""
    if read.error is not None:
        return read.error
    wanted = put.condition.replaces_etag if put.condition is not None else None
    there = read.head.stored.etag if read.head is not None else None
    if there == wanted:
        return None
    return answer_error("NoSuchKey" if there is None else "PreconditionFailed", "", put.key)


def _is_own(head: ObjectHead, put: Put) -> bool:
    return head.metadata.get(TRANSFER_METADATA) == put.metadata.get(TRANSFER_METADATA)


def _is_md5(result: PutResult) -> bool:
    return result.etag == hashlib.md5(result.put.body, usedforsecurity=False).hexdigest()


def _failed(result: PutResult, error: AppError) -> PutResult:
    """Return the result of a failure; never a conflict, as whoever uploads would find its own file and be content."""
    if isinstance(error, ConflictError | MissingError):
        error = IntegrityError(
            "unchecked", "Whether it arrived whole can’t be told", "Try again in a moment.", result.put.key
        )
    return PutResult(result.put, None, error)


def _not_seen(error: AppError | CancelledError, key: str) -> AppError:
    if isinstance(error, AppError):
        return error.about(key)
    return OutageError("no-answer", "The storage didn’t answer in time", "Try again.", key)


def _taken(refused: list[PutResult]) -> Iterator[PutResult]:
    while refused:
        yield refused.pop(0)
