"""The real server of the tests: what to hand to the program, and a second client that looks at what it did."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from app.demo.server import REGION, LocalServer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Buckets:
    """Two buckets that only one test uses."""

    storage: str
    staging: str


def plain_client(server: LocalServer) -> S3Client:
    """Return boto3's own client, with nothing of ours in between."""
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint_url,
        region_name=REGION,
        aws_access_key_id=server.access_key_id,
        aws_secret_access_key=server.secret_access_key,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"max_attempts": 3},
            max_pool_connections=32,
        ),
    )


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
