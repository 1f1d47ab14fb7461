"""The provider's HTTP server: the standard library's, on the loopback address, a thread for each request."""

from __future__ import annotations

import logging
import socketserver
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from app.demo.ports import LOOPBACK
from app.demo.provider.messages import Answer, Request

_LONGEST_BODY_BYTES = 64 * 1024
_PATIENCE_SECONDS = 10.0
_logger = logging.getLogger(__name__)


class Listener:
    """Listens until it is closed."""

    def __init__(self, port: int, answer: Callable[[Request], Answer]) -> None:
        """Begin to listen.

        Args:
            port: of the loopback address.
            answer: called by several threads.

        Raises:
            OSError: the port is taken.
        """
        self._server = _Server(port, answer)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="sign-in provider", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    # On Windows it would let others take the port while it is in use.
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, port: int, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        super().__init__((LOOPBACK, port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking the network what this computer is called, as `HTTPServer` does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.socket.getsockname()[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what went wrong, without anything of the request; browsers hang up whenever they like."""
        _logger.debug("A request to the sign-in provider failed", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE_SECONDS

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > _LONGEST_BODY_BYTES:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self._answer(parse_qs(self.rfile.read(int(length)).decode(errors="replace")))

    def _answer(self, form: dict[str, list[str]]) -> None:
        url = f"http://{LOOPBACK}:{self.server.server_port}{self.path}"
        query = parse_qs(urlsplit(url).query)
        answer = self.server.answer(Request(self.command, url, query, form, self.headers.get("Authorization", "")))
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def version_string(self) -> str:
        """Return what stands in the Server header."""
        return "tagdrop-demo"

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 -- the standard library's name
        """Log nothing: addresses hold codes."""
