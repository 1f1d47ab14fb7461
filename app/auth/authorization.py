"""Asking the provider to let a person sign in: authorisation code with PKCE (RFC 6749, RFC 7636, RFC 8252)."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import requests
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2 import OAuth2Error

from app.auth import web
from app.auth.client import Client
from app.auth.discovery import Endpoints, is_loopback_http
from app.auth.tokens import Tokens, not_given

GOOGLE_EMAIL_SCOPE = "https://www.googleapis.com/auth/userinfo.email"
"""Google's spelling of `email`."""

# It writes codes, verifiers and tokens to its debug log, whatever the level of the log above it.
logging.getLogger("requests_oauthlib.oauth2_session").addFilter(lambda record: False)


class Authorization:
    """One sign-in under way at the provider.

    Attributes:
        url: the page in which the person signs in.
        nonce: what the ID token has to repeat.

    Args:
        endpoints: of the provider.
        client: who asks.
        redirect_uri: where the answer is awaited.
        state: what the redirect has to repeat.
        hints: further parameters, for example `hd`, `login_hint`.
        uses_other_account: let the provider ask which account.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        client: Client,
        redirect_uri: str,
        state: str,
        hints: Mapping[str, str],
        *,
        uses_other_account: bool,
    ) -> None:
        self._endpoints = endpoints
        self._client = client
        self.nonce = secrets.token_urlsafe()
        self._flow = Flow.from_client_config(
            {
                "installed": {
                    "client_id": client.client_id,
                    "client_secret": client.client_secret,
                    "auth_uri": endpoints.authorization,
                    "token_uri": endpoints.token,
                }
            },
            _scopes(endpoints),
            redirect_uri=redirect_uri,
        )
        # Without `consent` Google gives a refresh token only the first time that somebody signs in.
        prompt = "select_account consent" if uses_other_account else "consent"
        with _plain_http_allowed(endpoints.authorization):
            self.url, _ = self._flow.authorization_url(
                state=state, nonce=self.nonce, prompt=prompt, access_type="offline", **hints
            )

    def redeem(self, code: str) -> Tokens:
        """Return what the provider gives for the code of the redirect.

        Raises:
            SignInError: `sign-in-failed`: it gives nothing.
            OutageError: it can't be reached.
        """
        session = self._flow.oauth2session
        web.prepare(session)
        session.scope = None  # which scopes were granted doesn't matter: the claims do, and they are checked
        answers: list[web.Answer] = []
        session.register_compliance_hook("access_token_response", lambda response: _noted(response, answers))
        with _plain_http_allowed(self._endpoints.token), web.told_as_outage(self._endpoints.token):
            try:
                self._flow.fetch_token(
                    code=code,
                    client_secret=self._client.client_secret or None,
                    include_client_id=True,
                    timeout=web.TIMEOUT_SECONDS,
                )
            except OAuth2Error as error:
                raise not_given(str(error.error)) from None
            finally:
                session.close()
        return Tokens.of(answers[0])


def _noted(response: requests.Response, answers: list[web.Answer]) -> requests.Response:
    answers.append(web.read_answer(response))
    return response


def _scopes(endpoints: Endpoints) -> list[str]:
    scopes = ["openid", GOOGLE_EMAIL_SCOPE]
    # Google gives refresh tokens by a parameter of its own; who follows the standard wants this (section 11).
    return [*scopes, "email", "offline_access"] if endpoints.has_offline_scope else scopes


_ENVIRONMENT = threading.Lock()


@contextmanager
def _plain_http_allowed(url: str) -> Iterator[None]:
    """Let oauthlib take `url` where it is on this very computer; it can be told by the environment only."""
    if not is_loopback_http(url):
        yield
        return
    with _ENVIRONMENT:
        before = os.environ.get("OAUTHLIB_INSECURE_TRANSPORT")
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        try:
            yield
        finally:
            if before is None:
                del os.environ["OAUTHLIB_INSECURE_TRANSPORT"]
            else:
                os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = before
