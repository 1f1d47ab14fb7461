"""Credentials for whoever is signed in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.errors import SignInError
from app.core.identity import Account, Credentials, Identity, IdToken
from app.services.signed_in import SignedIn

MARIA = Account("https://issuer", "1234", "maria@example.com", "example.com")


class Tokens:
    def __init__(self, account):
        self.account = account

    def id_token(self):
        if self.account is None:
            raise SignInError("signed-out", "Nobody is signed in")
        return IdToken("token", self.account, datetime.now(UTC))


class Role:
    def assume(self, token):
        return Credentials(f"for {token.account.email} by {token.text}", "s")


def test_the_token_of_the_account_buys_its_credentials():
    source = SignedIn(Tokens(MARIA), Role())
    assert source.credentials().access_key_id == "for maria@example.com by token"
    assert source.identity() == Identity("1234", "maria@example.com", "maria@example.com", "example.com")


def test_without_an_account_there_is_no_identity():
    source = SignedIn(Tokens(None), Role())
    for ask in (source.credentials, source.identity):
        with pytest.raises(SignInError) as caught:
            ask()
        assert caught.value.code == "signed-out"
