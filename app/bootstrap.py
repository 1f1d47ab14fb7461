"""The one place where parts are put together; SDKs are loaded only when something is connected."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import platformdirs

from app.core.errors import AppError, ConfigurationError, LocalFileError
from app.core.identity import Identity
from app.core.job import CancelToken
from app.core.ports.catalog import IndexKeeper, TagCatalog
from app.core.ports.clock import Clock
from app.core.ports.journal import Journal
from app.core.ports.provisioning import Provisioner
from app.core.ports.session import SignIn, SignInGate
from app.core.ports.storage import BucketAdmin, ObjectStore
from app.core.public_links import LinkSigner
from app.services.cloud_zip import CloudStores
from app.services.downloading import Downloader
from app.services.free_uploads import free_uploads
from app.services.linking import Linker
from app.services.session import Session
from app.services.signed_in import SignedIn
from app.settings.install import install
from app.settings.model import Settings
from app.settings.sources import load

if TYPE_CHECKING:
    from app.aws.credentials import DefaultChain
    from app.catalog.local import LocalIndex
    from app.cli.output import Output
    from app.journal.file import JournalFile
    from app.ui.services import WindowServices

_log = logging.getLogger(__name__)


T = TypeVar("T")


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
        cloud: what puts ZIPs together in the staging bucket.
        signer: makes public links to them.
        engines: what finds by tag, by name (`ENGINES`).
        index: the local index; None where it can't be used.
        journal: what has not come to its end, or can be undone, in the storage bucket.
        journal_file: that says so.
        admin: makes and sets up buckets.
        clock: tells the time.
        weaknesses: what is weaker on this server than on AWS; None while that isn't known. It asks nothing.
    """

    settings: Settings
    session: Session
    storage: ObjectStore
    staging: ObjectStore
    cloud: CloudStores
    signer: LinkSigner
    engines: Mapping[str, TagCatalog]
    index: IndexKeeper | None
    journal: Journal
    journal_file: JournalFile
    admin: BucketAdmin
    clock: Clock
    weaknesses: Callable[[], tuple[str, ...] | None]

    @property
    def identity(self) -> Identity:
        """Who works here."""
        return self.session.identity

    def catalog(self, engine: str) -> TagCatalog:
        """Return what finds by tag with this engine.

        Raises:
            LocalFileError: it is the index, and that can't be used.
        """
        if engine not in self.engines:
            raise LocalFileError("index-unusable", "The list of files on this computer can’t be used", "-v shows why.")
        return self.engines[engine]

    @property
    def downloader(self) -> Downloader:
        """What makes downloads."""
        return Downloader(self.cloud, self.clock, self.journal.downloads, self.catalog("live"))

    @property
    def linker(self) -> Linker:
        """What makes links."""
        return Linker(self.cloud, self.signer, self.clock, self.journal.shares)

    def close(self) -> None:
        """Write what is left."""
        if self.index is not None:
            self.index.close()
        self.journal_file.close()

    def forget(self) -> None:
        """Delete what this computer keeps of the person's files; parts of uploads that it remembers are freed.

        Raises:
            LocalFileError: it can't be deleted.
        """
        free_uploads(lambda: self.storage, self.journal.uploads)
        try:
            if self.index is not None:
                self.index.delete()
        finally:
            self.journal_file.delete()


