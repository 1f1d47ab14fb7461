"""Large answers, read through urllib3, each by a thread of its own.

awscrt is by far the quickest with small answers, and copies the bytes of large ones three times before Python has
them. A socket that is read straight into Python's memory takes a third of that processor time, and no GIL either
(`benchmarks/large.py`).
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3
from awscrt.auth import AwsSigningConfig, aws_sign_request
from awscrt.http import HttpRequest
from awscrt.s3 import S3ResponseError

from app.aws.messages import Answer
from app.core.errors import CancelledError

_CONNECT_SECONDS = 10
_SILENCE_SECONDS = 30  # as for awscrt's own requests
_SIGNING_SECONDS = 10


class LargeReads:
    """Sends requests that have no body and a large answer.

    Proxies are those of the environment and of the system; trusted is what the system trusts, and certifi's list.

    Args:
        connections: how many are kept to use again.
    """

    def __init__(self, connections: int) -> None:
        self._kept = connections
        self._lock = threading.Lock()
        self._pools: dict[str, urllib3.HTTPConnectionPool] = {}

    def send(
        self,
        server_url: str,
        request: HttpRequest,
        signing: AwsSigningConfig,
        done: Callable[[Answer | BaseException], None],
    ) -> LargeRead:
        """Send a request; `done` is called once, on a thread of its own.

        Args:
            server_url: scheme, host, and port where that isn't the scheme's own.
            request: not signed yet.
            signing: how it is signed.
            done: hears of the answer, or of what came instead: of one with an error status, what awscrt makes of it.
        """
        read = LargeRead(lambda: self._connections(server_url), request, signing, done)
        # Nobody waits at the program's end for what was cancelled.
        threading.Thread(target=read.run, name="large-read", daemon=True).start()
        return read

    def _connections(self, server_url: str) -> urllib3.HTTPConnectionPool:
        with self._lock:
            if server_url not in self._pools:
                self._pools[server_url] = _open_pool(server_url, self._kept)
            return self._pools[server_url]


class LargeRead:
    """One request under way."""

    def __init__(
        self,
        connections: Callable[[], urllib3.HTTPConnectionPool],
        request: HttpRequest,
        signing: AwsSigningConfig,
        done: Callable[[Answer | BaseException], None],
    ) -> None:
        self._connections = connections
        self._request = request
        self._signing = signing
        self._done = done
        self._lock = threading.Lock()
        self._response: urllib3.BaseHTTPResponse | None = None
        self._is_cancelled = False

    def cancel(self) -> None:
        """End it, or, where no answer has begun to come yet, leave that unread."""
        with self._lock:
            self._is_cancelled = True
            response = self._response
        if response is not None:
            with suppress(RuntimeError):  # it has just come to its end
                response.shutdown()

    def run(self) -> None:
        """Send it, read the answer and call `done`."""
        try:
            outcome: Answer | BaseException = self._answer()
        except BaseException as error:  # whoever waits has to hear of it, whatever it is
            outcome = error
        self._done(outcome)

    def _answer(self) -> Answer:
        # A configuration of awscrt's holds the time of its making.
        signing = self._signing.replace(date=datetime.now(UTC))
        signed = aws_sign_request(self._request, signing).result(_SIGNING_SECONDS)
        connections = self._connections()
        response = connections.urlopen(
            signed.method,
            _target(signed, connections),
            headers=dict(signed.headers),
            redirect=False,
            assert_same_host=False,  # as seen by a proxy it isn't
            retries=False,
            preload_content=False,
            decode_content=False,
        )
        with self._lock:
            self._response = response
            if self._is_cancelled:
                response.close()
                raise CancelledError
        body = response.read()
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.status >= 300:
            raise S3ResponseError(
                code=0,
                name="",
                message="",
                status_code=response.status,
                headers=list(headers.items()),
                body=body,
            )
        return Answer(response.status, headers, body)


def _target(signed: HttpRequest, connections: urllib3.HTTPConnectionPool) -> str:
    is_forwarded = connections.proxy is not None and connections.scheme == "http"
    # A proxy that forwards wants the whole address (RFC 9112, section 3.2.2); for https it makes a tunnel.
    return f"http://{signed.headers.get('Host')}{signed.path}" if is_forwarded else str(signed.path)


def _open_pool(server_url: str, connections: int) -> urllib3.HTTPConnectionPool:
    parts = urlsplit(server_url)
    options: dict[str, Any] = {
        "maxsize": connections,
        "timeout": urllib3.Timeout(connect=_CONNECT_SECONDS, read=_SILENCE_SECONDS),
    }
    if parts.scheme == "https":
        options |= {"ssl_context": ssl.create_default_context(), "ca_certs": certifi.where()}
    return _manager(_proxy_for(parts), options).connection_from_url(server_url)


def _manager(proxy: str, options: Mapping[str, Any]) -> urllib3.PoolManager:
    if not proxy:
        return urllib3.PoolManager(**options)
    account = urlsplit(proxy)
    headers = None
    if account.username is not None:
        headers = urllib3.make_headers(proxy_basic_auth=unquote(f"{account.username}:{account.password or ''}"))
    return urllib3.ProxyManager(proxy, proxy_headers=headers, **options)


def _proxy_for(server: SplitResult) -> str:
    """Return the address of the proxy to use, empty for none; of another kind than HTTP there are none."""
    proxy = getproxies().get(server.scheme, "")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    return proxy if proxy.startswith(("http://", "https://")) and not proxy_bypass(server.netloc) else ""
