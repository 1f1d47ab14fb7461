"""A desktop program that signs people in, made by hand: each of its messages can be bent."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests

from app.demo.provider import Provider
from tests.browser import Page, choose

MARIA = "maria.keller@example.com"
JONAS = "jonas.weber@example.com"
STRANGER = "sam.carter@example.org"
PERSONAL = "maria.keller@mail.example"


@dataclass
class Desktop:
    """One sign-in at the demo's provider; every call takes parameters that replace those that are right."""

    provider: Provider
    redirect_uri: str = "http://127.0.0.1:49152/back"
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def address(self, **changed: str) -> str:
        """Return the address of the sign-in page."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid https://www.googleapis.com/auth/userinfo.email",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "access_type": "offline",
        }
        return f"{self.provider.issuer}/authorize?{urlencode({**parameters, **changed})}"

    def choose(self, who: str, **changed: str) -> Page:
        """Return where the browser is sent after `who` was chosen."""
        return choose(self.address(**changed), who)

    def redeem(self, code: str, **changed: str) -> requests.Response:
        """Return the answer to a code."""
        parameters = {"code": code, "redirect_uri": self.redirect_uri, "code_verifier": self.verifier}
        return self._ask("token", grant_type="authorization_code", **parameters, **self._client(), changed=changed)

    def refresh(self, token: str, **changed: str) -> requests.Response:
        """Return the answer to a refresh token."""
        return self._ask("token", grant_type="refresh_token", refresh_token=token, **self._client(), changed=changed)

    def revoke(self, token: str, **client: str) -> requests.Response:
        """Return the answer to a wish to end a sign-in."""
        return self._ask("revoke", token=token, changed=client)

    def sign_in(self, who: str, **changed: str) -> dict[str, Any]:
        """Return the tokens of a whole sign-in."""
        answer = self.redeem(self.choose(who, **changed).query()["code"])
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def _client(self) -> dict[str, str]:
        return {"client_id": self.provider.client_id, "client_secret": self.provider.client_secret}

    def _ask(self, where: str, *, changed: dict[str, str], **parameters: str) -> requests.Response:
        return requests.post(f"{self.provider.issuer}/{where}", data={**parameters, **changed}, timeout=20)


def claims_of(id_token: str) -> dict[str, Any]:
    """Return what an ID token says, unchecked."""
    return _part(id_token, 1)


def header_of(id_token: str) -> dict[str, Any]:
    """Return an ID token's header."""
    return _part(id_token, 0)


def _part(token: str, number: int) -> dict[str, Any]:
    part = token.split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
