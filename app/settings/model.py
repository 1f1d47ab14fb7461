"""Every setting, declared once: key, type, default and what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.core.tags import TagRules


def setting(default: Any, text: str, *, is_required: bool = False) -> Any:
    """Declare a setting.

    Args:
        default: what holds where no source says anything.
        text: one sentence for the reference and for IT's policy templates.
        is_required: whether Tagdrop can't work without it.
    """
    metadata = {"text": text, "is_required": is_required}
    if isinstance(default, Mapping):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Organization:
    """`[organization]`."""

    name: str = setting("", "The organisation's name, as it stands in the window's sentences.")
    domain: tuple[str, ...] = setting((), "The Google Workspace domain whose accounts may sign in, or a list of them.")


@dataclass(frozen=True, slots=True)
class Google:
    """`[google]`; left out, credentials come from the AWS default chain."""

    client_id: str = setting("", "Client id of the desktop client at Google.", is_required=True)
    client_secret: str = setting("", "Client secret of the desktop client; Google asks for it, it is no secret.")
    issuer: str = setting("https://accounts.google.com", "Address of the sign-in provider.")


@dataclass(frozen=True, slots=True)
class Storage:
    """`[storage]`."""

    region: str = setting("us-east-1", "AWS region of the buckets.")
    storage_bucket: str = setting("", "Bucket that holds everybody's files.", is_required=True)
    staging_bucket: str = setting("", "Bucket that holds temporary copies.", is_required=True)
    role_arn: str = setting("", "Role that a signed-in person works under; needed only with [google].")
    allow_delete: bool = setting(False, "Whether files can be deleted; the role must allow it too.")
    endpoint_url: str = setting("", "Address of an S3-compatible server; empty for AWS.")
    sts_endpoint_url: str = setting("", "Address of its STS; empty for endpoint_url, or AWS STS of the region.")


@dataclass(frozen=True, slots=True)
class Tags:
    """`[tags]`."""

    key: str = setting("Tag1", "Tag key of a file's first tag.")
    more_keys: tuple[str, ...] = setting(("Tag3", "Tag4", "Tag5", "Tag6", "Tag7"), "Tag keys of its further tags.")
    fixed: Mapping[str, str] = setting({"Tag2": "Tag-value"}, "Tags that every uploaded file gets besides.")
    required_pattern: str = setting("", "Regular expression that a tag must match as a whole.")
    forbidden_pattern: str = setting("", "Regular expression that must not be found in a tag.")


@dataclass(frozen=True, slots=True)
class Upload:
    """`[upload]`."""

    prefix: str = setting("", "Put before every file's name; {year}, {month} and {day} are filled in.")
    allow_replace: bool = setting(True, "Whether an upload may replace a stored file.")
    abandoned_hours: int = setting(168, "Age at which sweep ends unfinished uploads of large files; 0 for never.")


@dataclass(frozen=True, slots=True)
class Transfers:
    """`[transfers]`."""

    max_upload_mbit: int = setting(0, "Most megabits a second that uploads take together; 0 for no limit.")
    max_download_mbit: int = setting(0, "Most megabits a second that downloads take together; 0 for no limit.")

    def limited(self, mbit: int) -> Transfers:
        """Return them with this limit too, where a setting isn't lower already."""
        return Transfers(min(mbit, self.max_upload_mbit or mbit), min(mbit, self.max_download_mbit or mbit))


@dataclass(frozen=True, slots=True)
class Download:
    """`[download]`."""

    mark_of_origin: bool = setting(True, "Whether saved ZIPs are marked as downloaded, so that the system warns.")


@dataclass(frozen=True, slots=True)
class Share:
    """`[share]`."""

    public_links: bool = setting(False, "Whether links that work without signing in can be made.")


@dataclass(frozen=True, slots=True)
class Search:
    """`[search]`."""

    engine: str = setting("auto", "What answers a search: auto (the local index where there is one), live or index.")
    refresh_minutes: int = setting(15, "How often the window brings the local index up to date; 0 for never.")
    reread_days: int = setting(30, "Tags that were read longer ago are read again, as no listing shows a re-tag.")
    reread_per_day: int = setting(5000, "How many files a computer reads again in a day at most; 0 for none.")


@dataclass(frozen=True)
class Settings:
    """All settings, checked."""

    organization: Organization = field(default_factory=Organization)
    google: Google | None = None
    storage: Storage = field(default_factory=Storage)
    tags: Tags = field(default_factory=Tags)
    upload: Upload = field(default_factory=Upload)
    transfers: Transfers = field(default_factory=Transfers)
    download: Download = field(default_factory=Download)
    share: Share = field(default_factory=Share)
    search: Search = field(default_factory=Search)

    @cached_property
    def tag_rules(self) -> TagRules:
        """The tag settings as the rules that uploads and searches follow."""
        return TagRules(
            key=self.tags.key,
            more_keys=self.tags.more_keys,
            fixed=self.tags.fixed,
            required_pattern=self.tags.required_pattern,
            forbidden_pattern=self.tags.forbidden_pattern,
            organization=self.organization.name,
        )

    @property
    def sts_endpoint_url(self) -> str:
        """Where STS answers; empty for AWS's own."""
        return self.storage.sts_endpoint_url or self.storage.endpoint_url
