"""Large answers: read whole, or with an error that says what came instead."""

from __future__ import annotations

import queue
import socket
import threading
from base64 import b64encode
from contextlib import contextmanager

import pytest
from awscrt.s3 import S3ResponseError

from app.aws import large_reads
from app.aws.credentials import CredentialsHolder
from app.aws.errors import answer_code, unanswered_error
from app.aws.messages import Answer, Request
from app.aws.wire import Wire
from app.core.identity import Credentials
from tests.proxy import FaultProxy, Reply, answer, cut_after, hang_up
from tests.tls import tls_server

BODY = bytes(range(256)) * 4096
SECONDS = 20


class Reading:
    """One request under way, and what came."""

    def __init__(self, endpoint_url, key="a"):
        self.outcomes = queue.SimpleQueue()
        wire = Wire(endpoint_url, "us-east-1", True, CredentialsHolder(Credentials("A", "s", "", None)))
        headers = {"Range": f"bytes=0-{len(BODY) - 1}"}
        request = Request("GetObject", "GET", "bucket", key, headers=headers, has_large_answer=True)
        self.handle = wire.send(request, self.outcomes.put)

    def outcome(self):
        return self.outcomes.get(timeout=SECONDS)

    def error(self):
        error = self.outcome()
        assert answer_code(error) is None
        return unanswered_error(error, "a").code


@pytest.fixture
def server():
    with FaultProxy("127.0.0.1:1").running() as server:
        yield server


def whole(asked, forward):
    return Reply(206, (("ETag", '"x"'),), BODY)


@contextmanager
def talking(talk):
    """Run a server that reads a request and then calls `talk` with the connection and it."""

    def serve():
        connection, _ = listener.accept()
        with connection:
            talk(connection, connection.recv(65536))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(SECONDS)
        assert not thread.is_alive()


def ends(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


HEAD = f"HTTP/1.1 206 Partial Content\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()


def test_comes_whole_with_status_and_headers(server):
    server.on(lambda asked: True, whole)
    got = Reading(server.endpoint_url).outcome()
    assert isinstance(got, Answer)
    assert (got.status, got.headers["etag"], got.body == BODY) == (206, '"x"', True)


@pytest.mark.parametrize("key", ["a/../b", "./a", "ä b", "a//b", "100%?x#y", "a+b&c", "%41"])
def test_the_key_arrives_as_it_is(server, key):
    server.on(lambda asked: True, whole)
    assert isinstance(Reading(server.endpoint_url, key).outcome(), Answer)
    (asked,) = server.asked
    assert asked.key == key
    assert asked.header("range") == f"bytes=0-{len(BODY) - 1}"
    assert asked.header("authorization").startswith("AWS4-HMAC-SHA256 Credential=A/")
    assert asked.header("accept-encoding") in ("", "identity")  # bytes as they are stored, and no others


def test_an_error_of_the_storage_is_known_by_its_code(server):
    server.on(lambda asked: True, answer(412, "PreconditionFailed"))
    error = Reading(server.endpoint_url).outcome()
    assert isinstance(error, S3ResponseError)
    assert answer_code(error) == ("PreconditionFailed", "made by the test")


def test_a_redirect_is_an_answer_and_is_not_followed(server):
    server.on(lambda asked: True, lambda asked, forward: Reply(307, (("Location", "/elsewhere"),), b""))
    assert answer_code(Reading(server.endpoint_url).outcome()) == ("307", "")
    assert len(server.asked) == 1


@pytest.mark.parametrize("fault", [hang_up, lambda asked, forward: cut_after(1000)(asked, lambda: whole(asked, None))])
def test_a_connection_that_breaks_is_no_connection(server, fault):
    server.on(lambda asked: True, fault)
    assert Reading(server.endpoint_url).error() == "no-connection"


def test_nobody_there_is_no_connection():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert Reading(f"http://127.0.0.1:{nobody.getsockname()[1]}").error() == "no-connection"


@pytest.mark.parametrize("said", [b"", HEAD + BODY[:1000]])
def test_silence_is_no_answer(monkeypatch, said):
    monkeypatch.setattr(large_reads, "_SILENCE_SECONDS", 0.2)
    is_over = threading.Event()

    def fall_silent(connection, head):
        connection.sendall(said)
        is_over.wait(SECONDS)

    with talking(fall_silent) as url:
        assert Reading(url).error() == "no-answer"
        is_over.set()


def test_what_is_cancelled_in_its_middle_ends_at_once():
    has_begun, hears_the_end = threading.Event(), []

    def go_on_for_ever(connection, head):
        connection.sendall(HEAD + BODY[:1000])
        has_begun.set()
        hears_the_end.append(ends(connection))

    with talking(go_on_for_ever) as url:
        reading = Reading(url)
        assert has_begun.wait(SECONDS)
        # Whether its first bytes have been read by now is the machine's affair; both ends are the same.
        reading.handle.cancel()
        assert isinstance(reading.outcome(), Exception)
    assert hears_the_end == [True]


def test_what_is_cancelled_before_its_answer_is_left_unread():
    is_cancelled = threading.Event()
    hears_the_end = []

    def answer_late(connection, head):
        assert is_cancelled.wait(SECONDS)
        connection.sendall(HEAD + BODY[:1000])
        hears_the_end.append(ends(connection))

    with talking(answer_late) as url:
        reading = Reading(url)
        reading.handle.cancel()
        is_cancelled.set()
        assert isinstance(reading.outcome(), Exception)
    assert hears_the_end == [True]


def test_an_authority_that_this_computer_does_not_trust_is_said(tmp_path):
    with tls_server(tmp_path, BODY) as (url, _):
        assert Reading(url).error() == "untrusted-connection"


def test_an_authority_that_this_computer_trusts_is_trusted(tmp_path, monkeypatch):
    with tls_server(tmp_path, BODY) as (url, authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))  # where OpenSSL finds what the computer trusts
        assert Reading(url).outcome().body == BODY


class TestAProxy:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch, server):
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        server.on(lambda asked: True, whole)

    @pytest.mark.parametrize("scheme", ["http://", ""])
    def test_of_the_system_is_used(self, server, monkeypatch, scheme):
        monkeypatch.setenv("http_proxy", server.endpoint_url.replace("http://", scheme))
        assert Reading("http://storage.example").outcome().body == BODY
        assert [asked.target for asked in server.asked] == ["http://storage.example/bucket/a"]

    def test_is_told_the_account_in_its_address(self, server, monkeypatch):
        monkeypatch.setenv("http_proxy", server.endpoint_url.replace("http://", "http://maria:p%40ss@"))
        assert Reading("http://storage.example").outcome().body == BODY
        assert server.asked[0].header("proxy-authorization") == f"Basic {b64encode(b'maria:p@ss').decode()}"

    def test_is_asked_for_a_tunnel_where_the_connection_is_secret(self, monkeypatch):
        lines = []

        def refuse(connection, head):
            lines.append(head.split(b"\r\n")[0])

        with talking(refuse) as proxy:
            monkeypatch.setenv("https_proxy", proxy)
            assert Reading("https://storage.example").error() == "no-connection"
        assert [line.rpartition(b" ")[0] for line in lines] == [b"CONNECT storage.example:443"]

    def test_is_left_out_where_the_system_says_so(self, server, monkeypatch):
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert Reading(server.endpoint_url).outcome().body == BODY

    def test_of_another_kind_is_not_used(self, server, monkeypatch):
        monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
        assert Reading(server.endpoint_url).outcome().body == BODY
