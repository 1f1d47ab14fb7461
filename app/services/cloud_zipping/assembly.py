"""One try at putting a ZIP together in the storage, by its plan."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from app.core.assembling import Assembler, Completion, NewPart, PartDone, Range, RangeRead, Upload
from app.core.crc32 import crc32_combine
from app.core.errors import AppError, IntegrityError
from app.core.job import CancelToken
from app.core.objects import StoredObject
from app.core.ports.storage import ObjectStore
from app.core.staging import Place
from app.core.zip_plan import Copied, Directory, Glued, Header, Part, Piece, Plan, Sent, Span, directory_records
from app.core.zipformat import Member, local_header
from app.services.cloud_zipping.checksums import MemberChecksums
from app.services.cloud_zipping.uploads import ZipUploads
from app.services.stage import explained

_UNABLE = {"storage-answer", "storage-failed", "refused-by-storage"}


class UnsuitableError(Exception):
    """The ZIP can't be put together in the cloud, or it wouldn't pay.

    Attributes:
        reason: one sentence for the person.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SourcesFailedError(Exception):
    """Some files can't be taken; without them it can be tried again.

    Attributes:
        errors: by the member's number.
    """

    def __init__(self, errors: Mapping[int, AppError]) -> None:
        super().__init__(", ".join(map(str, errors.values())))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class ZipSource:
    """A stored file that becomes a member.

    Attributes:
        stored: as it was found.
        name: in the ZIP.
        crc32: of its content, as the storage keeps it; None where it keeps none.
    """

    stored: StoredObject
    name: str
    crc32: int | None


@dataclass(frozen=True, slots=True)
class PutTogether:
    """A ZIP in the staging bucket.

    Attributes:
        stored: the ZIP.
        member_crc32s: of the members' contents, in order.
    """

    stored: StoredObject
    member_crc32s: tuple[int, ...]


