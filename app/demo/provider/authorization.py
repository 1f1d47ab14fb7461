"""Authlib's authorisation server on our people, codes and state."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6750 import BearerTokenGenerator

from app.demo.provider.client import DesktopClient
from app.demo.provider.codes import Codes
from app.demo.provider.grants import CodeGrant, IdTokenInAnswer, Pkce, RefreshGrant, Revocation
from app.demo.provider.id_tokens import IdTokens
from app.demo.provider.messages import Answer, Request
from app.demo.provider.people import Person
from app.demo.provider.state import SignIn, State


class Authorization(AuthorizationServer):
    """Gives codes and tokens.

    Attributes:
        client: the one program that may ask.
        people: who can sign in.
        state: what stays from start to start.
        codes: that are open.
    """

    def __init__(self, client: DesktopClient, people: Sequence[Person], state: State, id_tokens: IdTokens) -> None:
        super().__init__()
        # At its most talkative Authlib writes the tokens that it issues.
        logging.getLogger("authlib").setLevel(logging.INFO)
        self.client = client
        self.people = people
        self.state = state
        self.codes = Codes()
        tokens = BearerTokenGenerator(_random, _random, lambda client, grant_type: id_tokens.lifetime_seconds)
        self.register_token_generator("default", tokens)
        self.register_grant(CodeGrant, [Pkce(), IdTokenInAnswer(id_tokens)])
        self.register_grant(RefreshGrant, [IdTokenInAnswer(id_tokens)])
        self.register_endpoint(Revocation)

    def person(self, subject: str) -> Person | None:
        """Return who has this `sub`."""
        return next((person for person in self.people if person.subject == subject), None)

    def query_client(self, client_id: str) -> DesktopClient | None:
        """Return the program of this name."""
        return self.client if client_id == self.client.id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Remember what a refresh token stands for."""
        if "refresh_token" in token:
            code = request.authorization_code
            self.state.keep(token["refresh_token"], SignIn(code.person.subject, code.scope, code.text_hash))

    def create_oauth2_request(self, request: Request | OAuth2Request) -> OAuth2Request:
        """Return a request as Authlib wants it."""
        return request.for_authlib() if isinstance(request, Request) else request

    def handle_response(self, status: int, body: object, headers: Iterable[tuple[str, str]]) -> Answer:
        """Return an answer as the listener wants it."""
        return Answer.of_authlib(status, body, headers)

    def send_signal(self, name: str, *arguments: Any, **named: Any) -> None:
        """Tell nobody."""


def _random(**_: Any) -> str:
    return secrets.token_urlsafe(32)
