"""Walking what was dropped: which files can be uploaded, and what is left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import AppError, InputError, local_file_error
from app.core.events import FilesCollected, LeftOut, SourceFile, UploadStatus
from app.core.job import Job
from app.core.keys import is_junk, is_pointer, key_of
from app.core.tags import visible
from app.services.uploads.sources import not_a_file

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Collected:
    """What was found in a drop.

    Attributes:
        files: that can be uploaded, in the order of the walk, names sorted.
        left_out: scraps of the system, links, and what can't be read or named.
    """

    files: tuple[SourceFile, ...]
    left_out: tuple[LeftOut, ...]


def collect(paths: Iterable[Path], job: Job) -> Collected:
    """Walk files and folders, telling what is found as `FilesCollected` in batches.

    What was named twice is taken once. A link within a dropped folder is taken when it leads to a file of
    that folder; other links are left out.

    Raises:
        CancelledError: when cancelled.
    """
    files: list[SourceFile] = []
    left_out: list[LeftOut] = []
    for news in _batches(_distinct(paths), job):
        files += news.files
        left_out += news.left_out
        job.events(news)
    return Collected(tuple(files), tuple(left_out))


def _batches(found: Iterator[SourceFile | LeftOut], job: Job) -> Iterator[FilesCollected]:
    batch: list[SourceFile | LeftOut] = []
    for item in found:
        job.cancel.raise_if_cancelled()
        batch.append(item)
        if len(batch) == _BATCH:
            yield _news(batch)
            batch = []
    yield _news(batch)


def _news(batch: list[SourceFile | LeftOut]) -> FilesCollected:
    return FilesCollected(
        tuple(item for item in batch if isinstance(item, SourceFile)),
        tuple(item for item in batch if isinstance(item, LeftOut)),
    )


def _distinct(paths: Iterable[Path]) -> Iterator[SourceFile | LeftOut]:
    seen: set[Path] = set()
    for path in paths:
        for item in _walk(Path(os.path.abspath(path))):  # noqa: PTH100 -- resolve() would follow links
            if item.path not in seen:
                seen.add(item.path)
                yield item


def _walk(dropped: Path) -> Iterator[SourceFile | LeftOut]:
    """Walk one dropped file or folder; a dropped link is what it leads to."""
    try:
        is_folder = stat.S_ISDIR(dropped.stat().st_mode)
    except OSError as error:
        yield _failed(dropped, local_file_error(error, _shown(dropped)))
        return
    if not is_folder:
        yield _look_at(dropped, (dropped.name,))
        return
    # The root of a disk has no name of its own; what lies in it is named from there.
    yield from _walk_folder(dropped, (dropped.name,) if dropped.name else (), dropped.resolve())


def _walk_folder(top: Path, top_parts: tuple[str, ...], root: Path) -> Iterator[SourceFile | LeftOut]:
    pending = [(top, top_parts)]
    while pending:
        folder, parts = pending.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            yield _failed(folder, local_file_error(error, _shown(folder)))
            continue
        subfolders = []
        for entry in entries:
            path, entry_parts = Path(entry.path), (*parts, entry.name)
            if entry.is_symlink() and not _stays_in(path, root):
                yield LeftOut(path, UploadStatus.LINK)
            elif entry.is_dir(follow_symlinks=False):
                subfolders.append((path, entry_parts))
            else:
                yield _look_at(path, entry_parts)
        pending += reversed(subfolders)


def _stays_in(link: Path, root: Path) -> bool:
    """Tell whether a link leads to a file below `root`."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # leads nowhere, or in a circle
        return False
    return target.is_file() and target.is_relative_to(root)


def _look_at(path: Path, parts: tuple[str, ...]) -> SourceFile | LeftOut:
    try:
        found = path.stat()
    except OSError as error:
        return _failed(path, local_file_error(error, _shown(path)))
    if is_junk(path.name):
        return LeftOut(path, UploadStatus.JUNK, found.st_size)
    if not stat.S_ISREG(found.st_mode):
        return _failed(path, not_a_file(path))
    if is_pointer(path.name):
        detail = f"“{visible(path.name)}” only points to a document at Google. Export it first."
        return _failed(path, InputError("pointer-file", "It holds no content", detail, _shown(path)), found.st_size)
    try:
        return SourceFile(path, parts, key_of(parts), found.st_size, found.st_mtime_ns)
    except InputError as error:
        return _failed(path, error, found.st_size)


def _failed(path: Path, error: AppError, size_bytes: int = 0) -> LeftOut:
    return LeftOut(path, UploadStatus.FAILED, size_bytes, error)


def _shown(path: Path) -> str:
    return visible(str(path))
