"""What the demo's role lets signed-in people do: asked by boto3 alone, so that only the storage refuses."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from app.demo.access import Access
from app.demo.server import LocalServer
from tests.desktop import JONAS, MARIA, Desktop, claims_of
from tests.server import assume, client_of, keys_in, plain_client, tags_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STORAGE = "example-files"
STAGING = "example-staging"

Act = Callable[["S3Client", str], object]


@dataclass(frozen=True)
class Office:
    """Two people on the same buckets.

    Attributes:
        keys: a client under the server's own keys.
        maria: a client under Maria's session.
        jonas: a client under Jonas's session.
        maria_id: Maria's `sub`, which names her place in the staging bucket.
    """

    keys: S3Client
    maria: S3Client
    jonas: S3Client
    maria_id: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server that lets people into just these two buckets."""
    with LocalServer(tmp_path_factory.mktemp("office"), Access(STORAGE, STAGING)) as server:
        client = plain_client(server)
        for bucket in (STORAGE, STAGING, "payroll"):
            client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=STORAGE, Key="plan.pdf", Body=b"plan", Tagging="Tag1=Site")
        client.put_object(Bucket="payroll", Key="list.csv", Body=b"x")
        yield server


@pytest.fixture
def office(server: LocalServer) -> Office:
    tokens = [Desktop(server.provider).sign_in(who)["id_token"] for who in (MARIA, JONAS)]
    maria, jonas = (client_of(server, assume(server, token)) for token in tokens)
    office = Office(plain_client(server), maria, jonas, claims_of(tokens[0])["sub"])
    for place in (office.maria_id, f"shared/{office.maria_id}"):
        copy(maria, f"{place}/r/plan.pdf")
    return office


def copy(client: S3Client, key: str) -> None:
    client.copy_object(Bucket=STAGING, Key=key, CopySource={"Bucket": STORAGE, "Key": "plan.pdf"})


def test_people_store_find_and_tag(office: Office) -> None:
    office.maria.put_object(Bucket=STORAGE, Key="a/b.txt", Body=b"b", Tagging="Tag1=Letter", IfNoneMatch="*")
    office.jonas.put_object_tagging(
        Bucket=STORAGE, Key="a/b.txt", Tagging={"TagSet": [{"Key": "Tag1", "Value": "Offer"}]}
    )
    assert tags_of(office.maria, STORAGE, "a/b.txt") == {"Tag1": "Offer"}
    assert "a/b.txt" in keys_in(office.jonas, STORAGE)
    assert office.jonas.get_object(Bucket=STORAGE, Key="a/b.txt")["Body"].read() == b"b"


def test_people_send_large_files_in_parts_and_can_give_up(office: Office) -> None:
    place = {"Bucket": STORAGE, "Key": "film.mp4"}
    upload = office.maria.create_multipart_upload(**place, Tagging="Tag1=Film")["UploadId"]
    part = office.maria.upload_part(**place, UploadId=upload, PartNumber=1, Body=io.BytesIO(b"x"))
    assert office.maria.list_parts(**place, UploadId=upload)["Parts"][0]["ETag"] == part["ETag"]
    office.maria.abort_multipart_upload(**place, UploadId=upload)
    assert "Uploads" not in office.keys.list_multipart_uploads(Bucket=STORAGE)


def test_people_have_a_place_of_their_own_for_temporary_copies(office: Office) -> None:
    own = f"{office.maria_id}/r/plan.pdf"
    assert tags_of(office.maria, STAGING, own) == {"Tag1": "Site"}
    listed = office.maria.list_objects_v2(Bucket=STAGING, Prefix=f"{office.maria_id}/")
    assert [entry["Key"] for entry in listed["Contents"]] == [own]
    assert office.maria.get_object(Bucket=STAGING, Key=own)["Body"].read() == b"plan"
    office.maria.delete_objects(Bucket=STAGING, Delete={"Objects": [{"Key": own}]})
    assert own not in keys_in(office.keys, STAGING)


def test_what_is_shared_can_be_read_by_everybody_and_written_by_its_owner(office: Office) -> None:
    shared = f"shared/{office.maria_id}/r/plan.pdf"
    assert office.jonas.get_object(Bucket=STAGING, Key=shared)["Body"].read() == b"plan"
    assert shared in [
        entry["Key"] for entry in office.jonas.list_objects_v2(Bucket=STAGING, Prefix="shared/")["Contents"]
    ]
    assert_denied(lambda: office.jonas.put_object(Bucket=STAGING, Key=shared, Body=b"other"))
    assert_denied(lambda: office.jonas.delete_object(Bucket=STAGING, Key=shared))
    office.maria.delete_object(Bucket=STAGING, Key=shared)
    assert shared not in keys_in(office.keys, STAGING)


