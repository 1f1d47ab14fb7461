"""What a command is given."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from app.cli.output import Output
from app.core.errors import ConfigurationError, LocalFileError
from app.core.identity import Identity
from app.core.job import CancelToken
from app.core.ports.catalog import IndexKeeper, TagCatalog
from app.core.ports.clock import Clock
from app.core.ports.journal import Journal
from app.core.ports.provisioning import Provisioner
from app.core.ports.session import SignIn, WorkingSession
from app.core.ports.storage import ObjectStore
from app.services.downloading import Downloader
from app.services.linking import Linker
from app.settings.model import Settings


class CommandServices(Protocol):
    """What commands work with; `app.bootstrap.Services` is one."""

    @property
    def settings(self) -> Settings:
        """As read."""

    @property
    def session(self) -> WorkingSession:
        """Whose credentials are used, and until when."""

    @property
    def identity(self) -> Identity:
        """Who works here."""

    @property
    def storage(self) -> ObjectStore:
        """The storage bucket."""

    @property
    def staging(self) -> ObjectStore:
        """The staging bucket."""

    @property
    def index(self) -> IndexKeeper | None:
        """The local index; None where it can't be used."""

    @property
    def downloader(self) -> Downloader:
        """What makes downloads."""

    @property
    def linker(self) -> Linker:
        """What makes links."""

    @property
    def journal(self) -> Journal:
        """What has not come to its end, or can be undone."""

    def close(self) -> None:
        """Write what is left."""

    def catalog(self, engine: str) -> TagCatalog:
        """Return what finds by tag with this engine (`ENGINES`)."""

    @property
    def clock(self) -> Clock:
        """Tells the time."""


@dataclass(frozen=True)
class Context:
    """What a command is given.

    Attributes:
        arguments: as parsed.
        output: prints.
        cancel: cancelled by Ctrl-C.
        read_settings: reads the settings of `--config`.
        connect: puts the parts together, with this sign-in where there is one.
        open_sign_in: returns the sign-in that the settings name.
        forget_person: deletes what this computer keeps of the files of somebody, by user id; returns why something of
            interrupted downloads is still there.
        read_known_settings: reads the settings of `--config` as far as they are there.
        open_account: returns the cloud account to set up: region, address of S3, address of STS.
    """

    arguments: Namespace
    output: Output
    cancel: CancelToken
    read_settings: Callable[[], Settings]
    connect: Callable[[Settings, SignIn | None], CommandServices]
    open_sign_in: Callable[[Settings], SignIn]
    forget_person: Callable[[Settings, str], tuple[LocalFileError, ...]]
    read_known_settings: Callable[[], Settings]
    open_account: Callable[[str, str, str], Provisioner]

    @cached_property
    def settings(self) -> Settings:
        """The settings, with the limit that the command was given.

        Raises:
            ConfigurationError: they can't be used.
        """
        settings, limit = self.read_settings(), vars(self.arguments).get("limit")
        return replace(settings, transfers=settings.transfers.limited(limit)) if limit else settings

    def close(self) -> None:
        """Close what was opened."""
        if "services" in vars(self):
            self.services.close()

    @cached_property
    def sign_in(self) -> SignIn:
        """The sign-in that the settings name.

        Raises:
            ConfigurationError: `no-sign-in`, they name none.
        """
        if self.settings.google is None:
            raise ConfigurationError(
                "no-sign-in",
                "There is no sign-in here",
                "The settings have no [google]; credentials come from AWS’s default chain.",
            )
        return self.open_sign_in(self.settings)

    @cached_property
    def services(self) -> CommandServices:
        """The parts, put together when they are first asked for.

        Raises:
            AppError: there are no credentials, or the settings can't be used.
        """
        services = self.connect(self.settings, self.sign_in if self.settings.google else None)
        storage = self.settings.storage
        self.output.detail(f"Working as {services.identity.label}, place {services.identity.user_id}")
        self.output.detail(
            f"Storage bucket {storage.storage_bucket}, staging bucket {storage.staging_bucket},"
            f" {storage.endpoint_url or storage.region}"
        )
        return services
