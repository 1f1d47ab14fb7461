"""A proxy between client and server that makes faults: refusals, lost replies, cuts, damage, delays.

It forwards every request as it came, the Host header too, because that one is signed; the server checks the
signature against the header, not against the port that it was asked on.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from tests.waiting import eventually


@dataclass(frozen=True)
class Asked:
    """One request as it came.

    Attributes:
        method: of HTTP.
        target: path and query, as sent.
        headers: in order.
        body: whole.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def key(self):
        """The object's key, decoded; empty for a bucket."""
        return unquote(urlsplit(self.target).path).lstrip("/").partition("/")[2]

    @property
    def bucket(self):
        return unquote(urlsplit(self.target).path).lstrip("/").partition("/")[0]

    @property
    def query(self):
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def header(self, name):
        return next((value for n, value in self.headers if n.lower() == name), "")


@dataclass(frozen=True)
class Reply:
    """One answer; `cut_after` ends the connection after so many bytes of the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cut_after: int | None = None


HANG_UP = None
"""What a fault returns to close the connection without an answer."""

Forward = Callable[[], Reply]
Fault = Callable[[Asked, Forward], Reply | None]


def answer(status, code="", message="made by the test"):
    """Answer without asking the server; without a code the body is empty."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>" if code else ""
    headers = (("Content-Type", "application/xml"),)
    return lambda asked, forward: Reply(status, headers, b"" if asked.method == "HEAD" else body.encode())


def lose_reply(asked, forward):
    """Let the server do what is asked, then hang up before the client hears of it."""
    forward()
    return HANG_UP


def hang_up(asked, forward):
    """Hang up before the server hears of it."""
    return HANG_UP


def cut_after(size):
    """End the connection after `size` bytes of the content."""
    return lambda asked, forward: replace(forward(), cut_after=size)


def flip_byte(asked, forward):
    """Change one bit of the content on its way to the client."""
    reply = forward()
    middle = len(reply.body) // 2
    return replace(reply, body=reply.body[:middle] + bytes([reply.body[middle] ^ 1]) + reply.body[middle + 1 :])


def hold_until(event, limit=30):
    """Forward only when the event is set."""

    def fault(asked, forward):
        event.wait(limit)
        return forward()

    return fault


def once_there(path, size, fault=hang_up):
    """Make the fault when so much of a file is on the disk."""

    def wait(asked, forward):
        assert eventually(lambda: path.exists() and path.stat().st_size >= size)
        return fault(asked, forward)

    return wait


def reads_tags(asked):
    return asked.method == "GET" and "tagging" in asked.query


def reads_content(asked):
    return asked.method == "GET" and bool(asked.key) and not asked.query


def reads_from(start):
    """Tell whether a request is for content from this byte on."""
    return lambda asked: reads_content(asked) and asked.header("range").startswith(f"bytes={start}-")


def puts_object(asked):
    return asked.method == "PUT" and bool(asked.key) and not asked.query and not copies_object(asked)


def puts_part(asked):
    return asked.method == "PUT" and "partNumber" in asked.query and not copies_object(asked)


def copies_object(asked):
    return bool(asked.header("x-amz-copy-source"))


def completes(asked):
    return asked.method == "POST" and "uploadId" in asked.query


def lists(asked):
    return asked.method == "GET" and "list-type" in asked.query


def of_key(key, also=lambda asked: True):
    return lambda asked: asked.key == key and also(asked)


@dataclass
class _Rule:
    matches: Callable[[Asked], bool]
    fault: Fault | int
    times: int | None


