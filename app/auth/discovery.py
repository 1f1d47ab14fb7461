"""Where the sign-in provider answers, as it says itself (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.auth import web

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the provider answers.

    Attributes:
        issuer: address of the provider itself.
        authorization: the page in which a person signs in.
        token: gives tokens.
        keys: the public keys that sign ID tokens.
        revocation: takes tokens back; None where the provider has none.
        has_offline_scope: whether refresh tokens are asked for by the scope `offline_access`.
    """

    issuer: str
    authorization: str
    token: str
    keys: str
    revocation: str | None
    has_offline_scope: bool


def discover(issuer: str) -> Endpoints:
    """Ask the provider where it answers.

    Raises:
        OutageError: it can't be reached, or its answer isn't one that can be trusted.
    """
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    answer = web.get(url)
    if answer.status != 200 or answer.fields.get("issuer") != issuer:
        raise web.unknown_answer(url, f"It doesn’t say that it is {issuer}.")
    fields = answer.fields
    scopes = fields.get("scopes_supported")
    return Endpoints(
        issuer=issuer,
        authorization=_address(fields, "authorization_endpoint", issuer),
        token=_address(fields, "token_endpoint", issuer),
        keys=_address(fields, "jwks_uri", issuer),
        revocation=_address(fields, "revocation_endpoint", issuer) if "revocation_endpoint" in fields else None,
        has_offline_scope=isinstance(scopes, list) and "offline_access" in scopes,
    )


def is_loopback_http(url: str) -> bool:
    """Whether `url` is plain http on this very computer, where nobody is in between."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _address(fields: Mapping[str, Any], name: str, issuer: str) -> str:
    address = fields.get(name)
    if not isinstance(address, str) or not (
        urlsplit(address).scheme == "https" or (is_loopback_http(issuer) and is_loopback_http(address))
    ):
        raise web.unknown_answer(issuer, f"It names no usable {name}.")
    return address
