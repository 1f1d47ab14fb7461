"""The sign-in provider: what it can be asked for."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app.auth import id_token, web
from app.auth.client import Client
from app.auth.discovery import Endpoints, discover
from app.auth.signing_keys import SigningKeys
from app.auth.tokens import Tokens, not_prolonged
from app.core.errors import OutageError
from app.core.ports.clock import Clock

if TYPE_CHECKING:
    from app.auth.authorization import Authorization

_REVOKE_PATIENCE_SECONDS = 5.0
_WORTH_NOTHING = {"invalid_token", "invalid_grant"}


class Provider:
    """One provider, asked in the name of one client. Used by any thread.

    Attributes:
        issuer: its address.

    Args:
        client: who asks.
        clock: tells whether tokens are valid.
    """

    def __init__(self, client: Client, clock: Clock) -> None:
        self.issuer = client.issuer
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._endpoints: Endpoints | None = None
        self._keys = SigningKeys(lambda: self.endpoints().keys, clock)

    def __repr__(self) -> str:
        return f"Provider({self.issuer!r})"

    def endpoints(self) -> Endpoints:
        """Return where it answers; asked once.

        Raises:
            OutageError: it can't be reached.
        """
        with self._lock:
            if self._endpoints is None:
                self._endpoints = discover(self.issuer)
            return self._endpoints

    def authorization(
        self, redirect_uri: str, state: str, hints: Mapping[str, str], *, uses_other_account: bool
    ) -> Authorization:
        """Begin a sign-in; see `Authorization`.

        Raises:
            OutageError: it can't be reached.
        """
        from app.auth.authorization import Authorization  # takes a quarter of a second, only to sign in

        return Authorization(
            self.endpoints(), self._client, redirect_uri, state, hints, uses_other_account=uses_other_account
        )

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens for the account of `refresh_token`.

        Raises:
            SignInError: `sign-in-ended`: the person has to sign in again; `sign-in-failed`.
            OutageError: the provider can't be reached.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        answer = web.post(self.endpoints().token, form | self._name)
        if answer.status != 200:
            raise not_prolonged(str(answer.fields.get("error", "")))
        return Tokens.of(answer)

    def revoke(self, token: str) -> None:
        """Take a token back, where the provider can do that (RFC 7009).

        Raises:
            OutageError: it can't be reached, or doesn't do so.
        """
        url = self.endpoints().revocation
        if url is None:
            return
        answer = web.post(url, {"token": token} | self._name, (_REVOKE_PATIENCE_SECONDS, _REVOKE_PATIENCE_SECONDS))
        if answer.status != 200 and answer.fields.get("error") not in _WORTH_NOTHING:
            raise web.unknown_answer(url, "It doesn’t take the sign-in back.")

    def give_back(self, tokens: Tokens) -> None:
        """Revoke what came for somebody who isn't let in; where that fails, nobody holds it any more.

        Not for whoever may come in: at Google that ends the account's other sign-ins with Tagdrop too.
        """
        token = tokens.refresh_token or tokens.access_token
        if token:
            with suppress(OutageError):
                self.revoke(token)

    def claims(self, tokens: Tokens, nonce: str | None = None) -> Mapping[str, Any]:
        """Return the claims of the ID token among `tokens`, once all of them hold; see `id_token.check`.

        Raises:
            SignInError: `sign-in-failed`, `clock-off`.
            OutageError: the keys of the provider can't be had.
        """
        return id_token.check(
            tokens.id_token,
            self._keys.key,
            issuer=self.issuer,
            client_id=self._client.client_id,
            now=self._clock.now(),
            sent_at=tokens.sent_at,
            nonce=nonce,
        )

    @property
    def _name(self) -> dict[str, str]:
        client = self._client
        name = {"client_id": client.client_id}
        return name | {"client_secret": client.client_secret} if client.client_secret else name
