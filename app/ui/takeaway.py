"""Where a download goes: a safe name that nothing has yet, in the Downloads folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from app.core.downloads import ArchiveFetch, CopiesFetch, FetchRequest, Survey
from app.core.errors import local_file_error
from app.core.events import Event, Match, Matches, Unreadable
from app.core.job import Job
from app.core.keys import numbered
from app.core.zipnames import zip_name
from app.services.archive import FetchReport, wanted_files
from app.services.part_file import can_go_on, part_path
from app.services.search import search
from app.services.stage import StagedRequest
from app.ui.find.take import Take
from app.ui.services import WindowServices


def downloads_folder() -> Path:
    """Return this person's folder for downloads."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation) or Path.home())


def free_output(folder: Path, name: str, goes_on: Callable[[Path], bool] = lambda output: False) -> Path:
    """Return a path in `folder` that nothing has yet, numbered where `name` is taken.

    Args:
        folder: that is searched.
        name: that is wanted.
        goes_on: whether what was begun beside a path is an interrupted download that would go on there.
    """
    number, output = 1, folder / name
    while output.exists() or (part_path(output).exists() and not goes_on(output)):
        number += 1
        output = folder / numbered(name, number)
    return output


def fetch_work(take: Take, folder: Path, services: WindowServices) -> Callable[[Job], FetchReport]:
    """Return what packs found files into a ZIP in `folder`; for a worker.

    With a list of contents it looks at every file once more: what that says must not rest on what an index knew.
    """

    def work(job: Job) -> FetchReport:
        files, survey = _looked_at_again(take, services, job) if take.has_list else (take.files, None)
        request = FetchRequest(
            tuple(sorted(files, key=lambda match: match.stored.key)),  # the same, however the table is sorted
            folder,
            take.query.describe(),
            services.identity.user_id,
            survey=survey,
            is_marked=services.marks_origin,
        )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            wanted = wanted_files(request)
            output = free_output(folder, zip_name(request.name), lambda output: can_go_on(output, wanted))
        except OSError as error:
            raise local_file_error(error, str(folder)) from error
        request = replace(request, output=output)
        return services.downloader.download(request, job)

    return work


def _looked_at_again(take: Take, services: WindowServices, job: Job) -> tuple[Sequence[Match], Survey]:
    """Return the files that are meant, as a search of everything finds them now, and that search."""
    found: list[Match] = []
    unreadable: list[Unreadable] = []

    def note(event: Event) -> None:
        if isinstance(event, Matches):
            found.extend(event.batch)
        elif isinstance(event, Unreadable):
            unreadable.append(event)

    report = search(take.query, services.live, Job(job.cancel, note))
    meant = {match.stored.key for match in take.files}
    files = found if take.is_all else [match for match in found if match.stored.key in meant]
    return files, Survey(take.query, report, tuple(unreadable))


def staged_work(request: StagedRequest, output: Path, services: WindowServices) -> Callable[[Job], FetchReport]:
    """Return what packs temporary copies into `output`, which the person chose, or saves the ZIP; for a worker."""
    archive, marks = request.archive, services.marks_origin
    wanted: ArchiveFetch | CopiesFetch
    if archive is not None:
        wanted = ArchiveFetch(archive.key, output, True, marks, archive.size_bytes)
    else:
        wanted = CopiesFetch(request.id, request.user_id, output, True, marks, request.files, request.size_bytes)
    return lambda job: services.downloader.download(wanted, job)
