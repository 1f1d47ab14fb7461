"""Where a download goes: a safe name that nothing has yet, or the file that the person chose."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from app.core.downloads import ArchiveFetch, CopiesFetch, Download, FetchRequest, Listing
from app.core.errors import local_file_error
from app.core.keys import numbered
from app.core.zipnames import MemberNames, zip_name
from app.services.fetch import wanted_files
from app.services.fetch_archive import saving_goes_on
from app.services.stage import StagedRequest
from app.services.waiting import WaitingRequest
from app.services.zip_part.place import can_go_on, part_path
from app.ui.find.take import Take
from app.ui.services import WindowServices
from app.ui.zip_target import ZipTarget


def downloads_folder() -> Path:
    """Return this person's folder for downloads."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation) or Path.home())


def free_outputs(folder: Path, name: str, goes_on: Callable[[Path], bool] = lambda output: False) -> Iterator[Path]:
    """Yield paths in `folder` that nothing has yet, numbered where `name` is taken; for a worker.

    Args:
        folder: that is searched.
        name: that is wanted.
        goes_on: whether what was begun beside a path is an interrupted download that would go on there.

    Raises:
        LocalFileError: the folder can't be read.
    """
    try:
        for number in itertools.count(1):
            output = folder / (name if number == 1 else numbered(name, number))
            if not output.exists() and (goes_on(output) or not part_path(output).exists()):
                yield output
    except OSError as error:
        raise local_file_error(error, str(folder)) from error


def waiting_fetch(take: Take, target: ZipTarget, services: WindowServices) -> WaitingRequest[Download]:
    """Return the download of found files as a ZIP, before its turn.

    With a list of contents it looks at every file once more: what that says must not rest on what an index knew.
    """
    request = FetchRequest(
        tuple(sorted(take.files, key=lambda match: match.stored.key)),  # the same, however the table is sorted
        target.path,
        take.query.describe(),
        services.identity.user_id,
        target.is_file,
        is_marked=services.marks_origin,
        listing=Listing(take.query, take.is_all) if take.has_list else None,
    )
    if target.is_file:
        return services.downloader.waiting(request)
    wanted = wanted_files(request)
    return _numbered(request, target, zip_name(request.name), lambda output: can_go_on(output, wanted), services)


def waiting_saving(key: str, target: ZipTarget, services: WindowServices) -> WaitingRequest[Download]:
    """Return the download of the shared ZIP `key`, before its turn."""
    request = ArchiveFetch(key, target.path, target.is_file, services.marks_origin)
    if target.is_file:
        return services.downloader.waiting(request)
    return _numbered(request, target, archive_name(key), lambda output: saving_goes_on(key, output), services)


def waiting_staged(request: StagedRequest, output: Path, services: WindowServices) -> WaitingRequest[Download]:
    """Return what packs temporary copies into `output`, which the person chose, or saves the ZIP, before its turn."""
    archive, marks = request.archive, services.marks_origin
    wanted: Download
    if archive is not None:
        wanted = ArchiveFetch(archive.key, output, True, marks, archive.size_bytes)
    else:
        wanted = CopiesFetch(request.id, request.user_id, output, True, marks, request.files, request.size_bytes)
    return services.downloader.waiting(wanted)


def archive_name(key: str) -> str:
    """Return the name that the shared ZIP `key` is saved under."""
    return MemberNames().name_for(key.rpartition("/")[2])


def _numbered(
    request: FetchRequest | ArchiveFetch,
    target: ZipTarget,
    name: str,
    goes_on: Callable[[Path], bool],
    services: WindowServices,
) -> WaitingRequest[Download]:
    """Return the download of `request` before its turn, to the first free name in the folder `target`."""

    def requests() -> Iterator[Download]:
        target.make_ready()
        return (replace(request, output=output) for output in free_outputs(target.path, name, goes_on))

    return services.downloader.waiting_numbered(requests)
