"""Putting the sample files into the demo's storage bucket, once."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.core.conflicts import Choice, Conflict, Resolution
from app.core.errors import CancelledError, OutageError
from app.core.job import CancelToken, Job
from app.core.ports.storage import ObjectStore
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.demo.samples import Sample, samples
from app.services.upload import upload
from app.services.uploads.collect import collect

_PEOPLE = ("maria.keller@example.com", "jonas.weber@example.com", "priya.nair@example.com")


def seed(data_dir: Path, stored: Path, storage: ObjectStore, rules: TagRules, cancel: CancelToken) -> None:
    """Upload the sample files unless that was done; one that was interrupted goes on without duplicates.

    Args:
        data_dir: of the demo; the files are written there first.
        stored: where the server keeps the buckets. What says that it was done lies there, and goes with them.
        storage: the storage bucket.
        rules: how tags are stored.
        cancel: stops it.

    Raises:
        CancelledError: when cancelled.
        OSError: the files can't be written to `data_dir`.
        AppError: they can't be uploaded.
    """
    done = stored / "samples-uploaded"
    if done.exists():
        return
    folder = data_dir / "samples"
    try:
        by_path = {_write(folder, sample): sample for sample in samples()}
        files = collect(sorted(folder.iterdir()), Job(cancel)).files
        for number, person in enumerate(_PEOPLE):
            own = tuple(UploadFile(source, by_path[source.path].values) for source in files[number :: len(_PEOPLE)])
            report = upload(UploadRequest(own, (), "", rules, person, False), storage, _Skip(), Job(cancel))
            if report.is_cancelled:
                raise CancelledError
            if report.failures:
                raise report.failures[0].error or OutageError("demo-samples", "The sample files can’t be stored")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    done.touch()


class _Skip:
    """A `ConflictResolver` that leaves what is there: an earlier start was interrupted."""

    def resolve(self, conflict: Conflict, cancel: CancelToken) -> Resolution:
        return Resolution(Choice.SKIP, for_all=True)


def _write(folder: Path, sample: Sample) -> Path:
    path = folder / sample.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sample.content)
    return path
