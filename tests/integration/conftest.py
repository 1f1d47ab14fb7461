"""The program's own parts on the real server, directly and through a proxy that makes faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.aws.connect import Bucket, Server
from app.aws.credentials import CredentialsHolder
from app.core.capabilities import EVERYTHING
from app.core.identity import Credentials
from app.demo.server import REGION, LocalServer
from app.journal.file import JournalFile
from app.journal.transfers import Transfers
from tests.fakes import MovedClock, NoRenewal
from tests.program import Program
from tests.proxy import FaultProxy
from tests.server import Buckets, credentials_environment, write_config


@pytest.fixture(scope="session")
def keys(s3_server: LocalServer) -> Credentials:
    return Credentials(s3_server.access_key_id, s3_server.secret_access_key)


@pytest.fixture
def open_server(s3_server: LocalServer, keys: Credentials) -> Callable[..., Server]:
    """Return a function that connects to the server, or to what stands before it."""

    def connect(endpoint_url=s3_server.endpoint_url, renewal=None, holder=None, capabilities=EVERYTHING) -> Server:
        return Server(REGION, endpoint_url, holder or CredentialsHolder(keys), renewal or NoRenewal(), capabilities)

    return connect


@pytest.fixture(scope="session")
def direct(s3_server: LocalServer, keys: Credentials) -> Server:
    return Server(REGION, s3_server.endpoint_url, CredentialsHolder(keys), NoRenewal(), EVERYTHING)


@pytest.fixture
def storage(direct: Server, buckets: Buckets) -> Bucket:
    return direct.bucket(buckets.storage)


@pytest.fixture
def staging(direct: Server, buckets: Buckets) -> Bucket:
    return direct.bucket(buckets.staging)


@pytest.fixture
def proxy(s3_server: LocalServer) -> Iterator[FaultProxy]:
    with FaultProxy(urlsplit(s3_server.endpoint_url).netloc).running() as proxy:
        yield proxy


@pytest.fixture
def behind(proxy: FaultProxy, open_server: Callable[..., Server], buckets: Buckets) -> Bucket:
    """The storage bucket, seen through the proxy."""
    return open_server(proxy.endpoint_url).bucket(buckets.storage)


@pytest.fixture
def staging_behind(proxy: FaultProxy, open_server: Callable[..., Server], buckets: Buckets) -> Bucket:
    """The staging bucket, seen through the proxy."""
    return open_server(proxy.endpoint_url).bucket(buckets.staging)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Transfers]:
    """A journal of uploads to one bucket."""
    file = JournalFile(tmp_path / "journal.sqlite")
    yield Transfers(file, "here", MovedClock())
    file.close()


@pytest.fixture
def tagdrop(tmp_path: Path, s3_server: LocalServer, buckets: Buckets, proxy: FaultProxy) -> Program:
    """The program as a process, which reaches the server through the proxy."""
    config = write_config(tmp_path, s3_server, buckets)
    config.write_text(config.read_text().replace(s3_server.endpoint_url, proxy.endpoint_url))
    return Program(config, tmp_path / "home", credentials_environment(s3_server))
