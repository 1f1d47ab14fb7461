"""What the window needs from outside; `app.bootstrap` hands it in, so that no pane knows where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.core.errors import AppError
from app.core.identity import Identity
from app.core.ports.catalog import IndexKeeper, TagCatalog
from app.core.ports.clock import Clock
from app.core.ports.journal import Journal
from app.core.ports.storage import ObjectStore
from app.core.tags import TagRules
from app.services.downloading import Downloader
from app.services.linking import Linker


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """What the window knows before it is connected.

    Attributes:
        organization: name that stands in its sentences; empty where IT set none.
        rules: what a tag may be.
        upload_prefix: `[upload] prefix` as it is set, `{year}` and the like not yet expanded.
        allow_replace: whether a conflict offers *Replace*.
        domains: accounts of which may sign in.
        details: names and values that IT wants to read when something is refused, nothing secret.
        refresh_minutes: how often the local index is brought up to date; 0 for never.
        public_links: whether links that work without signing in can be made.
    """

    organization: str = ""
    rules: TagRules = field(default_factory=TagRules)
    upload_prefix: str = ""
    allow_replace: bool = True
    domains: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    refresh_minutes: int = 0
    public_links: bool = False


@dataclass(frozen=True, slots=True)
class WindowServices:
    """What the window works with once it is connected.

    Attributes:
        storage: the storage bucket.
        staging: the staging bucket.
        catalog: finds by tag, as the settings want it.
        clock: tells the time.
        identity: who works here.
        forget: deletes what this computer keeps of the person's files, and returns why something of interrupted
            downloads is still there; slow.
        live: looks at every file.
        downloader: makes downloads.
        linker: makes links.
        journal: what has not come to its end, or can be undone.
        index: the local index; None where it can't be used.
        from_index: finds by tag in the local index alone; None where it can't be used.
        weaknesses: what is weaker on this server than on AWS; None while that isn't known. It asks nothing.
        marks_origin: whether saved ZIPs get the system's mark of what was downloaded.
    """

    storage: ObjectStore
    staging: ObjectStore
    catalog: TagCatalog
    clock: Clock
    identity: Identity
    forget: Callable[[], tuple[AppError, ...]]
    live: TagCatalog
    downloader: Downloader
    linker: Linker
    journal: Journal
    index: IndexKeeper | None = None
    from_index: TagCatalog | None = None
    weaknesses: Callable[[], tuple[str, ...] | None] = tuple
    marks_origin: bool = True
