"""What the keyring keeps of a sign-in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from app.core.identity import Account
from app.core.redaction import conceal

_VERSION = 1


@dataclass(frozen=True, slots=True)
class KeptSignIn:
    """A sign-in that goes on after a restart.

    Attributes:
        account: who signed in.
        refresh_token: gets new ID tokens; never shown.
    """

    account: Account
    refresh_token: str = field(repr=False)

    def __post_init__(self) -> None:
        conceal(self.refresh_token)

    def to_text(self) -> str:
        """Return it as the keyring keeps it; short, as Windows keeps 2,560 bytes only."""
        account = self.account
        fields = {
            "v": _VERSION,
            "sub": account.subject,
            "email": account.email,
            "hd": account.domain,
            "refresh_token": self.refresh_token,
        }
        return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str, issuer: str) -> KeptSignIn | None:
        """Return what `to_text` made; None where another version of Tagdrop, or somebody else, wrote it."""
        try:
            fields = json.loads(text)
            version, subject, email, domain, refresh_token = (
                fields[name] for name in ("v", "sub", "email", "hd", "refresh_token")
            )
        except (ValueError, TypeError, KeyError):
            return None
        if version != _VERSION or not all(isinstance(value, str) for value in (subject, email, domain, refresh_token)):
            return None
        return cls(Account(issuer, subject, email, domain), refresh_token)
