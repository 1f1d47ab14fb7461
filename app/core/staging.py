"""How the staging bucket is laid out: `<user>/<request>/request.json` and `<user>/<request>/files/<key>`."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.core.keys import MAX_KEY_BYTES

LIFETIME = timedelta(hours=24)
"""How long temporary copies live, from the copy."""

_REQUEST = r"\d{8}T\d{6}Z-[0-9a-f]{8}"
_LAYOUT = re.compile(rf"(?P<user>[0-9A-Za-z_-]{{1,255}})/(?P<id>{_REQUEST})/(?:request\.json|files/.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one request in the staging bucket.

    Attributes:
        user_id: whose it is (`Identity.user_id`).
        request_id: when it was made, and a random part.
    """

    user_id: str
    request_id: str

    @property
    def prefix(self) -> str:
        """What every key of the request begins with."""
        return f"{self.user_id}/{self.request_id}/"

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


def new_place(user_id: str, now: datetime) -> Place:
    """Return a place that nobody has."""
    return Place(user_id, f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}")


def place_of(key: str) -> Place | None:
    """Return the place that a key of the staging bucket belongs to; None where it isn't laid out as ours."""
    found = _LAYOUT.fullmatch(key)
    return Place(found["user"], found["id"]) if found else None