def forget_person(settings: Settings, user_id: str) -> None:
    """Delete what this computer keeps of a person's files, who still is signed in.

    The storage is asked only where that remembers parts of uploads, to free them.

    Raises:
        LocalFileError: it can't be deleted.
    """
    from app.catalog.local import delete_index
    from app.journal.transfers import Transfers

    journal = _journal_of(user_id)
    if journal.path.exists():
        free_uploads(lambda: _storage_of(settings), Transfers(journal, _place(settings), SystemClock()))
    try:
        delete_index(_index_path(settings, user_id))
    finally:
        journal.delete()


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
    from app.aws.bandwidth import limits_of
    from app.aws.capabilities import ProbePlace
    from app.aws.connect import Server
    from app.aws.credentials import CredentialsHolder
    from app.aws.server_file import ServerFile
    from app.aws.signing import Presigner
    from app.journal.journal import WorkJournal

    clock = SystemClock()
    storage = settings.storage
    source = _source(settings, sign_in)
    holder = CredentialsHolder()
    session = Session(source, clock, holder.replace, gate)
    servers = ServerFile(platformdirs.user_cache_path("tagdrop", appauthor=False) / "servers.json", clock)
    probing = ProbePlace(storage.staging_bucket, session.identity.user_id, servers)
    limits = limits_of(settings.transfers.max_upload_mbit, settings.transfers.max_download_mbit)
    server = Server(storage.region, storage.endpoint_url, holder, session, probing, limits)
    index = _open_index(settings, session.identity, clock)
    bucket = server.bucket(storage.storage_bucket, observer=index.feed if index else None)
    staging = server.bucket(storage.staging_bucket)
    journal_file = _journal_of(session.identity.user_id)
    place = _place(settings)
    return Services(
        settings=settings,
        session=session,
        storage=bucket,
        staging=staging,
        cloud=CloudStores(bucket, staging, server.assembler(storage.staging_bucket, storage.storage_bucket)),
        signer=Presigner(storage.staging_bucket, storage.region, storage.endpoint_url, source.long_credentials, clock),
        engines=_engines(bucket, index, settings, clock),
        index=index,
        journal=WorkJournal(journal_file, place, clock),
        journal_file=journal_file,
        admin=Buckets(server.client),
        clock=clock,
        weaknesses=server.weaknesses,
    )


def _source(settings: Settings, sign_in: SignIn | None) -> DefaultChain | SignedIn:
    from app.aws.credentials import DefaultChain
    from app.aws.sts import WebIdentityRole

    storage = settings.storage
    if settings.google is None:
        return DefaultChain(storage.region, settings.sts_endpoint_url)
    role = WebIdentityRole(storage.role_arn, storage.region, settings.sts_endpoint_url)
    return SignedIn(sign_in or open_sign_in(settings), role)


def _storage_of(settings: Settings) -> ObjectStore:
    """Return the storage bucket alone, of which nothing is asked that depends on the server."""
    from app.aws.connect import Server
    from app.aws.credentials import CredentialsHolder
    from app.core.capabilities import EVERYTHING

    storage, holder = settings.storage, CredentialsHolder()
    session = Session(_source(settings, None), SystemClock(), holder.replace)
    return Server(storage.region, storage.endpoint_url, holder, session, EVERYTHING).bucket(storage.storage_bucket)


def _place(settings: Settings) -> str:
    """Return what names server and bucket in the journal."""
    storage = settings.storage
    return f"{storage.endpoint_url or storage.region}/{storage.storage_bucket}"


def _open_index(settings: Settings, identity: Identity, clock: Clock) -> LocalIndex | None:
    """Open the local index of this person and bucket; without one every search asks the storage."""
    from app.catalog.local import LocalIndex
    from app.catalog.refresh import Rereading

    search = settings.search
    path = _index_path(settings, identity.user_id)
    rereading = Rereading(timedelta(days=search.reread_days), search.reread_per_day)
    try:
        return LocalIndex(path, settings.tag_rules, clock, rereading)
    except LocalFileError as error:
        _log.warning("No local index: %s", error)
        return None


def _index_path(settings: Settings, user_id: str) -> Path:
    from app.catalog.local import index_path

    storage = settings.storage
    server = storage.endpoint_url or storage.region
    return index_path(_data_folder("index"), server, storage.storage_bucket, user_id)


def _journal_of(user_id: str) -> JournalFile:
    from app.journal.file import JournalFile, journal_path

    return JournalFile(journal_path(_data_folder("journal"), user_id))


