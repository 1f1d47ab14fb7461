"""The one place where parts are put together; SDKs are loaded only when something is connected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from app.core.errors import SignInError
from app.core.ports import BucketAdmin, Clock, Identity, ObjectStore, TagCatalog
from app.settings.model import Settings


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
        identity: who works here.
        storage: the storage bucket.
        staging: the staging bucket.
        catalog: finds by tag.
        admin: makes and sets up buckets.
        clock: tells the time.
    """

    settings: Settings
    identity: Identity
    storage: ObjectStore
    staging: ObjectStore
    catalog: TagCatalog
    admin: BucketAdmin
    clock: Clock


def connect(settings: Settings) -> Services:
    """Put together what works with the buckets that `settings` name; takes most of a second.

    Raises:
        SignInError: there are no credentials, or they need a sign-in.
        ConfigurationError: the AWS settings of this computer can't be used.
    """
    from app.aws.admin import Buckets
    from app.aws.connect import Server
    from app.aws.credentials import CredentialsHolder, DefaultChain
    from app.catalog.live import LiveCatalog
    from app.services.session import Session

    if settings.google is not None:
        raise SignInError(
            "sign-in-not-available",
            "This version of Tagdrop can’t sign in with Google yet",
            "Remove [google] from the settings to work with AWS credentials.",
        )
    clock = SystemClock()
    storage = settings.storage
    source = DefaultChain(storage.region, settings.sts_endpoint_url)
    holder = CredentialsHolder(source.credentials())
    session = Session(source, clock, holder.replace)
    server = Server(storage.region, storage.endpoint_url, holder, session)
    bucket = server.bucket(storage.storage_bucket)
    return Services(
        settings=settings,
        identity=session.identity,
        storage=bucket,
        staging=server.bucket(storage.staging_bucket),
        catalog=LiveCatalog(bucket, settings.tag_rules, clock),
        admin=Buckets(server.client),
        clock=clock,
    )
