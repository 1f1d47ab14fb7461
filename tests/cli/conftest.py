"""The command line in this process: its words in, its exit code and what it printed out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.__main__ import main
from app.aws.connect import Bucket, Server
from app.aws.credentials import CredentialsHolder
from app.core.identity import Credentials
from app.demo.server import REGION, LocalServer
from tests.fakes import NoRenewal
from tests.proxy import FaultProxy
from tests.server import Buckets, write_config


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: its exit code.
        stdout: what it printed.
        stderr: what it told besides.
    """

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self):
        """The objects of `--json`, one for each line feed."""
        return [json.loads(line) for line in self.stdout.split("\n")[:-1]]

    def of(self, event):
        return [line for line in self.lines if line["event"] == event]


@pytest.fixture
def proxy(s3_server: LocalServer) -> Iterator[FaultProxy]:
    with FaultProxy(urlsplit(s3_server.endpoint_url).netloc).running() as proxy:
        yield proxy


@pytest.fixture
def behind_config(
    tmp_path: Path, s3_server: LocalServer, buckets: Buckets, proxy: FaultProxy, aws_environment: dict[str, str]
) -> Path:
    """Settings that lead to the server through the proxy, so that every search asks the storage."""
    folder = tmp_path / "settings"
    folder.mkdir()
    config = write_config(folder, s3_server, buckets, '[search]\nengine = "live"')
    config.write_text(config.read_text().replace(s3_server.endpoint_url, proxy.endpoint_url))
    return config


@pytest.fixture
def tagdrop(
    behind_config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Return what runs a command with those settings."""
    monkeypatch.setenv("TAGDROP_CONFIG", str(behind_config))

    def run(*words: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["tagdrop", *map(str, words)])
        capsys.readouterr()
        code = main()
        return Ended(code, *capsys.readouterr())

    return run


@pytest.fixture
def direct_staging(s3_server: LocalServer, buckets: Buckets) -> Bucket:
    """The staging bucket, not seen through the proxy."""
    keys = CredentialsHolder(Credentials(s3_server.access_key_id, s3_server.secret_access_key))
    return Server(REGION, s3_server.endpoint_url, keys, NoRenewal()).bucket(buckets.staging)