def _data_folder(name: str) -> Path:
    return platformdirs.user_data_path("tagdrop", appauthor=False, roaming=False) / name


def _engines(
    storage: ObjectStore, index: LocalIndex | None, settings: Settings, clock: Clock
) -> Mapping[str, TagCatalog]:
    from app.catalog.choice import AutoCatalog
    from app.catalog.live import LiveCatalog

    rules = settings.tag_rules
    if index is None:
        live = LiveCatalog(storage, rules, clock)
        return {"live": live, "auto": live}
    live = LiveCatalog(storage, rules, clock, lambda: index.feed)
    from_index = index.catalog(storage)
    return {"live": live, "index": from_index, "auto": AutoCatalog(from_index, live)}


def open_account(region: str, endpoint_url: str, sts_endpoint_url: str) -> Provisioner:
    """Return the cloud account that the default chain's credentials belong to, for IT to set up.

    Args:
        region: AWS region.
        endpoint_url: of an S3-compatible server; empty for AWS.
        sts_endpoint_url: of its STS; empty for AWS's own.

    Raises:
        AppError: the server can't be reached.
    """
    from app.aws.provisioner import open_account as open_aws_account

    return open_aws_account(region, endpoint_url, sts_endpoint_url)


def open_window(config: Path | None, link: str = "") -> int:
    """Open the window on the settings of this computer, or on those of `config`; return the exit code.

    Settings that can't be used are told in the window, and so is a link that can't be read.

    Args:
        config: settings file; None for those of this computer.
        link: a Tagdrop link that is opened at once.

    Raises:
        ConfigurationError: no window can be opened here.
    """
    while (code := _open_window(config, link)) is None:
        _log.info("The settings are read anew")
    return code


def _open_window(config: Path | None, link: str) -> int | None:
    # A file that was named overrules what could be taken over.
    take_settings = install if config is None else None
    try:
        settings = load(config)
    except AppError as error:
        return _run_window(Settings(), error, take_settings, link)
    return _run_window(settings, None, take_settings, link)


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
            return _run_window(demo.settings) or 0
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


def _run_window(
    settings: Settings,
    problem: AppError | None = None,
    take_settings: Callable[[Path], Path] | None = None,
    link: str = "",
) -> int | None:
    """Run the window; `problem` is why the settings can't be used, if so. None: to be opened with others."""
    _check_display()
    from app.logs.file import log_to_file

    log_to_file()
    from app.ui.run import run_window
    from app.ui.services import WindowSettings

    sign_in = Once(lambda: open_sign_in(settings)) if settings.google else None
    opened = ExitStack()

    def connect_window(gate: SignInGate) -> WindowServices:
        if problem is not None:
            raise problem
        services = connect(settings, sign_in() if sign_in else None, gate)
        opened.callback(services.close)
        _log.info("Connected as %s, place %s", services.identity.label, services.identity.user_id)
        return window_services(services)

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
        settings.search.refresh_minutes,
        settings.share.public_links,
    )
    with opened:
        return run_window(window_settings, connect_window, sign_in, take_settings, link)


def window_services(services: Services) -> WindowServices:
    """Return what the window works with.

    Raises:
        LocalFileError: the settings want the local index alone, and that can't be used.
    """
    from app.ui.services import WindowServices

    return WindowServices(
        services.storage,
        services.staging,
        services.catalog(services.settings.search.engine),
        services.clock,
        services.identity,
        services.forget,
        services.catalog("live"),
        services.cloud,
        services.signer,
        services.journal,
        services.index,
        services.engines.get("index"),
        services.weaknesses,
        marks_origin=services.settings.download.mark_of_origin,
    )


def _check_display() -> None:
    from app.ui.preflight import check_display

    check_display()


class Once(Generic[T]):
    """Makes something when it is first asked for, whichever thread asks.

    Args:
        make: makes it; slow.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        """Return it."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]