@dataclass
class FaultProxy:
    """Runs on a free port of the loopback address.

    Attributes:
        server: `host:port` of the real server.
        asked: every request that came, in order.
        at_once: requests that are being answered now.
        most_at_once: the most there were since `forget`.
        rewrite: changes each request before the server sees it.
        amend: changes each answer before a fault or the client sees it.
    """

    server: str
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    endpoint_url: str = ""
    rewrite: Callable[[Asked], Asked] = lambda asked: asked
    amend: Callable[[Reply], Reply] = lambda reply: reply
    _rules: list[_Rule] = field(default_factory=list)
    _cuts: list[_Rule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def on(self, matches, fault, times=None):
        """Make the fault for requests that match; `times` limits how often."""
        with self._lock:
            self._rules.append(_Rule(matches, fault, times))

    def hang_up_within(self, matches, size, times=None):
        """Hang up after `size` bytes of the content of requests that match, of which the server hears nothing."""
        with self._lock:
            self._cuts.append(_Rule(matches, size, times))

    def forget(self):
        """Forget all faults and what was asked."""
        with self._lock:
            self._rules.clear()
            self._cuts.clear()
            self.asked.clear()
            self.most_at_once = 0

    def count(self, matches):
        with self._lock:
            return sum(1 for asked in self.asked if matches(asked))

    def tries(self, matches):
        """Return how often each key was asked for."""
        with self._lock:
            return Counter(asked.key for asked in self.asked if matches(asked))

    def starts(self, matches=reads_content):
        """Return the bytes from which on content was asked for, in order."""
        with self._lock:
            return sorted(int(asked.header("range")[6:].partition("-")[0]) for asked in self.asked if matches(asked))

    @contextmanager
    def running(self) -> Iterator[FaultProxy]:
        proxy = self

        class Handler(StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                with suppress(OSError, http.client.HTTPException):
                    proxy.serve(self.rfile, self.wfile, self.connection)

        class Server(ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 256
            allow_reuse_address = True

            def handle_error(self, request, client_address):
                pass  # a client that went away

        with Server(("127.0.0.1", 0), Handler) as server:
            self.endpoint_url = f"http://127.0.0.1:{server.server_address[1]}"
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def serve(self, incoming: BinaryIO, outgoing: BinaryIO, connection: socket.socket) -> None:
        """Answer the requests of one connection until one side ends it."""
        upstream = http.client.HTTPConnection(self.server, timeout=60)
        try:
            while (asked := self._read_request(incoming, outgoing)) is not None:
                with self._lock:
                    self.asked.append(asked)
                    self.at_once += 1
                    self.most_at_once = max(self.most_at_once, self.at_once)
                try:
                    reply = self._fault_for(asked)(asked, lambda asked=asked: self._forward(upstream, asked))
                finally:
                    with self._lock:
                        self.at_once -= 1
                if reply is HANG_UP or not _send(outgoing, asked, reply):
                    return
        finally:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            upstream.close()

    def _forward(self, upstream: http.client.HTTPConnection, asked: Asked) -> Reply:
        return self.amend(_forward(upstream, self.rewrite(asked)))

    def _read_request(self, incoming: BinaryIO, outgoing: BinaryIO) -> Asked | None:
        asked = _read_head(incoming)
        if asked is None:
            return None
        if asked.header("expect"):
            outgoing.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            outgoing.flush()
        size = int(asked.header("content-length") or 0)
        cut = self._first(self._cuts, asked) if size else None
        body = incoming.read(size if cut is None else min(size, cut))
        return replace(asked, body=body) if cut is None else None

    def _fault_for(self, asked: Asked) -> Fault:
        return self._first(self._rules, asked) or (lambda asked, forward: forward())

    def _first(self, rules: list[_Rule], asked: Asked):
        with self._lock:
            for rule in rules:
                if rule.times != 0 and rule.matches(asked):
                    if rule.times is not None:
                        rule.times -= 1
                    return rule.fault
        return None


def _read_head(incoming: BinaryIO) -> Asked | None:
    line = incoming.readline(65536).decode("latin-1")
    if not line.strip():
        return None
    method, target, _ = line.split(" ", 2)
    headers = []
    while line := incoming.readline(65536).decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    return Asked(method, target, tuple(headers), b"")


def _forward(upstream: http.client.HTTPConnection, asked: Asked) -> Reply:
    upstream.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
    for name, value in asked.headers:
        if name.lower() not in ("expect", "connection"):
            upstream.putheader(name, value)
    upstream.endheaders(asked.body or None)
    response = upstream.getresponse()
    body = response.read()
    headers = tuple(
        (name, value)
        for name, value in response.getheaders()
        if name.lower() not in ("transfer-encoding", "connection")
        and (asked.method == "HEAD" or name != "Content-Length")
    )
    return Reply(response.status, headers, body)


def _send(outgoing: BinaryIO, asked: Asked, reply: Reply) -> bool:
    """Send the answer; tell whether the connection may go on."""
    head = [f"HTTP/1.1 {reply.status} {http.client.responses.get(reply.status, '')}"]
    head += [f"{name}: {value}" for name, value in reply.headers]
    if asked.method != "HEAD":
        head.append(f"Content-Length: {len(reply.body)}")
    elif not any(name.lower() == "content-length" for name, _ in reply.headers):
        head.append("Content-Length: 0")
    outgoing.write("\r\n".join([*head, "", ""]).encode("latin-1"))
    outgoing.write(reply.body[: reply.cut_after])
    outgoing.flush()
    return reply.cut_after is None
