"""Taking files away: temporary copies, packed as one ZIP that is whole or isn't there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core.downloads import FetchRequest
from app.core.errors import AppError, CancelledError, IntegrityError, NothingFoundError
from app.core.events import FilePacked, Match, Progressed, Stage, Unreadable, WentOn
from app.core.job import Job, limited_to
from app.core.objects import StoredObject
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectStore
from app.core.staging import LIFETIME, Place, new_place, place_of
from app.core.tags import visible
from app.core.zipformat import Member
from app.core.zipnames import MemberNames
from app.services.stage import StagedRequest, delete_staged, is_threat, stage, write_label
from app.services.zip_part.check import Wanted
from app.services.zip_part.file import PartFile, part_file
from app.services.zip_part.output_check import check_output, check_room
from app.services.zipping.check_progress import telling_checked
from app.services.zipping.contents_list import ContentsList, contents_list
from app.services.zipping.packing import StagedFile, pack_all
from app.services.zipping.writer import ZipWriter, pack

_TIDY_SECONDS = 15.0
_LIST_TIME = datetime(1980, 1, 1, tzinfo=UTC)  # its own time is in it
_STILL_OF_USE = LIFETIME - timedelta(hours=1)
_OVERHEAD_BYTES = 2200  # of a member: two records, each with a name of up to 1,024 bytes


@dataclass(frozen=True, slots=True)
class FetchReport:
    """How a download ended.

    Attributes:
        files: in the ZIP.
        failures: files that aren't, with the reason.
        size_bytes: content of the files in the ZIP.
        output: the ZIP.
        zip_bytes: its size.
        staged_prefix: what the keys of the temporary copies begin with.
        expires_at: when those are deleted, aware UTC.
        unreadable: what couldn't be looked at for its list of contents, with the reason; None where it has none.
    """

    files: int
    failures: tuple[FilePacked, ...]
    size_bytes: int
    output: Path
    zip_bytes: int
    staged_prefix: str
    expires_at: datetime
    unreadable: tuple[Unreadable, ...] | None = None

    @property
    def is_list_complete(self) -> bool:
        """Whether a list of contents says all there is to say; also where there is none."""
        return self.unreadable is None or not (self.unreadable or self.failures)


def wanted_files(request: FetchRequest) -> Wanted:
    """Return what tells whether an interrupted download was of the same."""
    threats = frozenset(match.stored.key for match in request.files if is_threat(match.tags))
    return Wanted(request.name, request.user_id, tuple(match.stored for match in request.files), threats)


def fetch(request: FetchRequest, storage: ObjectStore, staging: ObjectStore, clock: Clock, job: Job) -> FetchReport:
    """Copy the files to the staging bucket and pack them, telling `Progressed` and `FilePacked`.

    A file that changed, vanished or can't be read is named and the rest goes on. When nothing can be packed,
    or it is cancelled, neither the ZIP nor temporary copies stay. When it is interrupted (killed, no connection any
    more), what was packed and compared stays beside `output`, and the same request goes on with it, telling `WentOn`.

    Raises:
        NothingFoundError: `nothing-to-pack`, `nothing-packed`.
        InputError: `output-exists`.
        LocalFileError: the ZIP can't be written; `disk-full` before anything is copied.
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    if not request.files:
        raise NothingFoundError("nothing-to-pack", "There is nothing to download", "No file was found.")
    check_output(request.output, force=request.force)
    totals = len(request.files), sum(match.stored.size_bytes for match in request.files)
    with part_file(request.output, wanted_files(request), job) as part:
        _begin(part, request.output, totals, job)
        place = _place(part, request.user_id, clock)
        with _taken_back(place, staging, part):
            part.note_place(place.request_id)
            write_label(place, request.name, staging, totals[0])
            with contextlib.closing(_staged(request.files, part, place, storage.bucket, staging, job)) as staged:
                written = _write(
                    part, request.output, staged, totals, staging, job, _lister(request, storage, clock, job)
                )
            part.finish(request.output, request.force, storage.bucket if request.is_marked else "")
    return _report(written, request.output, place.prefix, place.begun_at + LIFETIME)


def fetch_staged(
    request: StagedRequest,
    output: Path,
    staging: ObjectStore,
    job: Job,
    force: bool = False,
    *,
    is_marked: bool = True,
) -> FetchReport:
    """Pack temporary copies that are there already, as `fetch` does; they stay.

    Raises:
        AppError: as `fetch`.
        CancelledError: when cancelled.
    """
    if not request.copies:
        raise NothingFoundError("nothing-to-pack", "There is nothing to download", "The copies are gone.")
    check_output(output, force=force)
    totals = request.files, request.size_bytes
    start = len(f"{request.prefix}files/")
    files = tuple(replace(copy, key=copy.key[start:]) for copy in request.copies)
    with part_file(output, Wanted(request.id, request.user_id, files), job) as part:
        _begin(part, output, totals, job)
        kept = _kept_by_key(files, part)
        staged = (
            StagedFile(file.key, copy.key, file.size_bytes, file.last_modified, kept=kept.get(file.key))
            for file, copy in zip(files, request.copies, strict=True)
        )
        written = _write(part, output, staged, totals, staging, job)
        part.finish(output, force, staging.bucket if is_marked else "")
    return _report(written, output, request.prefix, request.expires_at)


