"""The demo's provider: starts, stays the same, and tells nobody what is secret."""

from __future__ import annotations

import json
import logging
import socket
import stat
import sys
from pathlib import Path

import pytest
import requests

from app.core.errors import LocalFileError
from app.demo.provider import Person, Provider
from tests.browser import look
from tests.desktop import MARIA, Desktop, claims_of


def test_a_second_start_has_the_same_address_and_knows_the_sign_ins(tmp_path: Path) -> None:
    with Provider(tmp_path / "sign-in.json") as first:
        tokens, issuer, program = Desktop(first).sign_in(MARIA), first.issuer, (first.client_id, first.client_secret)
        keys = requests.get(f"{issuer}/jwks", timeout=20).json()
    with Provider(tmp_path / "sign-in.json") as second:
        assert (second.issuer, (second.client_id, second.client_secret)) == (issuer, program)
        assert requests.get(f"{issuer}/jwks", timeout=20).json() == keys
        refreshed = Desktop(second).refresh(tokens["refresh_token"]).json()
        assert claims_of(refreshed["id_token"])["email"] == MARIA


def test_a_second_start_takes_another_port_where_its_own_is_taken(tmp_path: Path) -> None:
    with Provider(tmp_path / "sign-in.json") as first:
        port = int(first.issuer.rpartition(":")[2])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with Provider(tmp_path / "sign-in.json") as second:
            assert Desktop(second).sign_in(MARIA)["id_token"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers on all of 127.0.0.0/8")
def test_it_listens_on_the_loopback_address_only(provider: Provider) -> None:
    port = int(provider.issuer.rpartition(":")[2])
    with socket.socket() as other:
        other.bind(("127.0.0.2", port))  # would be refused to anybody while all addresses are listened on


def test_it_does_not_answer_when_it_is_stopped(tmp_path: Path) -> None:
    with Provider(tmp_path / "sign-in.json") as provider:
        issuer = provider.issuer
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{issuer}/jwks", timeout=20)


def test_its_file_is_for_the_owner_only_and_holds_no_refresh_token(tmp_path: Path, desktop: Desktop) -> None:
    token = desktop.sign_in(MARIA)["refresh_token"]
    file = tmp_path / "sign-in.json"
    assert sys.platform == "win32" or stat.S_IMODE(file.stat().st_mode) == 0o600
    assert token not in file.read_text()
    assert len(json.loads(file.read_text())["sign_ins"]) == 1


def test_a_damaged_file_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "sign-in.json").write_text('{"port": 1}')
    with pytest.raises(LocalFileError, match="Delete the folder to begin anew") as raised:
        Provider(tmp_path / "sign-in.json").start()
    assert raised.value.code == "demo-data-damaged"


def test_nothing_secret_is_logged(desktop: Desktop, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        code = desktop.choose(MARIA).query()["code"]
        tokens = desktop.redeem(code).json()
        desktop.refresh(tokens["refresh_token"])
        desktop.refresh("wrong")
        desktop.revoke(tokens["refresh_token"])
    logged = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("urllib3"))
    of_tokens = [tokens[name] for name in ("access_token", "refresh_token", "id_token")]
    for secret in (code, *of_tokens, desktop.provider.client_secret, desktop.verifier):
        assert secret not in logged


def test_a_person_is_written_into_the_page_as_text(tmp_path: Path) -> None:
    people = [Person("1", "<script>alert(1)</script>", "a@example.com", None)]
    with Provider(tmp_path / "sign-in.json", people) as provider:
        text = look(Desktop(provider).address(login_hint='"><b>')).text
    assert "<script>" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;" in text


def test_the_page_cannot_be_shown_inside_another_and_is_not_kept(desktop: Desktop) -> None:
    headers = requests.get(desktop.address(), timeout=20).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("length", ["", "-1", "x", "65537"])
def test_a_body_of_no_length_or_too_great_a_length_is_refused(provider: Provider, length: str) -> None:
    with socket.create_connection(("127.0.0.1", int(provider.issuer.rpartition(":")[2])), timeout=20) as connection:
        header = f"Content-Length: {length}\r\n" if length else ""
        connection.sendall(f"POST /token HTTP/1.1\r\nHost: x\r\n{header}\r\n".encode())
        assert connection.recv(64).split()[1] == b"400"


def test_an_unknown_address_is_nothing(provider: Provider) -> None:
    assert requests.get(f"{provider.issuer}/favicon.ico", timeout=20).status_code == 404
