"""The demo's STS, asked directly as by a program without any check of its own: it lets in whom the role names."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from app.demo.provider import Provider
from app.demo.server import LocalServer
from tests.desktop import JONAS, MARIA, PERSONAL, STRANGER, Desktop
from tests.server import assume
from tests.tokens import LEFT_OUT, bend_signature, mint, other_key

Make = Callable[[Provider], str]


@pytest.mark.parametrize("who", [MARIA, JONAS])
def test_people_of_the_organisation_get_a_session(s3_server: LocalServer, who: str) -> None:
    session = assume(s3_server, Desktop(s3_server.provider).sign_in(who)["id_token"])
    assert session["Expiration"].timestamp() == pytest.approx(time.time() + 3600, abs=30)


@pytest.mark.parametrize("who", [STRANGER, PERSONAL])
def test_others_get_none(s3_server: LocalServer, who: str) -> None:
    assert refused(s3_server, Desktop(s3_server.provider).sign_in(who)["id_token"]) == "AccessDenied"


def test_a_refreshed_token_is_as_good(s3_server: LocalServer) -> None:
    desktop = Desktop(s3_server.provider)
    token = desktop.refresh(desktop.sign_in(MARIA)["refresh_token"]).json()["id_token"]
    assert assume(s3_server, token)["SessionToken"]


def test_tokens_of_a_new_key_are_taken_at_once(s3_server: LocalServer) -> None:
    before = mint(s3_server.provider)
    s3_server.provider.rotate_keys()
    assert assume(s3_server, mint(s3_server.provider))["SessionToken"]
    assert assume(s3_server, before)["SessionToken"]


def test_tokens_of_a_retired_key_are_refused_once_one_of_a_newer_key_was_seen(s3_server: LocalServer) -> None:
    before = mint(s3_server.provider)
    assert assume(s3_server, before)["SessionToken"]
    s3_server.provider.rotate_keys()
    s3_server.provider.rotate_keys()
    assert assume(s3_server, mint(s3_server.provider))["SessionToken"]
    assert refused(s3_server, before) == "AccessDenied"


def test_a_good_token_is_let_in_by_the_table_below_too(s3_server: LocalServer) -> None:
    assert assume(s3_server, mint(s3_server.provider))["SessionToken"]


def claims(**changed: Any) -> Make:
    return lambda provider: mint(provider, **changed)


def seconds_from_now(**changed: int) -> Make:
    return lambda provider: mint(provider, **{name: int(time.time()) + value for name, value in changed.items()})


def with_the_public_key_as_a_password(provider: Provider) -> str:
    """The signature's algorithm changed to HS256, its password being what everybody can look up."""
    own = provider.state.keys[0]
    payload = mint(provider).split(".")[1]
    header = {"alg": "HS256", "typ": "JWT", "kid": own.kid}
    signed = f"{_part(json.dumps(header).encode())}.{payload}"
    return f"{signed}.{_part(hmac.digest(own.as_pem(private=False), signed.encode(), hashlib.sha256))}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


TOKENS = {
    "no hd": claims(hd=LEFT_OUT),
    "another hd": claims(hd="example.org"),
    "hd empty": claims(hd=""),
    "hd in capitals": claims(hd="Example.com"),
    "hd with a dot at its end": claims(hd="example.com."),
    "hd of a sub-domain": claims(hd="files.example.com"),
    "hd of a domain that ends so": claims(hd="badexample.com"),
    "hd of a domain that begins so": claims(hd="example.com.example.net"),
    "hd with a space": claims(hd="example.com "),
    "hd with an invisible character": claims(hd="example.com\u200b"),
    "hd with Cyrillic letters": claims(hd="ехаmple.com"),
    "hd in full-width letters": claims(hd="ｅxample.com"),
    "hd is a pattern": claims(hd="*"),
    "hd is true": claims(hd=True),
    "hd is a table": claims(hd={"example.com": True}),
    "email of the organisation but no hd": claims(hd=LEFT_OUT, email="maria.keller@example.com"),
    "another aud": claims(aud="somebody", azp="somebody"),
    "another aud for our program": claims(aud="somebody"),
    "no aud": claims(aud=LEFT_OUT),
    "several aud": claims(aud=["tagdrop-demo", "somebody"]),
    "another iss": claims(iss="https://accounts.google.com"),
    "iss with a slash at its end": lambda provider: mint(provider, iss=f"{provider.issuer}/"),
    "iss by another name": lambda provider: mint(provider, iss=provider.issuer.replace("127.0.0.1", "localhost")),
    "no iss": claims(iss=LEFT_OUT),
    "no sub": claims(sub=LEFT_OUT),
    "expired": seconds_from_now(iat=-7200, exp=-3600),
    "just expired": seconds_from_now(iat=-3600, exp=-2),
    "not yet valid": seconds_from_now(nbf=3600),
    "bad signature": lambda provider: bend_signature(mint(provider)),
    "no signature": lambda provider: mint(provider).rpartition(".")[0] + ".",
    "alg none": claims(alg="none"),
    "alg none without kid": claims(alg="none", header={"kid": LEFT_OUT}),
    "the public key as a password": with_the_public_key_as_a_password,
    "another key under our key's name": lambda provider: mint(provider, key=other_key()),
    "another key": lambda provider: mint(provider, key=other_key(), header={"kid": "other"}),
    "no kid": claims(header={"kid": LEFT_OUT}),
    "not a token": lambda provider: "not.a.token",
}


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in TOKENS.items()])
def test_a_token_is_refused(s3_server: LocalServer, make: Make) -> None:
    assert refused(s3_server, make(s3_server.provider)) in (
        "AccessDenied",
        "ExpiredTokenException",
        "InvalidParameterValue",
    )


def test_another_role_is_refused(s3_server: LocalServer) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        assume(s3_server, mint(s3_server.provider), role="arn:aws:iam::000000000000:role/admin")


def refused(server: LocalServer, token: str) -> str:
    with pytest.raises(ClientError) as raised:
        assume(server, token)
    return raised.value.response["Error"]["Code"]
