"""What every test has: an environment without anything of the developer's, and a real server on demand."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.errors import ConfigurationError
from app.demo.server import REGION, LocalServer
from tests.server import ANY_BUCKETS, Buckets, credentials_environment, make_buckets, plain_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Before anything of Qt's is loaded: windows are tested without a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the developer's AWS keys, proxies and Tagdrop settings out of reach, also for programs that tests start."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "TAGDROP_")) or name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
                patch.delenv(name)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            (folder / name).touch()
            patch.setenv(name, str(folder / name))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        for name in ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(folder / name.lower()))
        yield


@pytest.fixture(autouse=True)
def logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave the process's logging as it was found."""
    root, own = logging.getLogger(), logging.getLogger("app")
    handlers, level = list(root.handlers), own.level
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        with contextlib.suppress(OSError):  # on a full disk there is something left to write
            handler.close()
    own.setLevel(level)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A real S3 server, one for the whole run."""
    server = LocalServer(tmp_path_factory.mktemp("s3"), ANY_BUCKETS)
    try:
        server.start()
    except ConfigurationError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture
def boto(s3_server: LocalServer) -> Iterator[S3Client]:
    """A plain boto3 client, to look with other eyes at what the program stored."""
    client = plain_client(s3_server)
    yield client
    client.close()


@pytest.fixture
def buckets(boto: S3Client) -> Buckets:
    """Two fresh buckets."""
    return make_buckets(boto)


@pytest.fixture
def aws_environment(s3_server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The server's keys, set as AWS's environment variables."""
    variables = {**credentials_environment(s3_server), "AWS_REGION": REGION}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """An empty folder for a test's own files."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder
