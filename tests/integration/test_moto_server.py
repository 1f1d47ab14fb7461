"""A server that checks neither sources nor checksums nor signatures: moto's."""

from __future__ import annotations

import boto3
import pytest
from moto.server import ThreadedMotoServer

from app.aws.capabilities import ProbePlace
from app.aws.connect import Server
from app.aws.credentials import CredentialsHolder
from app.core.capabilities import Capabilities
from app.core.events import UploadStatus
from app.core.identity import Credentials
from app.core.job import CancelToken, Job
from app.services.fetch import fetch
from tests.fakes import MovedClock, NoRenewal
from tests.integration.finding import USER, contents_of, request_to_fetch
from tests.integration.uploading import body, request_for, run, write
from tests.server import Buckets, keys_in, make_buckets, tags_of

MIB = 1024**2
TAGS = {"Tag1": "Invoice 2026", "Tag2": "Tag-value"}


@pytest.fixture(scope="module")
def endpoint_url():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def boto(endpoint_url):
    client = boto3.client(
        "s3", endpoint_url=endpoint_url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    yield client
    client.close()


@pytest.fixture
def buckets(boto) -> Buckets:
    return make_buckets(boto)


@pytest.fixture
def server(endpoint_url, buckets):
    holder = CredentialsHolder(Credentials("a", "b"))
    return Server("us-east-1", endpoint_url, holder, NoRenewal(), ProbePlace(buckets.staging, USER))


def test_what_it_lacks_is_found_out(server, boto, buckets):
    can = server._capabilities(CancelToken())
    missing = {name for name in Capabilities.__slots__ if not getattr(can, name)}
    assert {"conditional_copy", "verified_checksums"} <= missing
    assert "conditional_put" not in missing
    assert keys_in(boto, buckets.staging) == []


def test_files_go_up_with_their_tags_and_come_back_whole(server, boto, buckets, files, tmp_path):
    contents = {"files/a.txt": b"a", "files/b.bin": b"b" * (9 * MIB)}
    folder = write(files, {key.partition("/")[2]: content for key, content in contents.items()})
    storage, staging = server.bucket(buckets.storage), server.bucket(buckets.staging)
    report, _ = run(request_for([folder]), storage)
    assert report.counts == {UploadStatus.UPLOADED: 2}
    for key, content in contents.items():
        assert body(boto, buckets.storage, key) == content
        assert tags_of(boto, buckets.storage, key) == TAGS
    out = tmp_path / "a.zip"
    report = fetch(request_to_fetch(storage, out, "invoice 2026"), storage, staging, MovedClock(), Job())
    assert report.failures == ()
    assert contents_of(out) == contents
    copies = [key for key in keys_in(boto, buckets.staging) if "/files/" in key]
    assert [tags_of(boto, buckets.staging, copy) for copy in copies] == [TAGS, TAGS]


def test_a_file_that_changed_since_it_was_found_is_not_taken_for_it(server, boto, buckets, tmp_path):
    for key in ("a.txt", "b.txt"):
        boto.put_object(Bucket=buckets.storage, Key=key, Body=key.encode(), Tagging="Tag1=Invoice 2026")
    storage, staging = server.bucket(buckets.storage), server.bucket(buckets.staging)
    request = request_to_fetch(storage, tmp_path / "a.zip", "invoice 2026")
    boto.put_object(Bucket=buckets.storage, Key="b.txt", Body=b"other", Tagging="Tag1=Invoice 2026")
    report = fetch(request, storage, staging, MovedClock(), Job())
    assert [(failure.key, failure.error.code) for failure in report.failures] == [("b.txt", "source-changed")]
    assert contents_of(tmp_path / "a.zip") == {"a.txt": b"a.txt"}
    assert not [key for key in keys_in(boto, buckets.staging) if key.endswith("b.txt")]
