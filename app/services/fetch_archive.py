"""Saving a ZIP that is finished in the staging bucket: checked as it arrives, and whole or not there."""

from __future__ import annotations

from pathlib import Path

from app.core.errors import RefusalError
from app.core.events import Progressed, Stage
from app.core.job import CancelToken, Job
from app.core.objects import ObjectHead, StoredObject
from app.core.ports.storage import ObjectReader
from app.core.staging import LIFETIME, place_of
from app.core.tags import visible
from app.services.fetch import FetchReport
from app.services.zip_part.check import Wanted
from app.services.zip_part.file import part_file
from app.services.zip_part.output_check import check_output, check_room
from app.services.zip_part.place import takes_over
from app.services.zip_part.receiving import archive_gone, receive


def fetch_archive(
    key: str, output: Path, staging: ObjectReader, job: Job, *, force: bool = False, is_marked: bool = True
) -> FetchReport:
    """Download a ZIP that somebody put together before, telling `Progressed`, and return what is in it.

    When it is interrupted (killed, no connection any more), what has arrived stays beside `output`, and a download of
    the same ZIP goes on with it, telling `WentOn`.

    It must have the checksum that the storage keeps; where it keeps none, each of its members must have its own. As
    everybody can store what they like in their own place, it must also be a ZIP with names as Tagdrop gives them.

    Args:
        key: in the staging bucket.
        output: where it goes; nothing stands there before it is whole.
        staging: the staging bucket.
        job: cancels it and hears of it.
        force: whether a file that has the name of `output` is replaced.
        is_marked: whether it gets the system's mark of what was downloaded.

    Raises:
        MissingError: `archive-gone`.
        IntegrityError: `archive-damaged`, `archive-unreadable`, `archive-unsafe`.
        InputError: `output-exists`.
        LocalFileError: it can't be written; `disk-full` before anything is downloaded.
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    head = archive_head(key, staging, job.cancel)
    check_output(output, force=force)
    with part_file(output, _wanted(key, head.stored), job, files=0) as part:
        check_room(output, head.stored.size_bytes - part.size_bytes)
        received = receive(head, part, 0, visible(output.name), staging, job)
        part.finish(output, force, staging.bucket if is_marked else "")
    members, moved_bytes = received.members, received.moved_bytes
    job.events(Progressed(Stage.DOWNLOADING, len(members), len(members), moved_bytes, moved_bytes))
    place = place_of(key)
    return FetchReport(
        files=len(members),
        failures=(),
        size_bytes=sum(member.file_size for member in members),
        output=output,
        zip_bytes=head.stored.size_bytes,
        staged_prefix=place.prefix if place else "",
        expires_at=head.stored.last_modified + LIFETIME,
    )


def saving_goes_on(key: str, output: Path) -> bool:
    """Tell whether an interrupted download of the ZIP `key` would go on beside `output`."""
    return takes_over(output, _wanted(key))


def _wanted(key: str, *stored: StoredObject) -> Wanted:
    return Wanted(key, "", stored)


def archive_head(key: str, staging: ObjectReader, cancel: CancelToken) -> ObjectHead:
    """Return what the storage tells of the ZIP `key`.

    Whoever may not list a whole bucket gets the same refusal for what is gone as for what is forbidden (API Reference,
    HeadObject), so the place is listed then, which people may.

    Raises:
        MissingError: `archive-gone`.
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    try:
        head = staging.head(key, cancel)
    except RefusalError:
        place = place_of(key)
        listed = staging.list_objects(place.prefix if place else key, cancel)
        if any(stored.key == key for page in listed for stored in page):
            raise
        head = None
    if head is None:
        raise archive_gone(visible(key.rpartition("/")[2]))
    return head
