"""Single S3 requests through awscrt: no GIL while they are on their way, one connection pool for all."""

from __future__ import annotations

import queue
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Protocol
from urllib.parse import quote, urlsplit

from awscrt import http, s3
from awscrt.auth import AwsCredentialsProvider, AwsSigningConfig

from app.aws.clock_skew import answered_at
from app.aws.credentials import CredentialsHolder
from app.aws.errors import response_headers
from app.aws.large_reads import LargeReads
from app.aws.messages import Answer, Request
from app.core.identity import Credentials

MAX_CONNECTIONS = 64
"""Connections to the storage at the same time; more gain nothing on one machine and cost the server."""

_MEMORY_LIMIT_BYTES = 1024**3  # the least that awscrt takes; bodies here are small and counted by the pipeline
_CONNECT_TIMEOUT_MS = 10_000
_TIME_TIMEOUT_SECONDS = 5.0


class Handle(Protocol):
    """A request that is under way."""

    def cancel(self) -> object:
        """End it; `done` is called all the same."""
        ...


class Wire:
    """A connection pool to one S3 server.

    Args:
        endpoint_url: of the server, for example `https://s3.eu-central-1.amazonaws.com`.
        region: to sign for.
        by_path: whether the bucket stands in the path (other servers) or in the host name (AWS).
        holder: whose credentials sign.
    """

    def __init__(self, endpoint_url: str, region: str, by_path: bool, holder: CredentialsHolder) -> None:
        parts = urlsplit(endpoint_url)
        self._host = parts.netloc
        self._by_path = by_path
        self._region = region
        self.holder = holder
        self._scheme = parts.scheme
        self._large_reads = LargeReads(MAX_CONNECTIONS)
        self._signing: tuple[Credentials, AwsSigningConfig] | None = None
        self._client = s3.S3Client(
            region=region,
            tls_mode=s3.S3RequestTlsMode.ENABLED if parts.scheme == "https" else s3.S3RequestTlsMode.DISABLED,
            memory_limit=_MEMORY_LIMIT_BYTES,
            max_active_connections_override=MAX_CONNECTIONS,
            connect_timeout_ms=_CONNECT_TIMEOUT_MS,
            # The pipeline above retries, with one budget for all; awscrt takes no zero.
            retry_config=s3.S3RetryConfig(max_retries=1),
        )

    def send(self, request: Request, done: Callable[[Answer | BaseException], None]) -> Handle:
        """Send a request; `done` is called once, on another thread, with the answer or what came instead.

        Returns:
            what can be cancelled.
        """
        host, path = self._address(request)
        headers = http.HttpHeaders([("Host", host), *request.headers.items()])
        stream = None
        if request.body is not None:
            headers.add("Content-Length", str(len(request.body)))
            stream = BytesIO(request.body)
        message = http.HttpRequest(request.method, path, headers, stream)
        if request.has_large_answer:
            return self._large_reads.send(f"{self._scheme}://{host}", message, self._signing_config(), done)
        collector = _Collector(done)
        handle: Handle = self._client.make_request(
            type=s3.S3RequestType.DEFAULT,
            operation_name=request.operation,
            signing_config=self._signing_config(),
            request=message,
            on_headers=collector.take_headers,
            on_body=collector.take_body,
            on_done=collector.finish,
        )
        return handle

    def server_time(self, bucket: str) -> datetime | None:
        """Return what the storage's clock shows, by the date of its answer to a HEAD of the bucket; waits briefly.

        awscrt keeps the answer to itself that says the clocks are apart, and so its date.
        """
        arrived: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()
        self.send(Request("HeadBucket", "HEAD", bucket, ""), arrived.put)
        try:
            answer = arrived.get(timeout=_TIME_TIMEOUT_SECONDS)
        except queue.Empty:
            return None
        if isinstance(answer, s3.S3ResponseError):
            return answered_at(response_headers(answer))
        return answered_at(answer.headers) if isinstance(answer, Answer) else None

    def _signing_config(self) -> AwsSigningConfig:
        """Return the configuration that signs with the holder's credentials.

        They are fixed in it: a delegate would be called for every request, all on one native thread, and take
        a third of the speed.
        """
        credentials = self.holder.current
        if self._signing is None or self._signing[0] != credentials:
            provider = AwsCredentialsProvider.new_static(
                credentials.access_key_id, credentials.secret_access_key, credentials.session_token
            )
            config = s3.create_default_s3_signing_config(region=self._region, credential_provider=provider)
            self._signing = credentials, config
        return self._signing[1]

    def _address(self, request: Request) -> tuple[str, str]:
        in_path = self._by_path or "." in request.bucket  # a dot in the host name would fail the certificate
        host = self._host if in_path else f"{request.bucket}.{self._host}"
        path = f"/{request.bucket}/" if in_path else "/"
        path += quote(request.key, safe="/-._~")
        return host, f"{path}?{request.query}" if request.query else path


class _Collector:
    def __init__(self, done: Callable[[Answer | BaseException], None]) -> None:
        self._done = done
        self._status = 0
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []

    def take_headers(self, *, status_code: int, headers: list[tuple[str, str]], **_: object) -> None:
        self._status = status_code
        self._headers = {name.lower(): value for name, value in headers}

    def take_body(self, *, chunk: bytes, **_: object) -> None:
        self._chunks.append(chunk)

    def finish(self, *, error: BaseException | None, **_: object) -> None:
        self._done(error or Answer(self._status, self._headers, b"".join(self._chunks)))
