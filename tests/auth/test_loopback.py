"""Awaiting the browser's redirect."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest
import requests

from app.auth.loopback import LoopbackServer, Redirect
from app.auth.page import final_page
from app.core.errors import CancelledError, SignInError
from app.core.job import CancelToken

STATE = "the-state"
ISSUER = "https://accounts.google.com"
PAGE = final_page("Example Ltd", "You’re signed in", "maria@example.com can use Tagdrop now.", "Go back to Tagdrop.")


@pytest.fixture
def server():
    with LoopbackServer(STATE, ISSUER) as listening:
        yield listening


@pytest.fixture
def visit(server):
    """Return what goes to the server on a thread of its own, and the answer to come."""
    with ThreadPoolExecutor(4) as pool:
        yield lambda **asked: pool.submit(requests.get, server.redirect_uri, params=asked, timeout=10)


def get(server, path="/", **options):
    return requests.get(server.redirect_uri.rstrip("/") + path, timeout=10, **options)


def test_the_code_is_handed_over_and_the_page_shown_afterwards(server, visit):
    answer = visit(code="4/code", state=STATE)
    assert server.wait(CancelToken(), 10) == Redirect("4/code", "")
    assert not answer.done()
    server.answer(PAGE)
    assert answer.result(10).content == PAGE


def test_a_refusal_is_handed_over(server, visit):
    visit(error="access_denied", state=STATE)
    assert server.wait(CancelToken(), 10) == Redirect("", "access_denied")
    server.answer(PAGE)


@pytest.mark.parametrize(
    "path",
    [
        "/favicon.ico",
        "/?code=c",
        "/?code=c&state=guessed",
        "/?code=c&state=",
        f"/?code=c&state={STATE}&state={STATE}",
        f"/?code=c&code=d&state={STATE}",
        f"/?state={STATE}",
        f"/?code=c&error=e&state={STATE}",
        f"/elsewhere?code=c&state={STATE}",
        f"/?code=c&state={STATE}&iss=https%3A%2F%2Fevil.example",
        "/?code=c&state=%F0%9F%92%A9",
    ],
)
def test_what_is_not_the_redirect_is_turned_away_and_the_wait_goes_on(server, visit, path):
    assert get(server, path).status_code == 404
    visit(code="c", state=STATE, iss=ISSUER)
    assert server.wait(CancelToken(), 10).code == "c"
    server.answer(PAGE)


@pytest.mark.parametrize("host", ["localhost", "evil.example", "127.0.0.1", "127.0.0.1:1", ""])
def test_a_request_under_another_name_is_turned_away(server, host):
    assert get(server, f"/?code=c&state={STATE}", headers={"Host": host}).status_code == 404
    with pytest.raises(SignInError):
        server.wait(CancelToken(), 0.01)


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS"])
def test_other_methods_are_turned_away(server, method):
    url = f"{server.redirect_uri}?code=c&state={STATE}"
    assert requests.request(method, url, timeout=10).status_code == 501
    with pytest.raises(SignInError):
        server.wait(CancelToken(), 0.01)


def test_a_second_request_gets_the_same_page_and_changes_nothing(server, visit):
    first, second = visit(code="c", state=STATE), visit(code="c", state=STATE)
    assert server.wait(CancelToken(), 10).code == "c"
    server.answer(PAGE)
    third = get(server, f"/?code=other&state={STATE}")
    assert third.content == PAGE
    assert server.wait(CancelToken(), 10).code == "c"
    assert first.result(10).content == second.result(10).content == PAGE


def test_connections_that_say_nothing_do_not_hold_up_the_redirect(server, visit):
    port = int(server.redirect_uri.rstrip("/").rpartition(":")[2])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
    visit(code="c", state=STATE)
    assert server.wait(CancelToken(), 10).code == "c"
    server.answer(PAGE)
    for connection in silent:
        connection.close()


def test_a_browser_that_went_away_does_not_hold_up_the_program(server, capfd):
    port = int(server.redirect_uri.rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as browser:
        browser.sendall(f"GET /?code=c&state={STATE} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert server.wait(CancelToken(), 10).code == "c"
    server.answer(PAGE)
    assert capfd.readouterr() == ("", "")


def test_a_wait_can_be_cancelled(server):
    cancel = CancelToken()
    timer = threading.Timer(0.05, cancel.cancel)
    timer.start()
    with pytest.raises(CancelledError):
        server.wait(cancel, 60)
    timer.join()


@pytest.mark.parametrize(("seconds", "length"), [(45.0, "45 seconds"), (300.0, "5 minutes")])
def test_a_wait_ends_in_time(server, monkeypatch, seconds, length):
    monkeypatch.setattr("app.auth.loopback.wait_for", lambda cancel, waited, future: waited != seconds)
    with pytest.raises(SignInError) as caught:
        server.wait(CancelToken(), seconds)
    assert caught.value.code == "sign-in-timeout"
    assert str(caught.value) == f"Nobody signed in. The page in the browser was open for {length}. Try again."


def test_a_closed_server_sends_its_visitors_home(visit, server):
    answer = visit(code="c", state=STATE)
    server.wait(CancelToken(), 10)
    server.close()
    assert answer.result(10).status_code == 404
    with pytest.raises(requests.ConnectionError):
        get(server)


def test_it_listens_on_this_computer_only(server):
    assert server.redirect_uri.startswith("http://127.0.0.1:")
    assert server._server.server_address[0] == "127.0.0.1"


def test_the_code_shows_neither_in_the_log_nor_on_the_terminal(server, visit, caplog, capfd):
    caplog.set_level("DEBUG", "app")
    visit(code="4/secret-code", state=STATE)
    redirect = server.wait(CancelToken(), 10)
    server.answer(PAGE)
    assert "secret-code" not in f"{redirect!r} {server!r} {caplog.text} {capfd.readouterr()}"


def test_the_page_may_do_nothing_and_is_kept_nowhere(server, visit):
    visit(code="c", state=STATE)
    server.wait(CancelToken(), 10)
    server.answer(PAGE)
    headers = get(server, f"/?code=c&state={STATE}").headers
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    (style,) = re.findall(r"<style>(.*?)</style>", PAGE.decode(), re.DOTALL)
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in policy
    assert "Python" not in headers["Server"]


def test_the_page_loads_nothing_and_knows_light_and_dark():
    text = PAGE.decode()
    assert not re.search(r"src=|href=|url\(|@import|<script|https?:", text)
    assert "color-scheme: light dark" in text
    assert "prefers-color-scheme: dark" in text


def test_what_strangers_say_is_text_on_the_page():
    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append(tag)

    found = []
    evil = "<img src=x onerror=alert(1)>\"'&</p></main><script>"
    Tags().feed(final_page(evil, evil, evil, evil).decode())
    assert not {"img", "script"} & set(found)
    assert found.count("p") == 3
