"""Limits of the bytes a second, on the real server: contents stay whole, and nothing is faster than allowed."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from zipfile import ZipFile

import pytest

from app.aws.bandwidth import limits_of
from app.aws.connect import Server
from app.aws.credentials import CredentialsHolder
from app.bootstrap import connect
from app.core.capabilities import NOTHING
from app.core.downloads import FetchRequest
from app.core.events import Match
from app.core.job import CancelToken, Job
from app.demo.server import REGION
from app.services.fetch import fetch
from app.settings.model import Transfers
from app.settings.sources import load
from tests.fakes import NoRenewal
from tests.integration.uploading import body, request_for, run, write
from tests.server import write_config

MB = 1_000_000


@pytest.fixture
def limited(s3_server, buckets, aws_environment, tmp_path):
    """The parts of the program, limited to 32 megabits, which are 4 MB, a second both ways."""
    settings = load(write_config(tmp_path, s3_server, buckets))
    parts = connect(replace(settings, transfers=Transfers(32, 32)))
    yield parts
    parts.close()


def test_an_upload_isnt_faster_than_the_limit(limited, boto, buckets, tmp_path):
    names = [f"{number:02}.bin" for number in range(30)]
    folder = write(tmp_path / "files", {name: name.encode() * 40_000 for name in names})
    started = time.monotonic()
    report, _ = run(request_for([folder], "Lot 3"), limited.storage)
    seconds = time.monotonic() - started
    assert report.size_bytes == 30 * 240_000
    assert seconds >= (report.size_bytes - 240_000) / (4 * MB) - 0.1
    assert body(boto, buckets.storage, "files/07.bin") == b"07.bin" * 40_000


def test_parts_and_small_files_of_one_upload_arrive_whole(limited, boto, buckets, tmp_path):
    contents = {"large.bin": b"0123456789" * 1_000_000, "small.txt": b"small"}
    run(request_for([write(tmp_path / "files", contents)], "Lot 3"), limited.storage)
    assert {name: body(boto, buckets.storage, f"files/{name}") for name in contents} == contents


def test_a_download_isnt_faster_than_the_limit(limited, boto, buckets, tmp_path):
    contents = {"large.bin": bytes(range(256)) * 40_000, "small.txt": b"small"}
    for key, content in contents.items():
        boto.put_object(Bucket=buckets.storage, Key=key, Body=content, Tagging="Tag1=Lot%203")
    found = [
        Match(stored, {"Tag1": "Lot 3"}, ("Lot 3",))
        for page in limited.storage.list_objects("", Job().cancel)
        for stored in page
        if stored.key in contents
    ]
    request = FetchRequest(tuple(found), tmp_path / "a.zip", "Lot 3", limited.identity.user_id)
    started = time.monotonic()
    fetch(request, limited.storage, limited.staging, limited.clock, Job())
    seconds = time.monotonic() - started
    assert seconds >= (10.24 * MB - 4 * MB) / (4 * MB) - 0.1
    with ZipFile(tmp_path / "a.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents


def test_a_large_file_from_a_server_without_checksums_arrives_under_a_limit_too(s3_server, keys, boto, buckets):
    """Only its MD5 is there to compare, and that is of the whole, in however many pieces it is read."""
    content = random.Random(1).randbytes(6 * MB)
    boto.put_object(Bucket=buckets.storage, Key="large.bin", Body=content)
    server = Server(
        REGION, s3_server.endpoint_url, CredentialsHolder(keys), NoRenewal(), NOTHING, limits=limits_of(0, 24)
    )
    storage = server.bucket(buckets.storage)
    (stored,) = (found for page in storage.list_objects("", CancelToken()) for found in page)
    pieces = list(storage.read_stream(stored, CancelToken()))
    assert len(pieces) > 1
    assert b"".join(pieces) == content
