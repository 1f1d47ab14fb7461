"""Two people upload files of the same names in the same second: nothing is overwritten, nothing is lost."""

from __future__ import annotations

import multiprocessing
import threading

import pytest

from app.aws.connect import Server
from app.aws.credentials import CredentialsHolder
from app.core.capabilities import EVERYTHING
from app.core.conflicts import Choice
from app.core.events import UploadStatus
from app.demo.server import REGION
from tests import proxy as faults
from tests.fakes import Decides, NoRenewal
from tests.integration.uploading import body, open_uploads, request_for, run, write
from tests.server import keys_in

MIB = 1024**2
NAMES = [f"scan{number:04}.pdf" for number in range(100)]


def upload_folder(endpoint_url, keys, bucket, folder, start):
    """Upload one person's folder when `start` lets it; also run in a process of its own."""
    storage = Server(REGION, endpoint_url, CredentialsHolder(keys), NoRenewal(), EVERYTHING).bucket(bucket)
    request = request_for(sorted(folder.iterdir()))
    start.wait()
    report, _ = run(request, storage, Decides(Choice.KEEP_BOTH, for_all=True))
    assert report.failures == ()
    assert report.count(UploadStatus.UPLOADED) + report.count(UploadStatus.KEPT_BOTH) == len(request.files)


def folders(files, people, large=b""):
    """Make a folder for each person with files of the same names and that person's own content."""
    return [
        write(
            files / person,
            {**{name: f"{person} {name}".encode() for name in NAMES}, "film.mp4": large + person.encode()},
        )
        for person in people
    ]


def assert_all_is_there(boto, bucket, contents):
    stored = [body(boto, bucket, key) for key in keys_in(boto, bucket)]
    assert sorted(stored) == sorted(contents)


def test_from_two_threads(files, storage, boto, s3_server, keys):
    large = bytes(9 * MIB)
    both = folders(files, ["Maria", "Sam"], large)
    start = threading.Barrier(2)
    threads = [
        threading.Thread(target=upload_folder, args=(s3_server.endpoint_url, keys, storage.bucket, folder, start))
        for folder in both
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_all_is_there(boto, storage.bucket, [path.read_bytes() for folder in both for path in folder.iterdir()])
    assert open_uploads(boto, storage.bucket) == []


def test_from_three_processes(files, storage, boto, s3_server, keys):
    everybody = folders(files, ["Maria", "Sam", "Aiko"])
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    processes = [
        context.Process(target=upload_folder, args=(s3_server.endpoint_url, keys, storage.bucket, folder, start))
        for folder in everybody
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert_all_is_there(boto, storage.bucket, [path.read_bytes() for folder in everybody for path in folder.iterdir()])


class Overtaken:
    """A storage on which somebody else's object of the same name wins right after ours was acknowledged."""

    def __init__(self, storage, boto):
        self._storage = storage
        self._boto = boto
        self._others = [b"somebody else's"]

    def __getattr__(self, name):
        return getattr(self._storage, name)

    def put_many(self, puts, *rest):
        for result in self._storage.put_many(puts, *rest):
            self._overtake(result)
            yield result

    def put_large(self, put, *rest):
        result = self._storage.put_large(put, *rest)
        self._overtake(result)
        return result

    def _overtake(self, result):
        if self._others:
            self._boto.put_object(Bucket=self._storage.bucket, Key=result.put.key, Body=self._others.pop())


@pytest.mark.parametrize("size", [0, 9 * MIB])
def test_a_file_that_was_overwritten_in_the_same_moment_is_sent_again_beside_it(files, storage, boto, size):
    content = bytes(size) + b"ours"
    folder = write(files / "Maria", {"film.mp4": content})
    request = request_for(sorted(folder.iterdir()))
    report, _ = run(request, Overtaken(storage, boto), Decides(Choice.KEEP_BOTH, for_all=True))
    assert report.counts == {UploadStatus.KEPT_BOTH: 1}
    assert body(boto, storage.bucket, "film.mp4") == b"somebody else's"
    assert body(boto, storage.bucket, "film (2).mp4") == content


def test_what_was_acknowledged_and_cant_be_looked_at_is_uploaded(files, behind, boto, proxy):
    folder = write(files / "Maria", {"a.txt": b"a", "b.txt": b"b"})
    proxy.on(lambda asked: asked.method == "HEAD", faults.hang_up)
    report, _ = run(request_for(sorted(folder.iterdir())), behind)
    assert report.counts == {UploadStatus.UPLOADED: 2}
    assert keys_in(boto, behind.bucket) == ["a.txt", "b.txt"]
