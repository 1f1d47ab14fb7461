"""Where a download goes: a safe name that nothing has yet, in the Downloads folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from app.core.errors import local_file_error
from app.core.events import Match
from app.core.job import Job
from app.core.keys import numbered
from app.core.query import Query
from app.core.zipnames import zip_name
from app.services.archive import FetchReport, FetchRequest, fetch, fetch_staged
from app.services.archive_saving import fetch_archive
from app.services.part_file import can_go_on, part_path
from app.services.stage import StagedRequest
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


def fetch_work(
    files: tuple[Match, ...], query: Query, folder: Path, services: WindowServices
) -> Callable[[Job], FetchReport]:
    """Return what packs found files into a ZIP in `folder`; for a worker."""

    def work(job: Job) -> FetchReport:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            in_order = tuple(sorted(files, key=lambda match: match.stored.key))  # the same, however the table is sorted
            request = FetchRequest(
                in_order, folder, query.describe(), services.identity.user_id, is_marked=services.marks_origin
            )
            wanted = request.wanted()
            output = free_output(folder, zip_name(request.name), lambda output: can_go_on(output, wanted))
        except OSError as error:
            raise local_file_error(error, str(folder)) from error
        request = replace(request, output=output)
        return fetch(request, services.storage, services.staging, services.clock, job)

    return work


def staged_work(request: StagedRequest, output: Path, services: WindowServices) -> Callable[[Job], FetchReport]:
    """Return what packs temporary copies into `output`, which the person chose, or saves the ZIP; for a worker."""
    archive = request.archive
    if archive is not None:
        return lambda job: fetch_archive(
            archive.key, output, services.staging, job, force=True, is_marked=services.marks_origin
        )
    return lambda job: fetch_staged(request, output, services.staging, job, force=True, is_marked=services.marks_origin)
