"""ID tokens as nobody should issue them, signed with the provider's own key or with another."""

from __future__ import annotations

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from app.demo.provider import Provider

LEFT_OUT = object()
"""As a claim or in the header: without it."""


def mint(
    provider: Provider, *, key: Any = None, alg: str = "RS256", header: dict[str, Any] | None = None, **claims: Any
) -> str:
    """Return an ID token.

    Args:
        provider: whose; its newest key signs unless `key` does.
        key: signs instead, as PyJWT wants it for `alg`.
        alg: how; `none` leaves the signature away.
        header: replaces what is right in the header.
        claims: replace those of a good token of Maria's.
    """
    now = int(time.time())
    good = {
        "iss": provider.issuer,
        "aud": provider.client_id,
        "azp": provider.client_id,
        "sub": "104000000000000000001",
        "email": "maria.keller@example.com",
        "email_verified": True,
        "hd": "example.com",
        "iat": now,
        "exp": now + 3600,
    }
    own = provider.state.keys[0]
    secret = None if alg == "none" else own.private_key if key is None else key
    return jwt.encode(_without_gaps({**good, **claims}), secret, alg, _without_gaps({"kid": own.kid, **(header or {})}))


def bend_signature(token: str) -> str:
    """Return the token with another signature of the same length."""
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'B' if signature.startswith('A') else 'A'}{signature[1:]}"


def other_key() -> RSAPrivateKey:
    """Return a key that the provider doesn't have."""
    return generate_private_key(65537, 2048)


def _without_gaps(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not LEFT_OUT}
