"""Talks to the sign-in provider, and says what it means when that fails."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from app.core.errors import OutageError

TIMEOUT_SECONDS = (10.0, 30.0)
"""To connect, and between two bytes of the answer."""

_BUSY = {408, 425, 429}
_TRY_LATER = "Try again in a moment."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider answered.

    Attributes:
        status: HTTP status, below 500.
        fields: the JSON object; empty where the answer isn't one. May hold tokens, so it isn't shown.
        sent_at: the provider's clock (header `Date`), aware UTC; None where it doesn't tell.
    """

    status: int
    fields: Mapping[str, Any] = field(repr=False)
    sent_at: datetime | None


def get(url: str) -> Answer:
    """Return what is at `url`.

    Raises:
        OutageError: the provider can't be reached, or has a problem of its own.
    """
    with requests.Session() as session, told_as_outage(url):
        prepare(session)
        return read_answer(session.get(url, timeout=TIMEOUT_SECONDS, headers={"Accept": "application/json"}))


def post(url: str, form: Mapping[str, str], timeout_seconds: float | tuple[float, float] = TIMEOUT_SECONDS) -> Answer:
    """Send `form` and return the answer.

    Raises:
        OutageError: as `get`.
    """
    with requests.Session() as session, told_as_outage(url):
        prepare(session)
        return read_answer(
            session.post(url, data=form, timeout=timeout_seconds, headers={"Accept": "application/json"})
        )


def prepare(session: requests.Session) -> None:
    """Let `session` trust what this computer trusts, besides requests' own list, and follow nobody elsewhere."""
    session.mount("https://", _SystemTrust())
    session.max_redirects = 0  # secrets go to the endpoints that were announced, and nowhere else
    session.auth = _as_it_is  # else requests takes a password for this host out of ~/.netrc


def read_answer(response: requests.Response) -> Answer:
    """Return what `response` says.

    Raises:
        OutageError: the provider has a problem of its own.
    """
    if response.status_code >= 500 or response.status_code in _BUSY:
        raise OutageError("provider-failed", "The sign-in provider had a problem", _TRY_LATER, _host(response.url))
    try:
        fields = response.json()
    except ValueError:
        fields = {}
    return Answer(response.status_code, fields if isinstance(fields, dict) else {}, _date(response))


def unknown_answer(url: str, reason: str) -> OutageError:
    """Return the error for an answer that doesn't follow the standard."""
    return OutageError(
        "provider-answer",
        "The sign-in provider gave an answer Tagdrop doesn’t know",
        f"{reason} Ask your IT team to check issuer in [google].",
        _host(url),
    )


@contextmanager
def told_as_outage(url: str) -> Iterator[None]:
    """Tell what goes wrong on the way to `url` as an `OutageError`; what was sent isn't chained to it."""
    try:
        yield
    except requests.exceptions.SSLError:
        raise OutageError(
            "untrusted-connection",
            "The connection to the sign-in provider isn’t trusted",
            "Its certificate doesn’t come from an issuer this computer trusts. Ask IT about TLS inspection.",
            _host(url),
        ) from None
    except requests.exceptions.TooManyRedirects:
        raise unknown_answer(url, "It sends Tagdrop to another address.") from None
    except requests.exceptions.RequestException:
        raise OutageError(
            "no-connection",
            "No connection to the sign-in provider",
            "Check the network, then try again.",
            _host(url),
        ) from None


class _SystemTrust(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=_trust())

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=_trust())


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _date(response: requests.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None


def _host(url: str) -> str:
    return urlsplit(url).netloc