def _begin(part: PartFile, output: Path, totals: tuple[int, int], job: Job) -> None:
    """Raise unless there is room for the rest, and tell what is there already."""
    files, size_bytes = totals
    check_room(output, size_bytes + files * _OVERHEAD_BYTES - part.size_bytes)
    if part.kept:
        job.events(WentOn(len(part.kept), sum(kept.member.size_bytes for kept in part.kept)))
    job.events(Progressed(Stage.PREPARING, 0, files, 0, size_bytes))


def _place(part: PartFile, user_id: str, clock: Clock) -> Place:
    """Return where the copies go: where those of the interrupted download are, unless their day is nearly over."""
    place = place_of(Place(user_id, part.request_id).label_key) if part.request_id else None
    if place is not None and place.begun_at <= clock.now() <= place.begun_at + _STILL_OF_USE:
        return place
    return new_place(user_id, clock.now())


def _staged(
    matches: Sequence[Match], part: PartFile, place: Place, bucket: str, staging: ObjectStore, job: Job
) -> Generator[StagedFile, None, None]:
    """Yield each file once it has its copy; what is packed already and has one isn't copied again."""
    kept = _kept_by_key([match.stored for match in matches], part)
    pages = staging.list_objects(place.prefix, job.cancel) if kept else ()
    sizes = {stored.key: stored.size_bytes for page in pages for stored in page}

    def has_copy(file: StoredObject) -> bool:
        return file.key in kept and sizes.get(place.copy_key(file.key)) == file.size_bytes

    missing = [match for match in matches if not has_copy(match.stored)]
    # Closed before the copies are taken back, so that none is made after that.
    with contextlib.closing(stage(missing, place, bucket, staging, job.cancel)) as copies:
        for match in matches:
            file = match.stored
            error = None if has_copy(file) else next(copies).error
            if file.key in kept:
                error = None  # it is in the ZIP as it was found, whatever became of it since
            copy_key = place.copy_key(file.key)
            yield StagedFile(file.key, copy_key, file.size_bytes, file.last_modified, error, kept.get(file.key))


def _kept_by_key(files: Sequence[StoredObject], part: PartFile) -> dict[str, Member]:
    members = part.wanted.members()
    return {file.key: kept.member for kept, (_, file) in zip(part.kept, members, strict=False)}


@contextlib.contextmanager
def _taken_back(place: Place, staging: ObjectStore, part: PartFile) -> Iterator[None]:
    """Delete the temporary copies again unless it goes well or will go on; what that can't reach is swept later."""
    try:
        yield
    except BaseException as error:
        if not part.stays_after(error):
            with contextlib.suppress(AppError, CancelledError), limited_to(_TIDY_SECONDS) as patience:
                delete_staged(place.request_id, place.user_id, staging, Job(patience))
        raise


_Lister = Callable[[Sequence[FilePacked], Mapping[str, str]], ContentsList]


@dataclass(frozen=True, slots=True)
class _Written:
    """What became of each file, the size of the archive, and its list of contents, if any."""

    packed: Sequence[FilePacked]
    zip_bytes: int
    contents: ContentsList | None


def _lister(request: FetchRequest, storage: ObjectStore, clock: Clock, job: Job) -> _Lister | None:
    """Return what makes the list of contents, of what was packed and its hashes; None where none is wanted."""
    survey = request.survey
    if survey is None:
        return None
    return lambda packed, hashes: contents_list(survey, request.files, packed, hashes, storage, clock.now(), job)


def _write(
    part: PartFile,
    output: Path,
    staged: Iterator[StagedFile],
    totals: tuple[int, int],
    staging: ObjectStore,
    job: Job,
    lister: _Lister | None = None,
) -> _Written:
    """Write the ZIP."""
    writer = ZipWriter(part.stream, [kept.member for kept in part.kept], part.note)
    hashes = {file.key: kept.sha256 for kept, (_, file) in zip(part.kept, part.wanted.members(), strict=False)}
    packed = pack_all(staged, *totals, staging, writer, job, hashes if lister else None)
    if all(file.error for file in packed):
        first = packed[0].error
        reason = f"{visible(packed[0].key)}: {first.title}." if first else ""
        raise NothingFoundError("nothing-packed", "No file could be packed", reason)
    contents = lister(packed, hashes) if lister is not None else None
    if contents is not None:
        _add_list(contents.files, packed, writer)
    zip_bytes = writer.finish()
    if not writer.is_sound(job.cancel, telling_checked(totals[0], totals[0], writer.content_bytes, job)):
        raise IntegrityError(
            "zip-damaged",
            "What the disk holds isn’t what was written",
            "Try again; if it stays, have the disk checked.",
            _shown(output),
        )
    return _Written(packed, zip_bytes, contents)


def _add_list(files: Mapping[str, bytes], packed: Sequence[FilePacked], writer: ZipWriter) -> None:
    """Write the list of contents behind the members, under names that none of them has."""
    names = MemberNames()
    for file in packed:
        names.name_for(file.key)
    for file_name, body in files.items():
        name = names.name_for(file_name)
        writer.add(name, _LIST_TIME, pack(name, body))


def _report(written: _Written, output: Path, prefix: str, expires_at: datetime) -> FetchReport:
    failures = tuple(file for file in written.packed if file.error)
    return FetchReport(
        files=len(written.packed) - len(failures),
        failures=failures,
        size_bytes=sum(file.size_bytes for file in written.packed if not file.error),
        output=output,
        zip_bytes=written.zip_bytes,
        staged_prefix=prefix,
        expires_at=expires_at,
        unreadable=written.contents.unreadable if written.contents else None,
    )


def _shown(path: Path) -> str:
    return visible(str(path))
