"""What the window and the command line work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.errors import LocalFileError
from app.core.identity import Identity
from app.core.ports.catalog import IndexKeeper, TagCatalog
from app.core.ports.clock import Clock
from app.core.ports.journal import Journal
from app.core.ports.storage import BucketAdmin, ObjectStore
from app.core.public_links import LinkSigner
from app.services.cloud_zip import CloudStores
from app.services.delete_parts import delete_packings, delete_parts
from app.services.downloading import Downloader
from app.services.linking import Linker
from app.services.session import Session
from app.services.uploads.freeing import free_uploads
from app.settings.model import Settings

if TYPE_CHECKING:
    from app.journal.file import JournalFile


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

    def forget(self) -> tuple[LocalFileError, ...]:
        """Delete what this computer keeps of the person's files; parts of uploads that it remembers are freed.

        Return why something of interrupted downloads is still there, as `delete_parts`.

        Raises:
            LocalFileError: it can't be deleted.
        """
        left = delete_parts(self.journal.downloads)
        delete_packings(self.journal.shares)
        free_uploads(lambda: self.storage, self.journal.uploads)
        try:
            if self.index is not None:
                self.index.delete()
        finally:
            self.journal_file.delete()
        return left
