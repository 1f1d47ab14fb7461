"""Authorisation codes: good for one use and two minutes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin

from app.demo.provider.people import Person

_LIFETIME_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Code(AuthorizationCodeMixin):
    """What a code stands for.

    Attributes:
        text_hash: of the code itself.
        person: who signed in.
        redirect_uri: where the code was sent; it is redeemed with the same one.
        scope: that was granted.
        nonce: goes into the ID token.
        code_challenge: of PKCE (RFC 7636).
        code_challenge_method: how it was made.
        is_offline: whether a refresh token was asked for.
        made_at: when, by the monotonic clock.
    """

    text_hash: str
    person: Person
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    is_offline: bool
    made_at: float = field(default_factory=time.monotonic)

    @property
    def is_expired(self) -> bool:
        """Whether it is too old to be redeemed."""
        return time.monotonic() > self.made_at + _LIFETIME_SECONDS

    def get_redirect_uri(self) -> str:
        """Return where it was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return what was granted."""
        return self.scope


class Codes:
    """The codes that are open. May be used by several threads."""

    def __init__(self) -> None:
        self._open: dict[str, Code] = {}

    def add(self, code: Code) -> None:
        """Open a code, and forget those that nobody redeemed."""
        for other in list(self._open.values()):
            if other.is_expired:
                self._open.pop(other.text_hash, None)
        self._open[code.text_hash] = code

    def take(self, text_hash: str) -> Code | None:
        """Return the code and close it, whatever comes of it; None where it isn't open."""
        code = self._open.pop(text_hash, None)
        return None if code is None or code.is_expired else code
