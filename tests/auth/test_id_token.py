"""What an ID token must be to be believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from app.auth import id_token
from app.core.errors import SignInError
from tests.auth.minting import CLIENT_ID, Signer, claims_of

ISSUER = "https://accounts.google.com"
TRY_AGAIN = "Try again; if it stays so, tell your IT team."


def check(signer, text, **changes):
    keys = {signer.key_id: jwt.PyJWK(signer.jwk)}
    now = datetime.now(UTC)
    arguments = {"issuer": ISSUER, "client_id": CLIENT_ID, "now": now, "sent_at": now} | changes
    return id_token.check(text, keys.get, **arguments)


def refusal(signer, text, **changes) -> SignInError:
    with pytest.raises(SignInError) as caught:
        check(signer, text, **changes)
    return caught.value


def test_a_good_token_yields_its_claims(signer):
    claims = check(signer, signer.sign(claims_of(ISSUER, nonce="n")), nonce="n")
    assert (claims["email"], claims["hd"]) == ("maria@example.com", "example.com")


def test_a_key_on_an_elliptic_curve_will_do():
    signer = Signer("curve", "ES256")
    assert check(signer, signer.sign(claims_of(ISSUER)))["email"] == "maria@example.com"


def test_google_may_leave_out_the_scheme_of_its_issuer(signer):
    assert check(signer, signer.sign(claims_of("accounts.google.com")))


def test_a_refreshed_token_has_no_nonce(signer):
    assert check(signer, signer.sign(claims_of(ISSUER)), nonce=None)


NOW = int(time.time())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://accounts.google.com.evil.example"}, "it comes from another provider"),
        ({"iss": "https://accounts.google.com/"}, "it comes from another provider"),
        ({"iss": "http://accounts.google.com"}, "it comes from another provider"),
        ({"iss": None}, "it comes from another provider"),
        ({"iss": [ISSUER]}, "it comes from another provider"),
        ({"aud": "another-program"}, "it is meant for another program"),
        ({"aud": [CLIENT_ID, "another-program"]}, "it is meant for another program"),
        ({"aud": None}, "it is meant for another program"),
        ({"azp": "another-program"}, "it is meant for another program"),
        ({"nonce": "of-another"}, "it belongs to another sign-in"),
        ({"nonce": None}, "it belongs to another sign-in"),
        ({"nonce": ["n"]}, "it belongs to another sign-in"),
        ({"exp": NOW - 600, "iat": NOW - 4200}, "it has expired"),
        ({"nbf": NOW + 600}, "it isn’t valid yet"),
        ({"iat": NOW + 600}, "it isn’t valid yet"),
        ({"exp": None}, "it doesn’t say exp"),
        ({"exp": "9999999999"}, "it doesn’t say exp"),
        ({"exp": True}, "it doesn’t say exp"),
        ({"iat": None}, "it doesn’t say iat"),
        ({"sub": None}, "it doesn’t say sub"),
        ({"sub": 5}, "it doesn’t say sub"),
        ({"email": None}, "it doesn’t say email"),
        ({"email_verified": False}, "its email address isn’t verified"),
        ({"email_verified": "true"}, "its email address isn’t verified"),
        ({"email_verified": 1}, "its email address isn’t verified"),
        ({"email_verified": None}, "its email address isn’t verified"),
    ],
    ids=lambda value: re.sub(r"\b1\d{9}\b", "time", json.dumps(value)) if isinstance(value, dict) else "",
)
def test_a_claim_that_does_not_hold_is_refused(signer, changes, reason):
    error = refusal(signer, signer.sign(claims_of(ISSUER, **({"nonce": "n"} | changes))), nonce="n")
    assert (error.code, error.title) == ("sign-in-failed", "Sign-in didn’t work")
    assert error.detail == f"The sign-in provider’s answer can’t be trusted: {reason}. {TRY_AGAIN}"


def test_a_single_audience_in_a_list_will_do(signer):
    assert check(signer, signer.sign(claims_of(ISSUER, aud=[CLIENT_ID])))


def encoded(part) -> str:
    return base64.urlsafe_b64encode(part if isinstance(part, bytes) else json.dumps(part).encode()).decode().rstrip("=")


def without_signature(signer, other_signer):
    return f"{encoded({'alg': 'none', 'kid': signer.key_id})}.{encoded(claims_of(ISSUER))}."


def by_the_public_key_as_a_shared_secret(signer, other_signer):
    public = signer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{encoded({'alg': 'HS256', 'kid': signer.key_id})}.{encoded(claims_of(ISSUER))}"
    return f"{signed}.{encoded(hmac.new(public, signed.encode(), hashlib.sha256).digest())}"


def by_another_key(signer, other_signer):
    return other_signer.sign(claims_of(ISSUER))


def by_a_key_that_it_brings_along(signer, other_signer):
    return other_signer.sign(claims_of(ISSUER), kid="brought", jwk=other_signer.jwk)


def without_naming_its_key(signer, other_signer):
    return jwt.encode(claims_of(ISSUER), signer.key, algorithm="RS256")


def with_other_claims_than_were_signed(signer, other_signer):
    header, _, signature = signer.sign(claims_of(ISSUER, hd="other.org")).split(".")
    return f"{header}.{encoded(claims_of(ISSUER))}.{signature}"


def with_its_signature_cut_off(signer, other_signer):
    return signer.sign(claims_of(ISSUER)).rpartition(".")[0] + "."


def of_no_claims(signer, other_signer):
    return jwt.PyJWS().encode(b'["not", "claims"]', signer.key, algorithm="RS256", headers={"kid": signer.key_id})


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (without_signature, "it is signed in a way that isn’t allowed"),
        (by_the_public_key_as_a_shared_secret, "it is signed in a way that isn’t allowed"),
        (by_another_key, "its signature doesn’t hold"),
        (by_a_key_that_it_brings_along, "it is signed with an unknown key"),
        (without_naming_its_key, "it is signed with an unknown key"),
        (with_other_claims_than_were_signed, "its signature doesn’t hold"),
        (with_its_signature_cut_off, "its signature doesn’t hold"),
        (of_no_claims, "it comes from another provider"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_forged_token_is_refused(signer, other_signer, forged, reason):
    error = refusal(signer, forged(signer, other_signer))
    assert error.detail == f"The sign-in provider’s answer can’t be trusted: {reason}. {TRY_AGAIN}"


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "ä.ö.ü"])
def test_what_is_no_token_is_refused(signer, text):
    assert "it holds no readable ID token" in refusal(signer, text).detail


@pytest.mark.parametrize("minutes", [-1.5, 1.5])
def test_clocks_may_be_a_little_apart(signer, minutes):
    now = datetime.now(UTC) + timedelta(minutes=minutes)
    assert check(signer, signer.sign(claims_of(ISSUER)), now=now)


@pytest.mark.parametrize(
    ("off", "sentence"),
    [
        (timedelta(minutes=-3), "This computer’s clock is 3 minutes behind"),
        (timedelta(minutes=-12), "This computer’s clock is 12 minutes behind"),
        (timedelta(minutes=-119), "This computer’s clock is 119 minutes behind"),
        (timedelta(hours=-5), "This computer’s clock is 5 hours behind"),
        (timedelta(days=-400), "This computer’s clock is 400 days behind"),
        (timedelta(minutes=63), "This computer’s clock is 63 minutes ahead"),
        (timedelta(days=3), "This computer’s clock is 3 days ahead"),
    ],
    ids=str,
)
@pytest.mark.parametrize("tells_time", [True, False])
def test_a_clock_that_is_off_is_told_with_how_far(signer, off, sentence, tells_time):
    now = datetime.now(UTC)
    error = refusal(signer, signer.sign(claims_of(ISSUER)), now=now + off, sent_at=now if tells_time else None)
    assert (error.code, error.title) == ("clock-off", sentence)
    assert error.detail == "Set date and time to automatic, then try again."
