"""Awaits the browser's redirect at the end of a sign-in (RFC 8252, section 7.3)."""

from __future__ import annotations

import hmac
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from app.auth.page import HEADERS
from app.auth.waiting import wait_for
from app.core.errors import SignInError
from app.core.job import CancelToken

_HOST = "127.0.0.1"
_SLOW_BROWSER_SECONDS = 10.0
_FAREWELL_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Redirect:
    """What the browser brought.

    Attributes:
        code: to be redeemed; empty where the provider refused.
        error: the provider's error code; empty where it didn't refuse.
    """

    code: str = field(repr=False)
    error: str


class LoopbackServer:
    """Listens on a free port of this computer, from its making until `close`.

    The browser waits for its answer until `answer` is called, so that it never says more than is true.

    Attributes:
        redirect_uri: where the provider has to send the browser.
        redirect: what the browser brought, once it has come.

    Args:
        state: what the redirect has to repeat.
        issuer: what it has to name, where it names one (RFC 9207).

    Raises:
        SignInError: `sign-in-failed`: no port can be had.
    """

    def __init__(self, state: str, issuer: str) -> None:
        self._state = state
        self._issuer = issuer
        self.redirect: Future[Redirect] = Future()
        self._is_closing = threading.Event()
        self._waiting = 0
        self._page: bytes | None = None
        self._changed = threading.Condition()
        try:
            self._server = _Server(self)
        except OSError as error:
            raise SignInError(
                "sign-in-failed",
                "Sign-in can’t begin",
                f"This computer lets Tagdrop open no port for the browser’s answer ({error.strerror}). "
                "Ask your IT team to allow it on 127.0.0.1.",
            ) from None
        self._address: tuple[str, int] = (_HOST, self._server.server_address[1])
        self._authority = f"{_HOST}:{self._address[1]}"
        self.redirect_uri = f"http://{self._authority}/"
        self._thread = threading.Thread(target=self._serve, name="sign-in-redirect", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def wait(self, cancel: CancelToken, seconds: float) -> Redirect:
        """Return the redirect once it has come.

        Raises:
            SignInError: `sign-in-timeout`: it hasn't come in time.
            CancelledError: when cancelled.
        """
        if not wait_for(cancel, seconds, self.redirect):
            raise SignInError(
                "sign-in-timeout",
                "Nobody signed in",
                f"The page in the browser was open for {_minutes(seconds)}. Try again.",
            )
        return self.redirect.result()

    def answer(self, page: bytes) -> None:
        """Show `page` in the browser, and return when it has been sent, or after seconds if it can't be."""
        with self._changed:
            self._page = page
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting == 0, _FAREWELL_SECONDS)

    def close(self) -> None:
        """Stop listening."""
        self._is_closing.set()
        with self._changed:
            self._changed.notify_all()
        with suppress(OSError):
            # Who waits for connections is woken up by one, at once and on every system.
            socket.create_connection(self._address, timeout=1).close()
        self._thread.join(_FAREWELL_SECONDS)
        self._server.server_close()

    @contextmanager
    def awaited_page(self, authority: str, target: str) -> Iterator[bytes | None]:
        """Yield the page for a request once there is one; None where the request isn't the redirect.

        Args:
            authority: header `Host`: any other than ours came by a foreign name that leads here.
            target: path and query.
        """
        redirect = self._read(target) if authority == self._authority else None
        if redirect is None:
            yield None
            return
        with self._changed:
            self._waiting += 1
            if not self.redirect.done():  # a second one, as of a reloaded page, only waits along
                self.redirect.set_result(redirect)
            self._changed.wait_for(lambda: self._page is not None or self._is_closing.is_set())
        try:
            yield self._page
        finally:
            with self._changed:
                self._waiting -= 1
                self._changed.notify_all()

    def _serve(self) -> None:
        while not self._is_closing.is_set():
            self._server.handle_request()

    def _read(self, target: str) -> Redirect | None:
        parts = urlsplit(target)
        found = {name: values for name, values in parse_qs(parts.query).items() if len(values) == 1}
        state, issuer, code, error = (found.get(name, [""])[0] for name in ("state", "iss", "code", "error"))
        if parts.path != "/" or not hmac.compare_digest(state.encode(), self._state.encode()):
            return None
        if issuer not in ("", self._issuer) or bool(code) == bool(error):
            return None
        return Redirect(code, error)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, owner: LoopbackServer) -> None:
        self.owner = owner
        super().__init__((_HOST, 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that went away is no matter, and what it sent is nobody's business."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "Tagdrop"
    sys_version = ""
    timeout = _SLOW_BROWSER_SECONDS

    def do_GET(self) -> None:
        """Answer the browser."""
        with self.server.owner.awaited_page(self.headers.get("Host", ""), self.path) as page:
            self.send_response(404 if page is None else 200)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page or b"")))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(page or b"")

    def log_message(self, *words: object) -> None:
        """Write nothing: the address holds the code."""


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes > 1 else f"{seconds:.0f} seconds"
