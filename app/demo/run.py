"""The demo from beginning to end: server, buckets, settings, sample files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import platformdirs

from app.core.errors import local_file_error
from app.core.job import CancelToken
from app.core.ports.storage import BucketAdmin, ObjectStore
from app.demo.access import DOMAIN, ROLE_ARN, Access
from app.demo.seeding import seed
from app.demo.server import REGION, LocalServer
from app.settings.model import Settings
from app.settings.sources import load

_ACCESS = Access()


class DemoServices(Protocol):
    """What the demo needs of the rest of the program."""

    @property
    def storage(self) -> ObjectStore:
        """The storage bucket."""

    @property
    def admin(self) -> BucketAdmin:
        """Makes and sets up buckets."""

    def close(self) -> None:
        """Write what is left."""


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """A demo that is ready to be worked with.

    Attributes:
        config: settings file of a desktop.
        settings: the same, as read.
        it_config: settings file for IT and scripts, which work with the credentials in `env`.
        env: variables of the environment that hold the credentials.
        endpoint_url: where S3 answers.
        data_dir: where its data is.
    """

    config: Path
    settings: Settings
    it_config: Path
    env: Mapping[str, str]
    endpoint_url: str
    data_dir: Path


def default_data_dir() -> Path:
    """Return where the demo keeps its data unless told otherwise."""
    return platformdirs.user_data_path("tagdrop", appauthor=False, roaming=False) / "demo"


@contextmanager
def running_demo(
    data_dir: Path | None, connect: Callable[[Settings], DemoServices], cancel: CancelToken
) -> Iterator[RunningDemo]:
    """Run the demo's server and sign-in provider, with buckets and sample files, until the block is left.

    Raises:
        AppError: the server can't be started, or the sample files can't be stored.
        CancelledError: when cancelled before it is ready.
    """
    server = LocalServer(data_dir or default_data_dir(), _ACCESS)
    server.start(cancel)
    try:
        env = {
            "AWS_ACCESS_KEY_ID": server.access_key_id,
            "AWS_SECRET_ACCESS_KEY": server.secret_access_key,
            "AWS_DEFAULT_REGION": REGION,
        }
        it_config = _write(server.data_dir / "it-config.toml", _it_settings(server))
        config = _write(server.data_dir / "config.toml", _desktop_settings(server))
        with _environment(env):
            _set_up(server, load(it_config, ()), connect, cancel)
        yield RunningDemo(config, load(config, ()), it_config, env, server.endpoint_url, server.data_dir)
    finally:
        server.stop()


def _set_up(
    server: LocalServer, settings: Settings, connect: Callable[[Settings], DemoServices], cancel: CancelToken
) -> None:
    services = connect(settings)
    try:
        services.admin.ensure_bucket(_ACCESS.storage_bucket)
        services.admin.ensure_bucket(_ACCESS.staging_bucket)
        services.admin.expire_after_days(_ACCESS.staging_bucket, 1)
        seed(server.data_dir, server.stored, services.storage, settings.tag_rules, cancel)
    except OSError as error:
        raise local_file_error(error, str(server.data_dir)) from error
    finally:
        services.close()


def _it_settings(server: LocalServer) -> str:
    return f"""[organization]
name = "Example Ltd"
domain = "{DOMAIN}"

[storage]
region = "{REGION}"
storage_bucket = "{_ACCESS.storage_bucket}"
staging_bucket = "{_ACCESS.staging_bucket}"
endpoint_url = "{server.endpoint_url}"
"""


def _desktop_settings(server: LocalServer) -> str:
    provider = server.provider
    return f"""{_it_settings(server)}role_arn = "{ROLE_ARN}"

[google]
client_id = "{provider.client_id}"
client_secret = "{provider.client_secret}"
issuer = "{provider.issuer}"
"""


def _write(path: Path, text: str) -> Path:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise local_file_error(error, str(path)) from error
    return path


@contextmanager
def _environment(env: Mapping[str, str]) -> Iterator[None]:
    """Put the demo's credentials where the default chain looks first, and the developer's own out of its reach."""
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in before:
        del os.environ[name]
    os.environ.update(env)
    try:
        yield
    finally:
        for name in env:
            os.environ.pop(name, None)
        os.environ.update(before)
