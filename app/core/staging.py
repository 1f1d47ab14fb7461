"""How the staging bucket is laid out.

`<user>/<request>/` holds `request.json` and either `files/<key>` for each copy or `zip/<name>`, one archive that was
put together there; `scratch/<number>` while that is done. What everybody in the organisation may read has `shared/`
before it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.core.keys import MAX_KEY_BYTES, split_suffix

LIFETIME = timedelta(hours=24)
"""How long temporary copies live, from the copy."""

_TIME, _TIME_CHARACTERS = "%Y%m%dT%H%M%SZ", 16
_ARCHIVE = "zip/"
_NAME_BYTES = 200  # some servers keep each part of a key as a file name, of 255 bytes at most
_REQUEST = r"\d{8}T\d{6}Z-[0-9a-f]{8}"
_LAYOUT = re.compile(
    rf"(?P<shared>shared/)?(?P<user>[0-9A-Za-z_-]{{1,255}})/(?P<id>{_REQUEST})/"
    r"(?:request\.json|files/.+|zip/[^/]+|scratch/\d+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one request in the staging bucket.

    Attributes:
        user_id: whose it is (`Identity.user_id`).
        request_id: when it was made, and a random part.
        is_shared: whether everybody in the organisation may read it.
    """

    user_id: str
    request_id: str
    is_shared: bool = False

    @property
    def begun_at(self) -> datetime:
        """When it was made, aware UTC; no copy in it is older."""
        return datetime.strptime(self.request_id[:_TIME_CHARACTERS], _TIME).replace(tzinfo=UTC)

    @property
    def prefix(self) -> str:
        """What every key of the request begins with."""
        return f"{'shared/' if self.is_shared else ''}{self.user_id}/{self.request_id}/"

    @property
    def label_key(self) -> str:
        """Key of the small object that says what the request is for."""
        return f"{self.prefix}request.json"

    def copy_key(self, key: str) -> str:
        """Return the key of the copy of `key`; one that would be too long is named by its SHA-256."""
        copy = f"{self.prefix}files/{key}"
        if len(copy.encode()) <= MAX_KEY_BYTES:
            return copy
        return f"{self.prefix}files/{hashlib.sha256(key.encode()).hexdigest()}"

    def archive_key(self, name: str) -> str:
        """Return the key of an archive with this file name, which is shortened where it is very long."""
        stem, suffix = split_suffix(name)
        stem = stem.encode()[: _NAME_BYTES - len(suffix.encode())].decode(errors="ignore")
        return f"{self.prefix}{_ARCHIVE}{stem}{suffix}"

    def scratch_key(self, number: int) -> str:
        """Return the key of an object that is needed only while an archive is put together."""
        return f"{self.prefix}scratch/{number:05}"

    def is_archive(self, key: str) -> bool:
        """Whether a key of this place is that of an archive."""
        return key.startswith(f"{self.prefix}{_ARCHIVE}")

    def is_copy(self, key: str) -> bool:
        """Whether a key of this place is that of a file's copy."""
        return key.startswith(f"{self.prefix}files/")


def user_prefixes(user_id: str) -> tuple[str, str]:
    """Return what the keys of one user's places begin with: their own, and those that they share."""
    return f"{user_id}/", f"shared/{user_id}/"


def new_place(user_id: str, now: datetime, *, is_shared: bool = False) -> Place:
    """Return a place that nobody has."""
    return Place(user_id, f"{now.astimezone(UTC):{_TIME}}-{secrets.token_hex(4)}", is_shared)


def place_of(key: str) -> Place | None:
    """Return the place that a key of the staging bucket belongs to; None where it isn't laid out as ours."""
    found = _LAYOUT.fullmatch(key)
    return Place(found["user"], found["id"], bool(found["shared"])) if found else None
