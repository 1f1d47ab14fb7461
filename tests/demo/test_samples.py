"""The demo's sample files: put there at the first start, and again where the buckets are gone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from app.bootstrap import connect
from app.core.job import CancelToken
from app.demo.run import RunningDemo, running_demo
from tests.server import keys_in

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def client_of(demo: RunningDemo) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=demo.endpoint_url,
        region_name=demo.env["AWS_DEFAULT_REGION"],
        aws_access_key_id=demo.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=demo.env["AWS_SECRET_ACCESS_KEY"],
    )


def test_they_come_once_and_again_when_the_server_s_folder_was_deleted(tmp_path: Path) -> None:
    with running_demo(tmp_path, connect, CancelToken()) as demo:
        client, bucket = client_of(demo), demo.settings.storage.storage_bucket
        first = keys_in(client, bucket)
        assert len(first) > 100
        client.delete_object(Bucket=bucket, Key=first[0])
    with running_demo(tmp_path, connect, CancelToken()) as demo:
        assert keys_in(client_of(demo), bucket) == first[1:]
    shutil.rmtree(tmp_path / "server")
    with running_demo(tmp_path, connect, CancelToken()) as demo:
        assert keys_in(client_of(demo), bucket) == first