OTHERS: dict[str, Act] = {
    "list": lambda client, other: client.list_objects_v2(Bucket=STAGING, Prefix=f"{other}/"),
    "list the old way": lambda client, other: client.list_objects(Bucket=STAGING, Prefix=f"{other}/"),
    "list folders": lambda client, other: client.list_objects_v2(Bucket=STAGING, Delimiter="/"),
    "list everything": lambda client, other: client.list_objects_v2(Bucket=STAGING),
    "list what begins alike": lambda client, other: client.list_objects_v2(Bucket=STAGING, Prefix=other[:-1]),
    "list versions": lambda client, other: client.list_object_versions(Bucket=STAGING, Prefix=f"{other}/"),
    "list open uploads": lambda client, other: client.list_multipart_uploads(Bucket=STAGING, Prefix=f"{other}/"),
    "read": lambda client, other: client.get_object(Bucket=STAGING, Key=f"{other}/r/plan.pdf"),
    "look at": lambda client, other: client.head_object(Bucket=STAGING, Key=f"{other}/r/plan.pdf"),
    "read the tags": lambda client, other: client.get_object_tagging(Bucket=STAGING, Key=f"{other}/r/plan.pdf"),
    "copy": lambda client, other: client.copy_object(
        Bucket=STORAGE, Key="stolen.pdf", CopySource={"Bucket": STAGING, "Key": f"{other}/r/plan.pdf"}
    ),
    "replace": lambda client, other: client.put_object(Bucket=STAGING, Key=f"{other}/r/plan.pdf", Body=b"x"),
    "add": lambda client, other: client.put_object(Bucket=STAGING, Key=f"{other}/r/more.pdf", Body=b"x"),
    "add in parts": lambda client, other: client.create_multipart_upload(Bucket=STAGING, Key=f"{other}/r/more.pdf"),
    "tag": lambda client, other: client.put_object_tagging(
        Bucket=STAGING, Key=f"{other}/r/plan.pdf", Tagging={"TagSet": []}
    ),
    "delete": lambda client, other: client.delete_object(Bucket=STAGING, Key=f"{other}/r/plan.pdf"),
}


@pytest.mark.parametrize("act", [pytest.param(act, id=name) for name, act in OTHERS.items()])
def test_nobody_gets_at_the_temporary_copies_of_another(office: Office, act: Act) -> None:
    before = keys_in(office.keys, STAGING)
    assert_denied(lambda: act(office.jonas, office.maria_id))
    assert keys_in(office.keys, STAGING) == before


def test_nobody_deletes_the_temporary_copies_of_another_by_the_dozen(office: Office) -> None:
    key = f"{office.maria_id}/r/plan.pdf"
    answer = office.jonas.delete_objects(Bucket=STAGING, Delete={"Objects": [{"Key": key}]})
    assert [(error["Key"], error["Code"]) for error in answer["Errors"]] == [(key, "AccessDenied")]
    assert key in keys_in(office.keys, STAGING)


def test_what_is_listed_at_another_by_a_detour_is_nothing(office: Office, server: LocalServer) -> None:
    own = claims_of(Desktop(server.provider).sign_in(JONAS)["id_token"])["sub"]
    listed = office.jonas.list_objects_v2(Bucket=STAGING, Prefix=f"{own}/../{office.maria_id}/")
    assert listed["KeyCount"] == 0


DENIED: dict[str, Act] = {
    "delete a stored file": lambda client, _: client.delete_object(Bucket=STORAGE, Key="plan.pdf"),
    "write what is Tagdrop's own": lambda client, _: client.put_object(Bucket=STORAGE, Key=".tagdrop/index", Body=b""),
    "read another bucket": lambda client, _: client.get_object(Bucket="payroll", Key="list.csv"),
    "list another bucket": lambda client, _: client.list_objects_v2(Bucket="payroll"),
    "make a bucket": lambda client, _: client.create_bucket(Bucket="mine"),
    "delete a bucket": lambda client, _: client.delete_bucket(Bucket=STORAGE),
    "open a bucket to others": lambda client, _: client.put_bucket_policy(Bucket=STORAGE, Policy="{}"),
    "let files expire": lambda client, _: client.put_bucket_lifecycle_configuration(
        Bucket=STORAGE, LifecycleConfiguration={"Rules": []}
    ),
}


@pytest.mark.parametrize("act", [pytest.param(act, id=name) for name, act in DENIED.items()])
def test_people_can_do_no_more_than_the_program_needs(office: Office, act: Act) -> None:
    assert_denied(lambda: act(office.maria, ""))
    assert "plan.pdf" in keys_in(office.keys, STORAGE)


def test_a_session_lasts_as_long_as_it_was_set_up(tmp_path: Path) -> None:
    with LocalServer(tmp_path, Access(STORAGE, STAGING, session_seconds=3)) as server:
        plain_client(server).create_bucket(Bucket=STORAGE)
        session = assume(server, Desktop(server.provider).sign_in(MARIA)["id_token"])
        client = client_of(server, session)
        assert session["Expiration"].timestamp() == pytest.approx(time.time() + 3, abs=2)
        assert keys_in(client, STORAGE) == []
        time.sleep(max(0.0, session["Expiration"].timestamp() + 1.5 - time.time()))  # its end is the clock's alone
        with pytest.raises(ClientError) as raised:
            client.list_objects_v2(Bucket=STORAGE)
        assert raised.value.response["Error"]["Code"] == "InvalidAccessKeyId"


def assert_denied(act: Callable[[], object]) -> None:
    with pytest.raises(ClientError) as raised:
        act()
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
