"""Puts together what works with an organisation’s buckets; SDKs are loaded only when something is connected."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from app.bootstrap.services import Services
from app.core.errors import ConfigurationError, LocalFileError
from app.core.identity import Identity
from app.core.ports.catalog import TagCatalog
from app.core.ports.clock import Clock
from app.core.ports.provisioning import Provisioner
from app.core.ports.session import SignIn, SignInGate
from app.core.ports.storage import ObjectStore
from app.services.cloud_zip import CloudStores
from app.services.delete_parts import delete_packings, delete_parts
from app.services.session import Session
from app.services.signed_in import SignedIn
from app.services.uploads.freeing import free_uploads
from app.settings.model import Settings

if TYPE_CHECKING:
    from app.aws.credentials import DefaultChain
    from app.catalog.local import LocalIndex
    from app.journal.file import JournalFile

_log = logging.getLogger(__name__)


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.now(UTC)


def forget_person(settings: Settings, user_id: str) -> tuple[LocalFileError, ...]:
    """Delete what this computer keeps of a person's files, who still is signed in.

    The storage is asked only where that remembers parts of uploads, to free them. Return why something of interrupted
    downloads is still there, as `delete_parts`.

    Raises:
        LocalFileError: it can't be deleted.
    """
    from app.catalog.local import delete_index
    from app.journal.journal import WorkJournal

    file = _journal_of(user_id)
    left: tuple[LocalFileError, ...] = ()
    if file.path.exists():
        journal = WorkJournal(file, _place(settings), SystemClock())
        left = delete_parts(journal.downloads)
        delete_packings(journal.shares)
        free_uploads(lambda: _storage_of(settings), journal.uploads)
    try:
        delete_index(_index_path(settings, user_id))
    finally:
        file.delete()
    return left


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
