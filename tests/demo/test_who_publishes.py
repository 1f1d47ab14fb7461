"""What the publisher's policy lets its holder do at a real server: asked by boto3, and by the program itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

import app.demo.server
from app.demo.access import ROLE_ARN, Access, access_configuration
from app.demo.server import LocalServer
from app.services.provisioning.policies import publisher_policy
from app.services.provisioning.request import ProvisionRequest
from tests.desktop import MARIA, Desktop
from tests.server import Buckets, assume, client_of, keys_in, plain_client, write_config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

BUCKETS = Buckets("example-files", "example-staging")
PUBLISHER_ARN = "arn:aws:iam::000000000000:role/publisher"
CATALOG_KEY = ".tagdrop/catalog/latest.json"


def with_publisher(access: Access, issuer: str, client_id: str) -> dict[str, Any]:
    """Add a second role, under which there is just the policy that `provision --publisher` sets up."""
    made = access_configuration(access, issuer, client_id)
    document = publisher_policy(ProvisionRequest("us-east-1", BUCKETS.storage, BUCKETS.staging, publisher=True), ())
    made["policies"].append({"name": "publisher", "document": document})
    role = {**made["roles"][0], "roleName": "publisher", "roleArn": PUBLISHER_ARN, "attachedPolicies": ["publisher"]}
    made["roles"].append(role)
    return made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.demo.server, "access_configuration", with_publisher)
        access = Access(BUCKETS.storage, BUCKETS.staging)
        with LocalServer(tmp_path_factory.mktemp("publishing"), access) as server:
            client = plain_client(server)
            for bucket in (BUCKETS.storage, BUCKETS.staging):
                client.create_bucket(Bucket=bucket)
            client.put_object(Bucket=BUCKETS.storage, Key="plan.pdf", Body=b"plan", Tagging="Tag1=Site")
            yield server


def session(server: LocalServer, role: str) -> CredentialsTypeDef:
    return assume(server, Desktop(server.provider).sign_in(MARIA)["id_token"], role)


@pytest.fixture
def publisher(server: LocalServer) -> S3Client:
    return client_of(server, session(server, PUBLISHER_ARN))


def is_refused(client: S3Client, action: str, **words: Any) -> bool:
    try:
        getattr(client, action)(Bucket=BUCKETS.storage, **words)
    except ClientError as error:
        return error.response["Error"]["Code"] == "AccessDenied"
    return False


def test_the_policy_is_enough_to_publish_again_and_again(server: LocalServer, tmp_path: Path) -> None:
    config, keys = write_config(tmp_path, server, BUCKETS), session(server, PUBLISHER_ARN)
    environment = {
        **os.environ,
        "XDG_DATA_HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    command = [sys.executable, "-m", "app", "index", "--publish", "--json", "--config", str(config)]
    for _ in range(4):
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["published"]["objects"] == 1
    stored = keys_in(plain_client(server), BUCKETS.storage)
    assert CATALOG_KEY in stored
    assert len(stored) == 1 + 1 + 2  # the file, what names the last snapshot, and two snapshots: older ones went


@pytest.mark.parametrize("key", ["plan.pdf", "new.pdf", ".tagdrop/other", ".tagdrop/catalogue", "x/.tagdrop/catalog/a"])
def test_the_publisher_writes_nothing_else(server: LocalServer, publisher: S3Client, key: str) -> None:
    owner = plain_client(server)
    before = keys_in(owner, BUCKETS.storage)
    tags = {"TagSet": [{"Key": "Tag1", "Value": "x"}]}
    assert is_refused(publisher, "put_object", Key=key, Body=b"")
    assert is_refused(publisher, "delete_object", Key=key)
    assert is_refused(publisher, "put_object_tagging", Key=key, Tagging=tags)
    assert is_refused(publisher, "create_multipart_upload", Key=key)
    assert keys_in(owner, BUCKETS.storage) == before
    assert owner.get_object(Bucket=BUCKETS.storage, Key="plan.pdf")["Body"].read() == b"plan"


def test_people_read_the_catalogue_and_cannot_write_it(server: LocalServer, publisher: S3Client) -> None:
    publisher.put_object(Bucket=BUCKETS.storage, Key=".tagdrop/catalog/a", Body=b"by IT")
    maria = client_of(server, session(server, ROLE_ARN))
    assert maria.get_object(Bucket=BUCKETS.storage, Key=".tagdrop/catalog/a")["Body"].read() == b"by IT"
    for key in (".tagdrop/catalog/a", ".tagdrop/catalog/b"):
        assert is_refused(maria, "put_object", Key=key, Body=b"")
        assert is_refused(maria, "delete_object", Key=key)
        assert is_refused(maria, "create_multipart_upload", Key=key)
    assert publisher.get_object(Bucket=BUCKETS.storage, Key=".tagdrop/catalog/a")["Body"].read() == b"by IT"
    publisher.delete_object(Bucket=BUCKETS.storage, Key=".tagdrop/catalog/a")
