"""The provider's public keys (RFC 7517), kept until they change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from jwt import PyJWK
from jwt.exceptions import InvalidKeyError, PyJWKError

from app.auth import web
from app.core.ports.clock import Clock

LIFETIME = timedelta(hours=6)
"""How long keys are used without asking whether they still hold."""

PAUSE = timedelta(minutes=1)
"""Between two looks for a key that isn't known: whoever sends tokens must not make us ask all the time."""

_KINDS = {"RSA", "EC"}  # never `oct`: a shared secret proves nothing to us


class SigningKeys:
    """The keys that ID tokens are signed with. Used by any thread.

    Args:
        find_url: returns where they are published.
        clock: tells when they are old.
    """

    def __init__(self, find_url: Callable[[], str], clock: Clock) -> None:
        self._find_url = find_url
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._asked_at: datetime | None = None
        self._missed_at: datetime | None = None

    def key(self, key_id: str) -> PyJWK | None:
        """Return the key of this id; None where the provider has none, as far as is known.

        Raises:
            OutageError: the keys can't be had.
        """
        with self._lock:
            if self._is_over(LIFETIME, self._asked_at):
                self._ask()
            elif key_id not in self._keys and self._is_over(PAUSE, self._missed_at):
                self._missed_at = self._clock.now()
                self._ask()
            return self._keys.get(key_id)

    def _is_over(self, length: timedelta, since: datetime | None) -> bool:
        return since is None or not timedelta() <= self._clock.now() - since < length

    def _ask(self) -> None:
        self._keys = _published(self._find_url())
        self._asked_at = self._clock.now()


def _published(url: str) -> dict[str, PyJWK]:
    answer = web.get(url)
    found = answer.fields.get("keys")
    if answer.status != 200 or not isinstance(found, list):
        raise web.unknown_answer(url, "It publishes no keys.")
    keys = {}
    for described in found:
        if isinstance(described, dict) and described.get("kty") in _KINDS and described.get("use", "sig") == "sig":
            try:
                key = PyJWK(described)
            except (PyJWKError, InvalidKeyError):
                continue  # a kind that isn't in use here
            if key.key_id:
                keys[key.key_id] = key
    return keys
