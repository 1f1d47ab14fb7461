"""The real server of the tests: what to hand to the program, and a second client that looks at what it did."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from app.demo.access import ROLE_ARN, Access
from app.demo.server import REGION, LocalServer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

ANY_BUCKETS = Access("storage-*", "staging-*")
"""What signed-in people may do, whichever buckets a test makes."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """Two buckets that only one test uses."""

    storage: str
    staging: str


def plain_client(server: LocalServer) -> S3Client:
    """Return boto3's own client under the server's own keys, with nothing of ours in between."""
    return _client(server, server.access_key_id, server.secret_access_key, None)


def client_of(server: LocalServer, session: CredentialsTypeDef) -> S3Client:
    """Return boto3's own client under a session."""
    return _client(server, session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])


def assume(server: LocalServer, token: str, role: str = ROLE_ARN) -> CredentialsTypeDef:
    """Return what the server's STS gives for an ID token, asked by boto3 alone.

    Raises:
        ClientError: it gives nothing.
    """
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    client = boto3.client("sts", endpoint_url=server.endpoint_url, region_name=REGION, config=config)
    answer = client.assume_role_with_web_identity(RoleArn=role, RoleSessionName="test", WebIdentityToken=token)
    client.close()
    return answer["Credentials"]


def make_buckets(client: S3Client) -> Buckets:
    """Create a storage and a staging bucket with names that nobody has."""
    mark = secrets.token_hex(4)
    buckets = Buckets(f"storage-{mark}", f"staging-{mark}")
    client.create_bucket(Bucket=buckets.storage)
    client.create_bucket(Bucket=buckets.staging)
    return buckets


def credentials_environment(server: LocalServer) -> dict[str, str]:
    """Return the variables with which the program reaches the server."""
    return {"AWS_ACCESS_KEY_ID": server.access_key_id, "AWS_SECRET_ACCESS_KEY": server.secret_access_key}


def write_config(folder: Path, server: LocalServer, buckets: Buckets, more: str = "") -> Path:
    """Write a configuration file for these buckets.

    Args:
        folder: where to.
        server: that holds the buckets.
        buckets: which.
        more: further TOML, put at the end.
    """
    path = folder / "config.toml"
    path.write_text(
        f"""
[organization]
name = "Example Ltd"
domain = "example.com"

[storage]
region = "{REGION}"
storage_bucket = "{buckets.storage}"
staging_bucket = "{buckets.staging}"
endpoint_url = "{server.endpoint_url}"
{more}
""",
        encoding="utf-8",
    )
    return path


def keys_in(client: S3Client, bucket: str) -> list[str]:
    """Return every key of a bucket, sorted."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))


def tags_of(client: S3Client, bucket: str, key: str) -> dict[str, str]:
    """Return an object's tag set."""
    return {tag["Key"]: tag["Value"] for tag in client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]}


def _client(server: LocalServer, key_id: str, secret: str, session_token: str | None) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint_url,
        region_name=REGION,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        aws_session_token=session_token,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"max_attempts": 3},
            max_pool_connections=32,
        ),
    )
