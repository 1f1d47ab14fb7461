"""Who belongs to the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.auth.provider import Provider
from app.auth.tokens import Tokens
from app.core.errors import ConfigurationError, SignInError
from app.core.identity import Account, IdToken

NOT_LET_IN = frozenset({"personal-account", "other-organisation"})
"""Codes of the errors for an account that doesn't belong."""

_TITLE = "This account can’t be used here"


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets in who belongs to the organisation.

    Attributes:
        organization: its name, as it stands in sentences; empty where it has none.
        domains: what claim `hd` may be, exactly as Google sends it.

    Raises:
        ConfigurationError: no domain is named, so nobody could be let in.
    """

    organization: str
    domains: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.domains:
            raise ConfigurationError(
                "setting-missing", "domain in [organization] is missing", "Add it, or ask IT for it."
            )

    @property
    def name(self) -> str:
        """The organisation's name for sentences."""
        return self.organization or "Your organisation"

    @property
    def endings(self) -> str:
        """The endings of the addresses that are let in, for sentences: `@example.com or @example.org`."""
        *first, last = (f"@{domain}" for domain in self.domains)
        return f"{', '.join(first)} or {last}" if first else last

    def admit(self, provider: Provider, tokens: Tokens, nonce: str | None = None) -> IdToken:
        """Return the ID token among `tokens` once it is checked and its account let in.

        Args:
            provider: whose tokens these are.
            tokens: as they came.
            nonce: what the ID token has to repeat; None for a refreshed one.

        Raises:
            SignInError: `personal-account`, `other-organisation`, `sign-in-failed`, `clock-off`.
            OutageError: the provider's keys can't be had.
        """
        claims = provider.claims(tokens, nonce)
        account = self._account(provider.issuer, claims)
        return IdToken(tokens.id_token, account, datetime.fromtimestamp(claims["exp"], UTC))

    def _account(self, issuer: str, claims: Mapping[str, Any]) -> Account:
        """The organisation is claim `hd` alone: anybody can have an address that ends in its domain."""
        email, domain = claims["email"], claims.get("hd")
        if domain is None:
            raise SignInError("personal-account", _TITLE, f"{email} is a personal account. {self._rule}", email)
        if not isinstance(domain, str) or domain not in self.domains:
            raise SignInError(
                "other-organisation", _TITLE, f"{email} belongs to another organisation. {self._rule}", email
            )
        return Account(issuer, claims["sub"], email, domain)

    @property
    def _rule(self) -> str:
        return f"{self.name} accepts only accounts that end in {self.endings}."
