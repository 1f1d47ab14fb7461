"""What comes in and what goes out by HTTP, between the listener, Authlib and the pages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

_NOT_TO_BE_KEPT = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Attributes:
        method: GET or POST.
        url: whole address.
        query: parameters of the address, each with all of its values.
        form: parameters of the body, each with all of its values.
        authorization: the header of that name; empty where there is none.
    """

    method: str
    url: str
    query: Mapping[str, list[str]]
    form: Mapping[str, list[str]]
    authorization: str = ""

    def value(self, name: str) -> str:
        """Return a parameter; empty where it wasn't given."""
        return (self.form.get(name) or self.query.get(name) or [""])[0]

    def for_authlib(self) -> OAuth2Request:
        """Return it as Authlib wants it."""
        return _AuthlibRequest(self)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        status: HTTP status.
        headers: names and values, in order.
        body: empty with a redirect.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @classmethod
    def of_json(cls, content: Mapping[str, Any], status: int = 200) -> Answer:
        """Return an answer for programs."""
        headers = (("Content-Type", "application/json"), *_NOT_TO_BE_KEPT)
        return cls(status, headers, json.dumps(content).encode())

    @classmethod
    def of_html(cls, text: str, status: int = 200) -> Answer:
        """Return a page; nothing of it comes from elsewhere, and it can't be put into another."""
        policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy), *_NOT_TO_BE_KEPT)
        return cls(status, headers, text.encode())

    @classmethod
    def of_authlib(cls, status: int, body: object, headers: Iterable[tuple[str, str]]) -> Answer:
        """Return what Authlib answers: JSON, or a redirect."""
        if isinstance(body, Mapping):
            return cls.of_json(body, status)
        return cls(status, (*headers, *_NOT_TO_BE_KEPT))


class _AuthlibRequest(OAuth2Request):
    def __init__(self, request: Request) -> None:
        headers = {"Authorization": request.authorization} if request.authorization else {}
        super().__init__(request.method, request.url, headers=headers)
        self.payload = _Payload({**request.query, **request.form})
        self._form = {name: values[0] for name, values in request.form.items()}

    @property
    def form(self) -> dict[str, str]:
        return self._form


class _Payload(OAuth2Payload):
    def __init__(self, parameters: Mapping[str, list[str]]) -> None:
        self._parameters = parameters

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._parameters.items()}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, self._parameters)
