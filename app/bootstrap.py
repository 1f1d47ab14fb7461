"""The one place where parts are put together; SDKs are loaded only when something is connected."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import AppError, ConfigurationError
from app.core.identity import Identity
from app.core.job import CancelToken
from app.core.ports import (
    BucketAdmin,
    Clock,
    IdentitySource,
    ObjectStore,
    SignIn,
    SignInGate,
    TagCatalog,
)
from app.services.session import Session
from app.services.signed_in import SignedIn
from app.settings.model import Settings
from app.settings.sources import load

if TYPE_CHECKING:
    from app.cli.output import Output
    from app.ui.services import WindowServices

_log = logging.getLogger(__name__)


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """What the window and the command line work with.

    Attributes:
        settings: as read.
        session: whose credentials are used, and until when.
        storage: the storage bucket.
        staging: the staging bucket.
        catalog: finds by tag.
        admin: makes and sets up buckets.
        clock: tells the time.
    """

    settings: Settings
    session: Session
    storage: ObjectStore
    staging: ObjectStore
    catalog: TagCatalog
    admin: BucketAdmin
    clock: Clock

    @property
    def identity(self) -> Identity:
        """Who works here."""
        return self.session.identity


def open_sign_in(settings: Settings) -> SignIn:
    """Return the sign-in that `settings` name; takes a third of a second.

    Raises:
        ConfigurationError: `no-sign-in`, they name none; or they don't say who may sign in.
    """
    from app.auth.admission import Admission
    from app.auth.client import Client
    from app.auth.google import GoogleSignIn
    from app.auth.keyring_store import KeyringStore

    google, organization = settings.google, settings.organization
    if google is None:
        raise ConfigurationError(
            "no-sign-in",
            "There is no sign-in here",
            "The settings have no [google]; credentials come from AWS’s default chain.",
        )
    return GoogleSignIn(
        Client(google.issuer, google.client_id, google.client_secret),
        Admission(organization.name, organization.domain),
        KeyringStore(google.issuer, organization.domain),
        SystemClock(),
    )


def connect(settings: Settings, sign_in: SignIn | None = None, gate: SignInGate | None = None) -> Services:
    """Put together what works with the buckets that `settings` name; takes most of a second.

    Args:
        settings: checked.
        sign_in: yields ID tokens; opened from `settings` when None.
        gate: asks the person to sign in again; nobody is asked when None.

    Raises:
        SignInError: there are no credentials, or they need a sign-in.
        ConfigurationError: the AWS settings of this computer can't be used.
    """
    from app.aws.admin import Buckets
    from app.aws.connect import Server
    from app.aws.credentials import CredentialsHolder, DefaultChain
    from app.aws.sts import WebIdentityRole
    from app.catalog.live import LiveCatalog

    clock = SystemClock()
    storage = settings.storage
    source: IdentitySource
    if settings.google is None:
        source = DefaultChain(storage.region, settings.sts_endpoint_url)
    else:
        role = WebIdentityRole(storage.role_arn, storage.region, settings.sts_endpoint_url)
        source = SignedIn(sign_in or open_sign_in(settings), role)
    holder = CredentialsHolder()
    session = Session(source, clock, holder.replace, gate)
    server = Server(storage.region, storage.endpoint_url, holder, session)
    bucket = server.bucket(storage.storage_bucket)
    return Services(
        settings=settings,
        session=session,
        storage=bucket,
        staging=server.bucket(storage.staging_bucket),
        catalog=LiveCatalog(bucket, settings.tag_rules, clock),
        admin=Buckets(server.client),
        clock=clock,
    )


def open_window(config: Path | None) -> int:
    """Open the window on the settings of this computer, or on those of `config`; return the exit code.

    Settings that can't be used are told in the window.

    Raises:
        ConfigurationError: no window can be opened here.
    """
    try:
        settings = load(config)
    except AppError as error:
        return _run_window(Settings(), _raising(error))
    return _run_window(settings, lambda gate: connect(settings, gate=gate))


def run_demo(data_dir: Path | None, is_headless: bool, cancel: CancelToken, output: Output) -> int:
    """Run the demo until its window is closed, or without one until it is cancelled; return the exit code.

    Raises:
        ConfigurationError: no window can be opened here.
        AppError: the server can't be started.
        CancelledError: when cancelled before it was ready.
    """
    from app.demo.run import running_demo

    if not is_headless:
        _check_display()
        output.warn("Starting a private server on this computer…")
    with running_demo(data_dir, connect, cancel) as demo:
        if not is_headless:
            return _run_window(demo.settings, lambda gate: connect(demo.settings, gate=gate))
        output.ready(
            {
                "config": str(demo.config),
                "it_config": str(demo.it_config),
                "env": dict(demo.env),
                "endpoint_url": demo.endpoint_url,
                "data_dir": str(demo.data_dir),
            }
        )
        cancel.wait()
    return 0


def _run_window(settings: Settings, open_services: Callable[[SignInGate], Services]) -> int:
    _check_display()
    from app.logs.file import log_to_file

    log_to_file()
    from app.ui.run import run_window
    from app.ui.services import WindowServices, WindowSettings

    def connect_window(gate: SignInGate) -> WindowServices:
        services = open_services(gate)
        _log.info("Connected as %s, place %s", services.identity.label, services.identity.user_id)
        return WindowServices(services.storage, services.staging, services.catalog, services.clock, services.identity)

    storage = settings.storage
    details = (
        ("Storage bucket", storage.storage_bucket),
        ("Staging bucket", storage.staging_bucket),
        ("Region", storage.region),
        ("Endpoint", storage.endpoint_url or "AWS"),
    )
    window_settings = WindowSettings(
        settings.organization.name,
        settings.tag_rules,
        settings.upload.prefix,
        settings.upload.allow_replace,
        settings.organization.domain,
        details,
    )
    return run_window(window_settings, connect_window, open_sign_in=None)


def _check_display() -> None:
    from app.ui.preflight import check_display

    check_display()


def _raising(error: AppError) -> Callable[[SignInGate], Services]:
    def fail(_gate: SignInGate) -> Services:
        raise error

    return fail
