"""Staying signed in: new ID tokens from the refresh token."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.auth.keyring_store import KeyringStore
from app.core.errors import OutageError, SignInError
from app.core.job import CancelToken
from tests.auth.minting import Signer


@pytest.fixture
def signed_in(sign_in, provider):
    """A program in which Maria has signed in; her tokens are counted from now on."""
    sign_in.sign_in(lambda url, is_open: None, CancelToken())
    provider.forms.clear()
    return sign_in


@pytest.fixture
def restarted(signed_in, open_program):
    """The same, started anew: the refresh token comes from the keyring, an ID token has to be asked for."""
    return open_program()


@pytest.fixture
def time_passes(clock, provider):
    def passes(length: timedelta) -> None:
        clock.moved_by += length
        provider.moved_by += length.total_seconds()

    return passes


def refusal(program) -> SignInError:
    with pytest.raises(SignInError) as caught:
        program.id_token()
    return caught.value


def kept(keyring) -> str:
    (secret,) = keyring.entries.values()
    return secret


def test_the_token_of_the_sign_in_is_used_while_it_has_life(signed_in, provider):
    token = signed_in.id_token()
    assert token.account == signed_in.account
    assert signed_in.id_token() is token
    assert provider.forms == []


def test_a_token_that_ends_soon_is_replaced(signed_in, provider, time_passes):
    before = signed_in.id_token()
    time_passes(timedelta(minutes=54))
    assert signed_in.id_token() is before
    time_passes(timedelta(minutes=2))
    assert signed_in.id_token().expires_at > before.expires_at
    (form,) = provider.forms
    assert form == {
        "grant_type": "refresh_token",
        "refresh_token": "1//refresh-token",
        "client_id": "tagdrop-desktop",
        "client_secret": "client-secret",
    }


def test_after_a_restart_no_browser_is_needed(restarted, provider, browser):
    assert restarted.id_token().account.email == "maria@example.com"
    assert restarted.id_token() is restarted.id_token()
    assert len(provider.forms) == 1
    assert len(browser.urls) == 1


def test_all_who_ask_at_the_same_time_share_one_renewal(restarted, provider):
    everybody_asks = threading.Barrier(8)

    def ask(_):
        everybody_asks.wait(10)
        return restarted.id_token()

    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(ask, range(8)))
    assert len(tokens) == 1
    assert len(provider.forms) == 1


def test_all_who_ask_at_the_same_time_share_its_failure(restarted, provider):
    asked, may_answer = threading.Event(), threading.Event()

    def slow(form):
        asked.set()
        may_answer.wait(10)
        return 503, {}

    provider.token_answer = slow
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(restarted.id_token)
        assert asked.wait(10)
        others = [pool.submit(restarted.id_token) for _ in range(3)]
        may_answer.set()
        for future in (first, *others):
            with pytest.raises(OutageError):
                future.result(10)
    assert len(provider.forms) < 4


def test_a_new_refresh_token_replaces_the_old_one(restarted, open_program, provider, keyring):
    provider.refresh_token = "1//rotated"
    restarted.id_token()
    assert '"refresh_token":"1//rotated"' in kept(keyring)
    assert "1//refresh-token" not in kept(keyring)
    open_program().id_token()
    assert provider.forms[-1]["refresh_token"] == "1//rotated"


def test_an_answer_without_a_refresh_token_keeps_the_old_one(restarted, provider, keyring):
    before = kept(keyring)
    provider.refresh_token = None
    restarted.id_token()
    assert kept(keyring) == before
    assert keyring.asked.count("set") == 1


def test_a_new_address_of_the_same_account_is_taken_over(restarted, open_program, provider):
    provider.person = {"email": "maria.keller@example.com", "sub": "sub-of-maria@example.com"}
    restarted.id_token()
    assert open_program().account.email == "maria.keller@example.com"


@pytest.mark.parametrize(
    "error", ["invalid_grant", "access_denied", "login_required", "consent_required", "interaction_required"]
)
def test_a_revoked_sign_in_ends_once_and_is_forgotten(restarted, open_program, provider, keyring, error):
    provider.token_answer = lambda form: (400, {"error": error, "error_description": "Token has been revoked."})
    ended = refusal(restarted)
    assert ended.code == "sign-in-ended"
    assert str(ended) == "You were signed out. The sign-in provider wants to see you again. Sign in again to go on."
    assert keyring.entries == {}
    assert restarted.account is open_program().account is None
    assert refusal(restarted).code == "signed-out"
    assert len(provider.forms) == 1


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (
            {"hd": None},
            "maria@example.com is a personal account. Example Ltd accepts only accounts that end in @example.com.",
        ),
        (
            {"hd": "other.org"},
            "maria@example.com belongs to another organisation. "
            "Example Ltd accepts only accounts that end in @example.com.",
        ),
        ({"sub": "of-somebody-else"}, "The sign-in provider answered for another account."),
    ],
)
def test_who_does_not_belong_any_more_is_signed_out(restarted, provider, keyring, person, reason):
    provider.person, provider.refresh_token = person, "1//of-the-refused"
    ended = refusal(restarted)
    assert ended.code == "sign-in-ended"
    assert ended.detail == f"{reason} Sign in again to go on."
    assert keyring.entries == {}
    assert restarted.account is None
    assert provider.revoked == ["1//of-the-refused"]


@pytest.mark.parametrize("answer", [(503, {}), (429, {}), (500, b"oops"), (400, {"error": "temporarily_unavailable"})])
def test_trouble_of_the_provider_ends_nothing(restarted, provider, keyring, answer):
    before = kept(keyring)
    provider.token_answer = lambda form: answer
    with pytest.raises(OutageError):
        restarted.id_token()
    assert kept(keyring) == before
    provider.token_answer = provider.good_answer
    assert restarted.id_token()


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client", "invalid_request"])
def test_a_client_that_is_set_up_wrong_ends_nothing(restarted, provider, keyring, error):
    before = kept(keyring)
    provider.token_answer = lambda form: (401, {"error": error})
    assert refusal(restarted).code == "sign-in-failed"
    assert kept(keyring) == before


def test_a_refreshed_token_that_cannot_be_trusted_is_not_used(restarted, provider, other_signer):
    provider.signer = other_signer
    assert "its signature doesn’t hold" in refusal(restarted).detail
    provider.signer = Signer("unknown")
    assert "it is signed with an unknown key" in refusal(restarted).detail


def test_a_rotated_refresh_token_is_not_lost_with_a_token_that_cannot_be_used(restarted, provider, keyring, clock):
    clock.moved_by = -timedelta(minutes=12)
    provider.refresh_token = "1//rotated"
    error = refusal(restarted)
    assert (error.code, error.title) == ("clock-off", "This computer’s clock is 12 minutes behind")
    assert "1//rotated" in kept(keyring)
    clock.moved_by = timedelta()
    restarted.id_token()
    assert provider.forms[-1]["refresh_token"] == "1//rotated"


def test_what_another_tagdrop_on_this_computer_renewed_is_taken_over(signed_in, open_program, provider, clock):
    """A provider may take each refresh token once; window and command line share what the keyring keeps."""
    good = {"1//refresh-token"}

    def takes_each_once(form):
        if form["refresh_token"] not in good:
            return 400, {"error": "invalid_grant"}
        good.clear()
        provider.refresh_token = f"1//number-{len(provider.forms)}"
        good.add(provider.refresh_token)
        return provider.good_answer(form)

    provider.token_answer = takes_each_once
    window, command = open_program(), open_program()
    assert window.account == command.account
    command.id_token()
    assert window.id_token().account == command.account
    assert good == {provider.refresh_token}
    assert open_program().id_token()


def test_what_another_account_signed_in_with_meanwhile_stays(restarted, open_program, provider, keyring):
    assert restarted.account.email == "maria@example.com"
    provider.person, provider.refresh_token = {"email": "jo@example.com"}, "1//of-jo"
    open_program().sign_in(lambda url, is_open: None, CancelToken())
    provider.token_answer = lambda form: (400, {"error": "invalid_grant"})
    assert refusal(restarted).code == "sign-in-ended"
    assert '"email":"jo@example.com"' in kept(keyring)


def test_signing_out_during_a_renewal_stays_signed_out(restarted, provider, keyring):
    def sign_out_meanwhile(form):
        restarted.sign_out()
        return provider.good_answer(form)

    provider.token_answer, provider.refresh_token = sign_out_meanwhile, "1//rotated"
    assert refusal(restarted).code == "signed-out"
    assert keyring.entries == {}
    assert restarted.account is None


def test_signing_in_during_a_renewal_yields_the_token_of_who_signed_in(restarted, provider):
    def other_signs_in(form):
        answer = provider.good_answer(form)
        provider.token_answer, provider.person = provider.good_answer, {"email": "jo@example.com"}
        restarted.sign_in(lambda url, is_open: None, CancelToken(), uses_other_account=True)
        return answer

    provider.token_answer = other_signs_in
    assert restarted.id_token().account.email == "jo@example.com"


def test_without_a_keyring_the_sign_in_lasts_until_the_program_ends(open_program, provider, time_passes):
    def start():
        return open_program(store=KeyringStore(provider.issuer, ("example.com",), lambda: None))

    program = start()
    assert program.keeping_problem.code == "no-keyring"
    program.sign_in(lambda url, is_open: None, CancelToken())
    time_passes(timedelta(minutes=58))
    assert program.id_token().account.email == "maria@example.com"
    assert provider.forms[-1]["grant_type"] == "refresh_token"
    assert program.keeping_problem.code == "no-keyring"
    provider.token_answer = lambda form: (400, {"error": "invalid_grant"})
    time_passes(timedelta(hours=3))
    assert refusal(program).code == "sign-in-ended"
    assert start().account is None


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", "5", '{"v":2}', '{"v":1,"sub":5,"email":"","hd":"","refresh_token":""}']
)
def test_an_entry_of_another_version_counts_as_signed_out(open_program, keyring, provider, text):
    keyring.entries["Tagdrop", f"{provider.issuer.removeprefix('http://')} example.com"] = text
    assert open_program().account is None
    assert open_program().keeping_problem is None
