"""Credentials for whoever is signed in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.errors import SignInError
from app.core.identity import Account, Credentials, Identity, IdToken
from app.services.signed_in import SignedIn

MARIA = Account("https://issuer", "1234", "maria@example.com", "example.com")
JONAS = Account("https://issuer", "5678", "jonas@example.com", "example.com")


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

    def assume_longest(self, token, seconds):
        return Credentials(f"{seconds} s for {token.account.email}", "s")


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


def test_whoever_signs_in_later_doesnt_go_on_with_the_work_of_the_first():
    tokens = Tokens(MARIA)
    source = SignedIn(tokens, Role())
    source.credentials()
    tokens.account = JONAS
    for _ in range(2):
        with pytest.raises(SignInError) as caught:
            source.credentials()
        assert str(caught.value) == (
            "jonas@example.com: Somebody else is signed in now. This work was begun by maria@example.com."
            " Begin it again, or sign in with that account."
        )
    assert source.identity().email == "maria@example.com"
    tokens.account = MARIA
    assert source.credentials().access_key_id == "for maria@example.com by token"


def test_a_session_that_signs_a_link_is_never_anothers():
    tokens = Tokens(MARIA)
    source = SignedIn(tokens, Role())
    assert source.long_credentials(7200).access_key_id == "7200 s for maria@example.com"
    tokens.account = JONAS
    with pytest.raises(SignInError) as caught:
        source.long_credentials(7200)
    assert caught.value.code == "other-account"
