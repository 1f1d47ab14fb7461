"""What the provider's token endpoint answers (RFC 6749, section 5; OpenID Connect Core 1.0, section 12)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from app.auth.web import Answer
from app.core.errors import AppError, OutageError, SignInError
from app.core.redaction import conceal

_ENDED = {
    "invalid_grant",
    "access_denied",
    "login_required",
    "consent_required",
    "interaction_required",
    "account_selection_required",
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens as they came, not checked yet.

    Attributes:
        id_token: says who signed in; empty where none came.
        refresh_token: gets new ones; empty where none came.
        access_token: stands for what was granted; empty where none came.
        sent_at: the provider's clock, aware UTC; None where it doesn't tell.
    """

    id_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    sent_at: datetime | None = None

    def __post_init__(self) -> None:
        conceal(self.id_token, self.refresh_token, self.access_token)

    @classmethod
    def of(cls, answer: Answer) -> Tokens:
        """Return the tokens in `answer`."""
        found = {name: token for name, token in answer.fields.items() if isinstance(token, str)}
        return cls(
            found.get("id_token", ""), found.get("refresh_token", ""), found.get("access_token", ""), answer.sent_at
        )


def not_prolonged(reason: str) -> AppError:
    """Return the error for a refresh token that the provider gives nothing for.

    Args:
        reason: the provider's error code.
    """
    if reason in _ENDED:
        return ended("The sign-in provider wants to see you again.")
    return not_given(reason)


def not_given(reason: str) -> AppError:
    """Return the error for a sign-in that the provider gives nothing for; `reason` as above."""
    if reason in ("temporarily_unavailable", "server_error"):
        return OutageError("provider-failed", "The sign-in provider had a problem", "Try again in a moment.")
    if reason == "access_denied":
        return SignInError("sign-in-denied", "Sign-in was refused", "Try again, and allow Tagdrop to know who you are.")
    if reason in ("invalid_client", "unauthorized_client"):
        return SignInError(
            "sign-in-failed",
            "The sign-in provider doesn’t know this Tagdrop",
            "Ask your IT team to check client_id and client_secret in [google].",
        )
    # The redirect can come from anywhere, so only what looks like an error code is repeated.
    shown = reason if re.fullmatch(r"[a-z_]{1,40}", reason) else "unknown error"
    return SignInError("sign-in-failed", "Sign-in didn’t work", f"The sign-in provider says “{shown}”. Try again.")


def ended(reason: str) -> SignInError:
    """Return the error for a sign-in that can't go on, because of the sentence `reason`."""
    return SignInError("sign-in-ended", "You were signed out", f"{reason} Sign in again to go on.")
