"""ID tokens as Google's are (OpenID Connect Core 1.0, section 2)."""

from __future__ import annotations

import time

from joserfc import jwt

from app.demo.provider.client import EMAIL_SCOPE, DesktopClient
from app.demo.provider.people import Person
from app.demo.provider.state import State


class IdTokens:
    """Signs who somebody is.

    Attributes:
        lifetime_seconds: how long a token is good; may be changed at any time.
    """

    def __init__(self, issuer: str, client: DesktopClient, state: State) -> None:
        self._issuer = issuer
        self._client = client
        self._state = state
        self.lifetime_seconds = 3600

    def issue(self, person: Person, scope: str, nonce: str | None) -> str:
        """Return a signed token.

        Args:
            person: whom it names.
            scope: that was granted; the email address is in it only where that was.
            nonce: of the sign-in; a refreshed token has none.
        """
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": self._issuer,
            "azp": self._client.id,
            "aud": self._client.id,
            "sub": person.subject,
            "iat": now,
            "exp": now + self.lifetime_seconds,
        }
        if EMAIL_SCOPE in scope.split():
            claims |= {"email": person.email, "email_verified": person.is_verified}
        if person.domain is not None:
            claims["hd"] = person.domain
        if nonce is not None:
            claims["nonce"] = nonce
        key = self._state.keys[0]
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
