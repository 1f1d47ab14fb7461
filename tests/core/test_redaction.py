"""No secret gets through, whatever it is wrapped in; what helps to find a fault does."""

from __future__ import annotations

import json
import string
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, strategies as st

from app.core.identity import Account, Credentials, IdToken
from app.core.redaction import HIDDEN, conceal, redact

SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SESSION_TOKEN = "FwoGZXIvYXdzEBYaDHqa0AP1+zq/9cIyYmTLsAFOo" + "bD3qS8r/" * 12 + "w=="
ID_TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl-_x"
SIGNATURE = "fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024"
REFRESH_TOKEN = "1//0gLxYz-AbCdEf_GhIjKl"
CODE = "4/0AX4XfWh-abc_DEF"
SHORT = "S3cr3t-of-a-kind"
"""Of no known shape: only its name gives it away."""


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"using {SECRET_KEY} to sign", SECRET_KEY),
        (f"'STRING\\n{SECRET_KEY}'", SECRET_KEY),
        (f"AWS_SECRET_ACCESS_KEY={SHORT}", SHORT),
        (f"aws_secret_access_key = {SHORT}", SHORT),
        (f"Credentials(secret_key='{SHORT}', token=None)", SHORT),
        (f"<SecretAccessKey>{SHORT}</SecretAccessKey>", SHORT),
        (f"<SessionToken>{SESSION_TOKEN}</SessionToken>", SESSION_TOKEN),
        (f"token {SESSION_TOKEN} has expired", SESSION_TOKEN),
        (f"x-amz-security-token: {SHORT}", SHORT),
        (f"{{'X-Amz-Security-Token': b'{SHORT}'}}", SHORT),
        (f"x-amz-sso_bearer_token: {SHORT}", SHORT),
        (f"Authorization: AWS4-HMAC-SHA256 Credential=AKID/x, SignedHeaders=a;b, Signature={SIGNATURE}", SIGNATURE),
        (f"headers={{'Authorization': b'AWS4-HMAC-SHA256 Credential=A, Signature={SIGNATURE}'}}", SIGNATURE),
        (f"[('Authorization', 'Bearer {SHORT}')]", SHORT),
        (f"sent Bearer {SHORT}", SHORT),
        (f"https://b/k?X-Amz-Expires=9&X-Amz-Signature={SIGNATURE}&x=1", SIGNATURE),
        (f"https://b/k?X-Amz-Credential={quote('AKIDX/20260101/eu/s3')}&x=1", "AKIDX"),
        (f"https://b/k?X-Amz-Security-Token={quote(SESSION_TOKEN, safe='')}", quote(SESSION_TOKEN, safe="")),
        (f"invalid token {ID_TOKEN}", ID_TOKEN),
        (f"WebIdentityToken={SHORT}&Version=2011-06-15", SHORT),
        (json.dumps({"id_token": SHORT, "expires_in": 3599}), SHORT),
        (repr(json.dumps({"refresh_token": SHORT})), SHORT),
        (repr(repr({"refresh_token": SHORT})), SHORT),
        (f"got {REFRESH_TOKEN} for it", REFRESH_TOKEN),
        (f"got {CODE} for it", CODE),
        ("ya29.a0AfH6SMBx-yz is no longer good", "a0AfH6SMBx-yz"),
        ("the client has GOCSPX-abc_DEF-123", "abc_DEF-123"),
        (f"GET /?state=x&code={SHORT}&scope=openid HTTP/1.1", SHORT),
        (f"https://a/?continue={quote(f'http://127.0.0.1/?code={SHORT}&x=1', safe='')}", SHORT),
        (f"{{'code': '{SHORT}', 'grant_type': 'authorization_code'}}", SHORT),
        (urlencode({"code_verifier": SHORT, "client_secret": "x"}), SHORT),
        (f"client_secret: {SHORT}", SHORT),
        (f"('client_secret', '{SHORT}')", SHORT),
        (f"-----BEGIN RSA PRIVATE KEY-----\nMII\n{SHORT}\n-----END RSA PRIVATE KEY-----", SHORT),
    ],
)
def test_a_secret_is_hidden(text: str, secret: str) -> None:
    told = redact(text)
    assert secret not in told
    assert HIDDEN in told
    assert redact(told) == told


@pytest.mark.parametrize(
    "text",
    [
        "Contracts/2026/Harbour Street/Roofing, signed (2).docx",
        '  File "/usr/lib/python3/dist-packages/app/services/upload.py", line 120, in _put_with_checks',
        "/home/Maria/Documents/Projects/2026/Harbour-Street/Contracts/Signed/Roofing-and-Gutters/North-Wing/Invoices/All",
        "status_code=403, error_code=AccessDenied, exit code: 5",
        'ConfigurationError: {"code": "demo-not-installed"}',
        f"sha256 {SIGNATURE}, sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "https://example-files.s3.eu-central-1.amazonaws.com/k?list-type=2&max-keys=1000",
        "There are no AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        "arn:aws:sts::123456789012:assumed-role/tagdrop/maria@example.com",
    ],
)
def test_what_helps_to_find_a_fault_stays(text: str) -> None:
    assert redact(text) == text


def test_what_stands_around_a_secret_stays() -> None:
    url = f"GET https://b/k?X-Amz-Expires=900&X-Amz-Signature={SIGNATURE}&x-id=GetObject failed with 403"
    assert redact(url) == f"GET https://b/k?X-Amz-Expires=900&X-Amz-Signature={HIDDEN}&x-id=GetObject failed with 403"
    assert redact(f"Authorization: Basic {SHORT}\nHost: b") == f"Authorization: {HIDDEN}\nHost: b"


BASE64 = string.ascii_letters + string.digits + "+/"


@given(
    secret=st.text(BASE64, min_size=36, max_size=36).map(lambda text: f"aZ{text}9b"),
    wrapping=st.sampled_from(["{}", "({})", "key={}", "'{}'", "b'{}'", "\t{}\n", "a: {}, b", "\\n{}\\n", "<K>{}</K>"]),
)
def test_an_aws_secret_key_is_hidden_without_any_name(secret: str, wrapping: str) -> None:
    assert secret not in redact(wrapping.format(secret))


def test_what_was_concealed_is_hidden_though_it_looks_like_nothing():
    conceal("blue-horse-7", None)
    assert redact("KeyError: 'blue-horse-7 and more'") == f"KeyError: '{HIDDEN} and more'"


def test_a_short_text_cant_be_concealed():
    conceal("the")
    assert redact("the end") == "the end"


def test_credentials_and_tokens_are_concealed_from_the_beginning():
    Credentials("AKID", "of-no-known-shape", "neither-is-this")
    IdToken("nor-this-one", Account("https://issuer", "1", "a@example.com", "example.com"), datetime.now(UTC))
    assert redact("of-no-known-shape neither-is-this nor-this-one") == f"{HIDDEN} {HIDDEN} {HIDDEN}"