def put_together(
    plan: Plan,
    sources: Sequence[ZipSource],
    place: Place,
    key: str,
    staging: ObjectStore,
    assembler: Assembler,
    moved: Callable[[int], None],
    cancel: CancelToken,
) -> PutTogether:
    """Carry out a plan; what was made for it is gone at the end, however that comes.

    Args:
        plan: of these sources.
        sources: in order.
        place: of the request, for what is needed meanwhile.
        key: of the ZIP.
        staging: the staging bucket.
        assembler: writes there.
        moved: called with the number of bytes of each piece of a source that has been copied, or read.
        cancel: ends it.

    Raises:
        UnsuitableError: the storage can't.
        SourcesFailedError: some files changed, are gone or can't be read.
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    with ZipUploads(staging, assembler, cancel) as uploads:
        return _Assembly(plan, sources, place, key, uploads, assembler, moved, cancel).run()


class _Assembly:
    """Copies first, as the storage's answers tell the checksums that the ZIP's own records need."""

    def __init__(
        self,
        plan: Plan,
        sources: Sequence[ZipSource],
        place: Place,
        key: str,
        uploads: ZipUploads,
        assembler: Assembler,
        moved: Callable[[int], None],
        cancel: CancelToken,
    ) -> None:
        self._plan = plan
        self._sources = sources
        self._place = place
        self._key = key
        self._uploads = uploads
        self._assembler = assembler
        self._moved = moved
        self._cancel = cancel
        self._checksums = MemberChecksums(
            [source.stored.size_bytes for source in sources], [source.crc32 for source in sources]
        )
        self._failed: dict[int, AppError] = {}
        self._targets: dict[str, Upload] = {}
        self._done: dict[tuple[str, int], PartDone] = {}

    def run(self) -> PutTogether:
        glued = [number for number, part in self._parts() if isinstance(part, Glued)]
        try:
            self._targets = self._uploads.begin([self._key, *map(self._place.scratch_key, glued)])
        except AppError as error:
            if error.code in _UNABLE:
                raise unable() from error
            raise
        self._copy_sources()
        self._fill(self._bodies())
        self._bring_in(glued)
        crc32s = tuple(self._crc32(number) for number in range(len(self._sources)))
        whole = replace(self._completion(self._key, range(1, len(self._plan.parts) + 1)), crc32=self._whole_crc32())
        etag = self._uploads.complete([whole])[self._key]
        newest = max(source.stored.last_modified for source in self._sources)
        return PutTogether(StoredObject(self._key, self._plan.size_bytes, newest, etag), crc32s)

    def _parts(self) -> Iterator[tuple[int, Part]]:
        return enumerate(self._plan.parts, start=1)

    def _copy_sources(self) -> None:
        """Let the storage copy what it can, into the ZIP or into what is brought in later."""
        spans = {}
        errors = []
        for number, part in self._parts():
            if isinstance(part, Copied):
                spans[self._key, number] = part.span
            elif isinstance(part, Glued):
                spans[self._place.scratch_key(number), 1] = part.span
        copies = (NewPart(self._targets[key], number, self._range(span)) for (key, number), span in spans.items())
        with contextlib.closing(self._assembler.fill(copies, self._cancel)) as results:
            for result in results:
                address = result.part.upload.key, result.part.number
                if result.error is None:
                    self._done[address] = result
                    self._note(spans[address], result.crc32)
                else:
                    errors.append(result.error.code)
                    self._note_failure(spans[address], result.error)
        if errors and len(errors) == len(spans) and _UNABLE.issuperset(errors):
            raise unable()
        self._raise_if_failed()

    def _bodies(self) -> Iterator[NewPart]:
        """Yield what is sent from here: records, small files and the beginning of the first large one."""
        spans = (piece for _, pieces in self._sent() for piece in pieces if isinstance(piece, Span))
        with contextlib.closing(self._assembler.read(map(self._range, spans), self._cancel)) as reads:
            for number, pieces in self._sent():
                contents = {piece: self._taken(piece, next(reads)) for piece in pieces if isinstance(piece, Span)}
                if self._failed:  # what else can't be read is to be known before the next try
                    continue
                body = b"".join(contents[piece] if isinstance(piece, Span) else self._record(piece) for piece in pieces)
                if isinstance(self._plan.parts[number - 1], Sent):
                    yield NewPart(self._targets[self._key], number, body)
                else:
                    yield NewPart(self._targets[self._place.scratch_key(number)], 2, body)
        self._raise_if_failed()

    def _sent(self) -> Iterator[tuple[int, tuple[Piece, ...]]]:
        return ((number, part.pieces) for number, part in self._parts() if not isinstance(part, Copied))

    def _taken(self, span: Span, read: RangeRead) -> bytes:
        if read.body is None or read.error is not None:
            self._note_failure(span, read.error or _damaged(read.range.key))
            return b""
        self._note(span, zlib.crc32(read.body))
        return read.body

    def _record(self, piece: Header | Directory) -> bytes:
        if isinstance(piece, Header):
            return local_header(self._member(piece.member))
        return self._directory[piece.start : piece.end]

    def _bring_in(self, glued: Sequence[int]) -> None:
        """Make the objects that hold the end of a file and what follows it, and copy them into the ZIP."""
        completions = [self._completion(self._place.scratch_key(number), (1, 2)) for number in glued]
        etags = self._uploads.complete(completions, is_scratch=True)
        self._fill(
            NewPart(
                self._targets[self._key],
                number,
                Range(
                    completion.upload.key,
                    etags[completion.upload.key],
                    completion.size_bytes,
                    0,
                    completion.size_bytes,
                    is_own=True,
                ),
            )
            for number, completion in zip(glued, completions, strict=True)
        )

    def _fill(self, parts: Iterator[NewPart]) -> None:
        """Fill uploads with what doesn't come from the sources directly."""
        with contextlib.closing(self._assembler.fill(parts, self._cancel)) as results:
            for result in results:
                if result.error is not None:
                    raise result.error
                self._done[result.part.upload.key, result.part.number] = result

    def _completion(self, key: str, numbers: Sequence[int]) -> Completion:
        done = [self._done[key, number] for number in numbers]
        crc32: int | None = 0
        for part in done:
            if crc32 is not None:
                crc32 = None if part.crc32 is None else crc32_combine(crc32, part.crc32, part.size_bytes)
        return Completion(
            self._targets[key], tuple(part.etag for part in done), sum(part.size_bytes for part in done), crc32
        )

    def _range(self, span: Span) -> Range:
        stored = self._sources[span.member].stored
        return Range(stored.key, stored.etag, stored.size_bytes, span.start, span.end)

    def _note(self, span: Span, crc32: int | None) -> None:
        self._moved(span.size_bytes)
        self._checksums.note(span, crc32)
        if self._checksums.is_complete(span.member) and not self._checksums.agree(span.member):
            self._failed[span.member] = _damaged(self._sources[span.member].stored.key)

    def _note_failure(self, span: Span, error: AppError) -> None:
        if error.code == "no-such-upload":
            raise error
        self._failed.setdefault(span.member, explained(error, self._sources[span.member].stored.key))

    def _raise_if_failed(self) -> None:
        if self._failed:
            raise SourcesFailedError(self._failed)

    def _member(self, number: int) -> Member:
        return replace(self._plan.members[number], crc32=self._crc32(number))

    def _crc32(self, number: int) -> int:
        crc32 = self._checksums.of(number)
        if crc32 is None:
            raise unable()
        return crc32

    @cached_property
    def _directory(self) -> bytes:
        members = [self._member(number) for number in range(len(self._sources))]
        return b"".join(directory_records(members))

    def _whole_crc32(self) -> int:
        """Return the CRC32 that the ZIP must have, from the members' own: not from the parts that it is made of."""
        whole = 0
        for number, source in enumerate(self._sources):
            header = local_header(self._member(number))
            whole = crc32_combine(whole, zlib.crc32(header), len(header))
            whole = crc32_combine(whole, self._crc32(number), source.stored.size_bytes)
        return crc32_combine(whole, zlib.crc32(self._directory), len(self._directory))


def unable() -> UnsuitableError:
    """Return that the storage lacks something that is needed."""
    return UnsuitableError("The storage can’t put a ZIP together itself.")


def _damaged(key: str) -> IntegrityError:
    return IntegrityError("damaged", "It doesn’t have the stored checksum", "Try again; if it stays, tell IT.", key)
