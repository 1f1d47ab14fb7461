"""What the benchmarks stand on: a server of their own in a temporary folder, and the program's parts on it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from obstore.store import S3Store

from app.aws.admin import Buckets
from app.aws.connect import Bucket, Server
from app.aws.credentials import CredentialsHolder, DefaultChain
from app.core.capabilities import EVERYTHING
from app.demo.server import REGION, LocalServer
from app.services.session import Session

STORAGE = "bench-files"
STAGING = "bench-staging"


class SystemClock:
    """A `Clock`."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Lab:
    """A running server with two empty buckets.

    Attributes:
        storage: the storage bucket, as the program uses it.
        staging: the staging bucket, as the program uses it.
        user_id: whose place in the staging bucket is used.
        endpoint_url: of the server.
        server_pid: its process.
        folder: for files; goes with the lab.
    """

    storage: Bucket
    staging: Bucket
    user_id: str
    endpoint_url: str
    server_pid: int
    folder: Path


def boto3_client(endpoint_url: str, connections: int = 10) -> Any:
    """Return a plain boto3 client with room for this many connections; otherwise boto3's defaults."""
    return boto3.client(
        "s3", region_name=REGION, endpoint_url=endpoint_url, config=Config(max_pool_connections=connections)
    )


def obstore_bucket(endpoint_url: str) -> S3Store:
    """Return the storage bucket as obstore sees it."""
    return S3Store(
        STORAGE,
        endpoint=endpoint_url,
        region=REGION,
        access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
        secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        client_options={"allow_http": True},
    )


def connect(endpoint_url: str) -> tuple[Server, Session]:
    """Return the program's own parts on a server, with the keys of the environment."""
    chain = DefaultChain(REGION, endpoint_url)
    holder = CredentialsHolder(chain.credentials())
    session = Session(chain, SystemClock(), holder.replace)
    return Server(REGION, endpoint_url, holder, session, EVERYTHING), session


@contextmanager
def open_lab() -> Iterator[Lab]:
    """Start a server, make the buckets, and take both away afterwards."""
    with tempfile.TemporaryDirectory(prefix="tagdrop-bench-") as name, LocalServer(Path(name, "server")) as server:
        # All sides take the keys from here; no profile, proxy or instance of this machine has a say.
        os.environ.update(
            AWS_ACCESS_KEY_ID=server.access_key_id,
            AWS_SECRET_ACCESS_KEY=server.secret_access_key,
            AWS_EC2_METADATA_DISABLED="true",
            AWS_CONFIG_FILE=os.devnull,
            AWS_SHARED_CREDENTIALS_FILE=os.devnull,
            NO_PROXY="127.0.0.1",
        )
        ours, session = connect(server.endpoint_url)
        for bucket in (STORAGE, STAGING):
            Buckets(ours.client).ensure_bucket(bucket)
        folder = Path(name, "files")
        folder.mkdir()
        yield Lab(
            ours.bucket(STORAGE),
            ours.bucket(STAGING),
            session.identity.user_id,
            server.endpoint_url,
            server.pid,
            folder,
        )
