"""Checks ID tokens (OpenID Connect Core 1.0, sections 3.1.3.7 and 12.2)."""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from app.core.errors import SignInError

LEEWAY = timedelta(minutes=2)
"""How far this computer's clock and the provider's may be apart without a word."""

_ALGORITHMS = ("RS256", "ES256")


def check(
    text: str,
    find_key: Callable[[str], jwt.PyJWK | None],
    *,
    issuer: str,
    client_id: str,
    now: datetime,
    sent_at: datetime | None,
    nonce: str | None = None,
) -> Mapping[str, Any]:
    """Return the claims of an ID token that came from the provider at this moment, once all of them hold.

    Args:
        text: the signed token.
        find_key: returns the provider's key of an id; None where it has none.
        issuer: of the provider.
        client_id: for whom the token must be.
        now: this computer's clock, aware UTC.
        sent_at: the provider's clock, aware UTC; None where it isn't known.
        nonce: what the token must repeat; None for a refreshed token, which has none.

    Raises:
        SignInError: `sign-in-failed` with what doesn't hold; `clock-off`.
        OutageError: from `find_key`.
    """
    claims = _signed_claims(text, find_key)
    # Google's documentation allows its issuer without the scheme too; the signature is what proves it.
    if claims.get("iss") not in (issuer, issuer.removeprefix("https://")):
        raise not_trusted("it comes from another provider")
    if claims.get("aud") not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise not_trusted("it is meant for another program")
    _check_times(claims, now, sent_at)
    if nonce is not None and not _is_same(claims.get("nonce"), nonce):
        raise not_trusted("it belongs to another sign-in")
    for name in ("sub", "email"):
        if not isinstance(claims.get(name), str) or not claims[name]:
            raise not_trusted(f"it doesn’t say {name}")
    if claims.get("email_verified") is not True:
        raise not_trusted("its email address isn’t verified")
    return claims


def not_trusted(reason: str) -> SignInError:
    """Return the error for a token that can't be used because of `reason`."""
    return SignInError(
        "sign-in-failed",
        "Sign-in didn’t work",
        f"The sign-in provider’s answer can’t be trusted: {reason}. Try again; if it stays so, tell your IT team.",
    )


def clock_off(ahead: timedelta) -> SignInError:
    """Return the error for a clock that is `ahead` (negative: behind) of the provider's."""
    way = "ahead" if ahead > timedelta() else "behind"
    return SignInError(
        "clock-off",
        f"This computer’s clock is {_length(abs(ahead))} {way}",
        "Set date and time to automatic, then try again.",
    )


def _signed_claims(text: str, find_key: Callable[[str], jwt.PyJWK | None]) -> Mapping[str, Any]:
    try:
        header = jwt.get_unverified_header(text)
    except jwt.InvalidTokenError:
        raise not_trusted("it holds no readable ID token") from None
    if header.get("alg") not in _ALGORITHMS:
        raise not_trusted("it is signed in a way that isn’t allowed")
    key = find_key(str(header.get("kid", "")))
    if key is None:
        raise not_trusted("it is signed with an unknown key")
    try:
        # The signature only: PyJWT would compare times with a clock that isn't ours to move, and tell no difference.
        claims = json.loads(jwt.PyJWS().decode(text, key, algorithms=_ALGORITHMS))
    except (jwt.InvalidTokenError, ValueError):
        raise not_trusted("its signature doesn’t hold") from None
    return claims if isinstance(claims, dict) else {}


def _check_times(claims: Mapping[str, Any], now: datetime, sent_at: datetime | None) -> None:
    issued_at, expires_at = _seconds(claims, "iat"), _seconds(claims, "exp")
    valid_from = max(issued_at, _seconds(claims, "nbf") if "nbf" in claims else issued_at)
    our_time, leeway = now.timestamp(), LEEWAY.total_seconds()
    is_early, is_late = valid_from > our_time + leeway, expires_at <= our_time - leeway
    if not (is_early or is_late):
        return
    ahead = our_time - (sent_at.timestamp() if sent_at else issued_at)
    if abs(ahead) > leeway:
        raise clock_off(timedelta(seconds=ahead))
    raise not_trusted("it isn’t valid yet" if is_early else "it has expired")


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise not_trusted(f"it doesn’t say {name}")
    return float(value)


def _is_same(found: object, wanted: str) -> bool:
    return isinstance(found, str) and hmac.compare_digest(found.encode(), wanted.encode())


def _length(length: timedelta) -> str:
    seconds = length.total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}s"
    return f"{seconds / 60:.0f} minutes"
