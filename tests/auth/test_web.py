"""What the provider answers, and what it means when it doesn't."""

from __future__ import annotations

import datetime
import socket

import pytest

from app.auth import web
from app.auth.discovery import discover
from app.core.errors import OutageError
from tests import tls


def outage(call) -> OutageError:
    with pytest.raises(OutageError) as caught:
        call()
    return caught.value


def test_endpoints_are_taken_from_the_providers_own_document(provider):
    endpoints = discover(provider.issuer)
    assert endpoints.token == f"{provider.issuer}/token"
    assert endpoints.revocation == f"{provider.issuer}/revoke"
    assert not endpoints.has_offline_scope


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"issuer": "https://evil.example"}, "It doesn’t say that it is {issuer}."),
        ({"issuer": None}, "It doesn’t say that it is {issuer}."),
        ({"token_endpoint": None}, "It names no usable token_endpoint."),
        ({"token_endpoint": "http://evil.example/token"}, "It names no usable token_endpoint."),
        ({"authorization_endpoint": "javascript:alert(1)"}, "It names no usable authorization_endpoint."),
        ({"jwks_uri": "file:///etc/passwd"}, "It names no usable jwks_uri."),
        ({"revocation_endpoint": 5}, "It names no usable revocation_endpoint."),
    ],
)
def test_a_document_that_cannot_be_trusted_is_refused(provider, changes, reason):
    provider.document = changes
    error = outage(lambda: discover(provider.issuer))
    assert error.code == "provider-answer"
    assert error.title == "The sign-in provider gave an answer Tagdrop doesn’t know"
    assert error.detail == f"{reason.format(issuer=provider.issuer)} Ask your IT team to check issuer in [google]."


def test_a_provider_without_a_document_is_refused(provider):
    assert outage(lambda: discover(f"{provider.issuer}/realm")).code == "provider-answer"


def test_an_issuer_with_a_path_is_asked_below_it(provider):
    outage(lambda: discover(f"{provider.issuer}/realm/"))
    assert provider.asked["/realm/.well-known/openid-configuration"] == 1


def test_nobody_there_is_no_connection():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        error = outage(lambda: web.get(f"http://{address}"))
    assert error.code == "no-connection"
    assert str(error) == f"{address}: No connection to the sign-in provider. Check the network, then try again."


def test_a_provider_that_does_not_answer_in_time_is_no_connection(monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT_SECONDS", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = outage(lambda: web.get(f"http://127.0.0.1:{silent.getsockname()[1]}"))
    assert error.code == "no-connection"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_secrets_are_not_sent_elsewhere(provider, status):
    provider.token_answer = lambda form: (status, {})
    error = outage(lambda: web.post(f"{provider.issuer}/token", {"token": "secret"}))
    assert error.code == "provider-answer"
    assert error.detail.startswith("It sends Tagdrop to another address.")
    assert provider.asked["/elsewhere"] == 0


def test_a_proxy_of_the_system_is_used(monkeypatch, provider):
    proxy = provider.issuer  # it answers whatever it is asked with 404
    monkeypatch.setenv("http_proxy", proxy)
    assert web.get("http://accounts.example/keys").status == 404
    assert provider.asked["http://accounts.example/keys"] == 1


def test_no_password_is_taken_from_netrc(monkeypatch, tmp_path, provider):
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(file))
    seen = []
    monkeypatch.setattr(web, "read_answer", lambda response: seen.append(response.request.headers))
    web.get(f"{provider.issuer}/keys")
    assert "Authorization" not in seen[0]


def test_the_providers_clock_is_read(provider):
    sent_at = web.get(f"{provider.issuer}/keys").sent_at
    assert abs(datetime.datetime.now(datetime.UTC) - sent_at) < datetime.timedelta(minutes=1)


@pytest.fixture
def tls_server(tmp_path):
    with tls.tls_server(tmp_path, b"{}") as address_and_authority:
        yield address_and_authority


def test_a_certificate_that_this_computer_does_not_trust_is_refused(tls_server):
    web._trust.cache_clear()
    error = outage(lambda: web.get(tls_server[0]))
    assert error.code == "untrusted-connection"
    assert error.title == "The connection to the sign-in provider isn’t trusted"
    assert error.detail == (
        "Its certificate doesn’t come from an issuer this computer trusts. Ask IT about TLS inspection."
    )


def test_an_authority_that_this_computer_trusts_is_trusted(tls_server, monkeypatch):
    address, authority = tls_server
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))  # where OpenSSL finds what the computer trusts
    web._trust.cache_clear()
    assert web.get(address).status == 200
    web._trust.cache_clear()
