"""Signing out, here and everywhere."""

from __future__ import annotations

import pytest
from keyring.errors import KeyringLocked

from app.core.errors import OutageError, SignInError
from app.core.job import CancelToken


@pytest.fixture
def signed_in(sign_in):
    sign_in.sign_in(lambda url, is_open: None, CancelToken())
    return sign_in


def test_the_account_is_forgotten_here(signed_in, open_program, provider, keyring):
    signed_in.sign_out()
    assert keyring.entries == {}
    assert signed_in.account is open_program().account is None
    assert provider.revoked == []
    with pytest.raises(SignInError) as caught:
        signed_in.id_token()
    assert caught.value.code == "signed-out"


def test_signing_out_everywhere_also_takes_the_refresh_token_back(signed_in, open_program, provider, keyring):
    open_program().sign_out(everywhere=True)
    assert provider.revoked == ["1//refresh-token"]
    assert keyring.entries == {}


def test_signing_out_twice_is_no_error(signed_in, provider):
    for _ in range(2):
        signed_in.sign_out(everywhere=True)
    assert provider.revoked == ["1//refresh-token"]


def test_a_provider_without_such_an_endpoint_is_not_asked(signed_in, open_program, provider, keyring):
    document = {name: value for name, value in provider.discovery().items() if name != "revocation_endpoint"}
    provider.discovery = lambda: document
    open_program().sign_out(everywhere=True)
    assert provider.revoked == []
    assert keyring.entries == {}


@pytest.mark.parametrize("answer", [(503, {}), (403, {"error": "unsupported_token_type"})])
def test_a_provider_that_does_not_take_it_back_is_told_after_the_account_is_forgotten(
    signed_in, provider, keyring, answer
):
    provider.revoke_answer = answer
    with pytest.raises(OutageError):
        signed_in.sign_out(everywhere=True)
    assert signed_in.account is None
    assert keyring.entries == {}


@pytest.mark.parametrize("error", ["invalid_token", "invalid_grant"])
def test_a_token_that_is_worth_nothing_already_is_no_error(signed_in, provider, error):
    provider.revoke_answer = 400, {"error": error}
    signed_in.sign_out(everywhere=True)
    assert signed_in.account is None


def test_a_keyring_that_does_not_let_go_is_told_after_the_account_is_forgotten(signed_in, keyring):
    keyring.error = KeyringLocked()
    with pytest.raises(SignInError) as caught:
        signed_in.sign_out()
    assert caught.value.code == "keyring-locked"
    assert str(caught.value) == "The keyring is locked. It may still hold a sign-in. Unlock it and sign out again."
    assert signed_in.account is None


def test_without_a_keyring_there_is_nothing_to_delete(open_program, provider):
    from app.auth.keyring_store import KeyringStore

    program = open_program(store=KeyringStore(provider.issuer, ("example.com",), lambda: None))
    program.sign_in(lambda url, is_open: None, CancelToken())
    program.sign_out()
    assert program.account is None
