"""Who works here, and what proves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.core.redaction import conceal


@dataclass(frozen=True, slots=True)
class Account:
    """A signed-in account, as its ID token names it (OpenID Connect Core 1.0, section 2).

    Attributes:
        issuer: address of the sign-in provider.
        subject: claim `sub`: stays the same when the email address changes.
        email: claim `email`, verified by the provider.
        domain: claim `hd`: the organisation's domain, one of the allowed ones.
    """

    issuer: str
    subject: str
    email: str
    domain: str


@dataclass(frozen=True, slots=True)
class IdToken:
    """An ID token that was checked.

    Attributes:
        text: the signed token; never shown.
        account: whose it is.
        expires_at: claim `exp`, aware UTC.
    """

    text: str = field(repr=False)
    account: Account
    expires_at: datetime

    def __post_init__(self) -> None:
        conceal(self.text)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who works here, as far as the storage is concerned.

    Attributes:
        user_id: names the place in the staging bucket: the token's `sub`, or 16 hex digits.
        label: what a person recognises: the email address, or the AWS identity; goes into `uploaded-by`.
        email: of the signed-in account; None without sign-in.
        domain: of the signed-in account; None without sign-in.
    """

    user_id: str
    label: str
    email: str | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """A snapshot of AWS credentials.

    Attributes:
        access_key_id: names the key.
        secret_access_key: signs; never shown.
        session_token: of a temporary session, else None.
        expires_at: end of the session, aware UTC, else None.
    """

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        conceal(self.secret_access_key, self.session_token)

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id[:4]}…)"
