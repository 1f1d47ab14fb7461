"""Signing in in the browser."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.core.errors import CancelledError, ConfigurationError, OutageError, SignInError
from app.core.identity import Account
from app.core.job import CancelToken
from tests.auth.scripted_provider import Browser


def ignore(url, is_open):
    pass


def page_of(browser):
    browser.close()
    (page,) = browser.pages
    return page


def refusal(sign_in, **options) -> SignInError:
    with pytest.raises(SignInError) as caught:
        sign_in.sign_in(ignore, CancelToken(), **options)
    return caught.value


def parameters(browser):
    return dict(parse_qsl(urlsplit(browser.urls[-1]).query))


def test_who_signs_in_is_known_and_stays_so_after_a_restart(sign_in, open_program, provider):
    account = sign_in.sign_in(ignore, CancelToken())
    assert account == Account(provider.issuer, "sub-of-maria@example.com", "maria@example.com", "example.com")
    assert sign_in.account == open_program().account == account
    assert sign_in.keeping_problem is None


def test_nobody_is_signed_in_at_first(sign_in):
    assert sign_in.account is None
    with pytest.raises(SignInError) as caught:
        sign_in.id_token()
    assert caught.value.code == "signed-out"
    assert str(caught.value) == "Nobody is signed in. Sign in with an account that ends in @example.com."


def test_the_page_is_asked_for_with_all_that_protects_the_sign_in(sign_in, browser, provider):
    sign_in.sign_in(ignore, CancelToken())
    asked = parameters(browser)
    assert browser.urls[0].startswith(f"{provider.issuer}/authorize?")
    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid https://www.googleapis.com/auth/userinfo.email"
    assert asked["access_type"] == "offline"
    assert asked["prompt"] == "consent"
    assert asked["hd"] == "example.com"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32
    assert asked["state"] != asked["nonce"]
    assert "login_hint" not in asked
    (form,) = provider.forms
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert form["code"] == "the-code"
    assert form["redirect_uri"] == asked["redirect_uri"]
    assert (form["client_id"], form["client_secret"]) == ("tagdrop-desktop", "client-secret")


def test_every_sign_in_has_a_state_a_nonce_and_a_verifier_of_its_own(sign_in, browser):
    sign_in.sign_in(ignore, CancelToken())
    first = parameters(browser)
    sign_in.sign_in(ignore, CancelToken())
    second = parameters(browser)
    for name in ("state", "nonce", "code_challenge", "redirect_uri"):
        assert first[name] != second[name]


def test_the_redirect_is_awaited_on_loopback(sign_in, browser):
    sign_in.sign_in(ignore, CancelToken())
    address = urlsplit(parameters(browser)["redirect_uri"])
    assert (address.scheme, address.hostname, address.path) == ("http", "127.0.0.1", "/")
    assert address.port > 1023


def test_signing_in_again_names_the_account_and_another_one_can_be_chosen(sign_in, browser):
    sign_in.sign_in(ignore, CancelToken())
    sign_in.sign_in(ignore, CancelToken())
    assert parameters(browser)["login_hint"] == "maria@example.com"
    sign_in.sign_in(ignore, CancelToken(), uses_other_account=True)
    assert parameters(browser)["prompt"] == "select_account consent"
    assert "login_hint" not in parameters(browser)


def test_of_several_domains_each_is_let_in(open_program, browser, provider):
    sign_in = open_program(domains=("example.org", "example.com"))
    assert sign_in.sign_in(ignore, CancelToken()).domain == "example.com"
    assert parameters(browser)["hd"] == "*"


def test_a_provider_that_follows_the_standard_is_asked_for_offline_access(sign_in, browser, provider):
    provider.document = {"scopes_supported": ["openid", "email", "offline_access"]}
    sign_in.sign_in(ignore, CancelToken())
    assert parameters(browser)["scope"].split()[-2:] == ["email", "offline_access"]


def test_the_browser_says_in_the_organisations_name_that_it_worked(sign_in, browser):
    sign_in.sign_in(ignore, CancelToken())
    page = page_of(browser)
    assert page.status_code == 200
    for words in ("Example Ltd", "You’re signed in", "maria@example.com", "Close this page and go back to Tagdrop."):
        assert words in page.text


def test_the_browser_waits_until_the_token_was_checked(sign_in, browser, provider):
    may_answer, was_asked = threading.Event(), threading.Event()

    def slow(form):
        was_asked.set()
        may_answer.wait(10)
        return provider.good_answer(form)

    provider.token_answer = slow
    done = threading.Thread(target=sign_in.sign_in, args=(ignore, CancelToken()))
    done.start()
    assert was_asked.wait(10)
    assert browser.pages == []
    may_answer.set()
    done.join(10)
    assert page_of(browser).status_code == 200


@pytest.mark.parametrize(
    ("person", "code", "sentence"),
    [
        pytest.param(
            {"email": "kim@gmail.com", "hd": None},
            "personal-account",
            "kim@gmail.com is a personal account. Example Ltd accepts only accounts that end in @example.com.",
            id="personal",
        ),
        pytest.param(
            {"email": "jo@other.org", "hd": "other.org"},
            "other-organisation",
            "jo@other.org belongs to another organisation. Example Ltd accepts only accounts that end in @example.com.",
            id="other organisation",
        ),
        pytest.param(
            {"email": "eve@example.com", "hd": None},
            "personal-account",
            "eve@example.com is a personal account. Example Ltd accepts only accounts that end in @example.com.",
            id="personal with an address that ends in the domain",
        ),
    ],
)
def test_who_does_not_belong_is_told_so_twice_and_nothing_is_kept(
    sign_in, browser, provider, keyring, person, code, sentence
):
    provider.person = person
    error = refusal(sign_in)
    assert (error.code, error.target, error.title) == (code, person["email"], "This account can’t be used here")
    assert error.detail == sentence
    page = page_of(browser)
    assert sentence in page.text
    assert "Go back to Tagdrop to use another account." in page.text
    assert sign_in.account is None
    assert keyring.entries == {}
    assert provider.revoked == [provider.refresh_token]


def test_who_was_signed_in_stays_so_when_another_account_is_refused(sign_in, provider):
    maria = sign_in.sign_in(ignore, CancelToken())
    provider.person = {"email": "kim@gmail.com", "hd": None}
    provider.refresh_token = "1//of-kim"
    refusal(sign_in, uses_other_account=True)
    assert sign_in.account == maria
    assert provider.revoked == ["1//of-kim"]


def test_what_fails_for_another_reason_leaves_the_accounts_other_sign_ins_alone(sign_in, provider, clock):
    sign_in.sign_in(ignore, CancelToken())
    clock.moved_by = -timedelta(minutes=12)
    assert refusal(sign_in).code == "clock-off"
    assert provider.revoked == []
    assert sign_in.account is not None


@pytest.mark.parametrize("revoke_answer", [(503, {}), (400, {"error": "unsupported_token_type"})])
def test_a_refusal_stays_a_refusal_when_nothing_can_be_taken_back(sign_in, provider, revoke_answer):
    provider.person, provider.revoke_answer = {"hd": None}, revoke_answer
    assert refusal(sign_in).code == "personal-account"


def test_a_token_for_another_sign_in_is_refused(sign_in, provider):
    provider.token_answer = lambda form: (200, provider.tokens(provider.id_token(nonce="of-another")))
    assert refusal(sign_in).detail.startswith(
        "The sign-in provider’s answer can’t be trusted: it belongs to another sign-in."
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id_token": None}, "it holds no readable ID token"),
        ({"id_token": "not.a.token"}, "it holds no readable ID token"),
        ({"id_token": 5}, "it holds no readable ID token"),
    ],
)
def test_an_answer_without_an_id_token_is_refused(sign_in, provider, keyring, fields, reason):
    provider.token_answer = lambda form: (200, provider.good_answer(form)[1] | fields)
    assert reason in refusal(sign_in).detail
    assert keyring.entries == {}


def test_a_sign_in_that_cannot_be_prolonged_is_refused_with_what_it_needs(sign_in, provider, browser):
    provider.refresh_token = None
    error = refusal(sign_in)
    assert error.code == "sign-in-failed"
    assert error.detail == (
        "The sign-in provider lets Tagdrop in for a moment only. "
        "Ask your IT team to allow it offline access (refresh tokens)."
    )
    assert "Go back to Tagdrop to try again." in page_of(browser).text


@pytest.mark.parametrize(
    ("status", "fields", "sentence"),
    [
        (
            400,
            {"error": "invalid_grant"},
            "Sign-in didn’t work. The sign-in provider says “invalid_grant”. Try again.",
        ),
        (
            401,
            {"error": "invalid_client"},
            "The sign-in provider doesn’t know this Tagdrop. Ask your IT team to check client_id and client_secret in [google].",
        ),
        (200, b"<html>", "Sign-in didn’t work. The sign-in provider says “missing_token”. Try again."),
    ],
)
def test_a_code_that_gets_nothing_is_said_with_the_reason(sign_in, provider, browser, status, fields, sentence):
    provider.token_answer = lambda form: (status, fields)
    error = refusal(sign_in)
    assert (error.code, str(error)) == ("sign-in-failed", sentence)
    assert error.title in page_of(browser).text


@pytest.mark.parametrize(
    ("sent", "code", "sentence"),
    [
        (
            "access_denied",
            "sign-in-denied",
            "Sign-in was refused. Try again, and allow Tagdrop to know who you are.",
        ),
        ("org_policy", "sign-in-failed", "Sign-in didn’t work. The sign-in provider says “org_policy”. Try again."),
        (
            "<script>alert(1)</script>",
            "sign-in-failed",
            "Sign-in didn’t work. The sign-in provider says “unknown error”. Try again.",
        ),
    ],
)
def test_a_refusal_by_the_provider_ends_the_wait(sign_in, provider, browser, sent, code, sentence):
    browser.redirect = lambda asked: {"error": sent, "error_description": "<b>&", "state": asked["state"]}
    error = refusal(sign_in)
    assert (error.code, str(error)) == (code, sentence)
    assert provider.forms == []
    assert "<script>" not in page_of(browser).text


def test_a_provider_in_trouble_is_an_outage(sign_in, provider, browser):
    provider.token_answer = lambda form: (503, b"upstream")
    with pytest.raises(OutageError) as caught:
        sign_in.sign_in(ignore, CancelToken())
    assert str(caught.value).endswith("The sign-in provider had a problem. Try again in a moment.")
    assert "The sign-in provider had a problem" in page_of(browser).text


@pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable"])
def test_a_provider_that_sends_its_trouble_by_the_browser_is_an_outage(sign_in, browser, error):
    browser.redirect = lambda asked: {"error": error, "state": asked["state"]}
    with pytest.raises(OutageError):
        sign_in.sign_in(ignore, CancelToken())


def test_without_a_provider_no_browser_opens(sign_in, provider, browser):
    provider.close()
    with pytest.raises(OutageError) as caught:
        sign_in.sign_in(ignore, CancelToken())
    assert caught.value.code == "no-connection"
    assert caught.value.title == "No connection to the sign-in provider"
    assert browser.urls == []


def test_a_redirect_with_another_state_is_not_taken(open_program, provider, browser):
    browser.redirect = lambda asked: {"code": "of-somebody-else", "state": "guessed"}
    error = refusal(open_program(time_limit_seconds=0.3))
    assert error.code == "sign-in-timeout"
    assert provider.forms == []
    assert page_of(browser).status_code == 404


def test_a_replayed_redirect_redeems_nothing_and_shows_the_same_page(sign_in, provider, browser):
    browser.redirect = lambda asked: [{"code": "the-code", "state": asked["state"]}] * 3
    sign_in.sign_in(ignore, CancelToken())
    browser.close()
    assert len(provider.forms) == 1
    assert "You’re signed in" in browser.pages[0].text


def test_nobody_in_time_is_said_with_how_long_it_was(open_program, browser):
    browser.redirect = lambda asked: []
    error = refusal(open_program(time_limit_seconds=0.2))
    assert error.code == "sign-in-timeout"
    assert error.title == "Nobody signed in"


def test_cancelling_ends_the_wait_at_once_and_stops_listening(sign_in, browser):
    cancel = CancelToken()
    browser.redirect = lambda asked: []
    with pytest.raises(CancelledError):
        sign_in.sign_in(lambda url, is_open: cancel.cancel(), cancel)
    port = urlsplit(parameters(browser)["redirect_uri"]).port
    with socket.socket() as anybody, pytest.raises(ConnectionRefusedError):
        anybody.connect(("127.0.0.1", port))


def test_cancelling_while_the_provider_thinks_ends_at_once_and_keeps_nothing(sign_in, browser, provider, keyring):
    cancel, may_answer = CancelToken(), threading.Event()

    def slow(form):
        cancel.cancel()
        may_answer.wait(10)
        return provider.good_answer(form)

    provider.token_answer = slow
    with pytest.raises(CancelledError):
        sign_in.sign_in(ignore, cancel)
    assert "Sign-in was cancelled" in page_of(browser).text
    may_answer.set()
    assert sign_in.account is None
    assert keyring.entries == {}


def test_the_address_is_told_with_whether_a_browser_opened(open_program, browser):
    told = []
    open_program().sign_in(lambda *words: told.append(words), CancelToken())
    assert told == [(browser.urls[0], True)]


@pytest.mark.parametrize("how", ["no browser", "broken browser", "not wanted"])
def test_without_a_browser_the_address_is_told_and_can_be_opened_elsewhere(open_program, browser, how):
    def fails(url):
        if how == "broken browser":
            raise OSError
        return False

    def opened(url, is_open):
        told.append(is_open)
        browser.open(url)

    told = []
    account = open_program(open_browser=fails).sign_in(opened, CancelToken(), opens_browser=how != "not wanted")
    assert told == [False]
    assert account.email == "maria@example.com"


def test_a_keyring_that_refuses_does_not_prevent_the_sign_in(sign_in, keyring):
    from keyring.errors import KeyringLocked

    keyring.error = KeyringLocked()
    assert sign_in.sign_in(ignore, CancelToken()).email == "maria@example.com"
    assert sign_in.id_token().account.email == "maria@example.com"
    assert sign_in.keeping_problem.code == "keyring-locked"
    assert keyring.asked == ["get"]


def test_a_sign_in_that_the_keyring_cannot_keep_leaves_none_of_somebody_else_there(sign_in, open_program, provider):
    sign_in.sign_in(ignore, CancelToken())
    provider.person, provider.refresh_token = {"email": "jo@example.com"}, "x" * 2000
    assert sign_in.sign_in(ignore, CancelToken(), uses_other_account=True).email == "jo@example.com"
    assert sign_in.keeping_problem.code == "secret-too-long"
    assert sign_in.id_token().account.email == "jo@example.com"
    assert open_program().account is None


def test_without_a_domain_nobody_could_be_let_in_and_that_is_said(open_program):
    with pytest.raises(ConfigurationError) as caught:
        open_program(domains=())
    assert str(caught.value) == "domain in [organization] is missing. Add it, or ask IT for it."


def test_a_browser_that_stays_in_the_terminal_does_not_hold_up_the_sign_in(open_program, browser, monkeypatch):
    monkeypatch.setattr("app.auth.browser._BROWSER_SECONDS", 1000.0)
    is_over, told = threading.Event(), []

    def stays(url):
        browser.open(url)
        return is_over.wait(60)

    open_program(open_browser=stays).sign_in(lambda url, is_open: told.append(is_open), CancelToken())
    is_over.set()
    assert told == [True]


def test_a_browser_that_takes_its_time_to_open_is_not_waited_for(open_program, browser, monkeypatch):
    monkeypatch.setattr("app.auth.browser._BROWSER_SECONDS", 0.05)
    is_over = threading.Event()

    def opened(url, is_open):
        assert is_open
        browser.open(url)

    program = open_program(open_browser=lambda url: is_over.wait(60))
    assert program.sign_in(opened, CancelToken()).email == "maria@example.com"
    is_over.set()


def test_a_port_that_cannot_be_had_is_said(sign_in, browser, monkeypatch):
    def blocked(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("app.auth.loopback._Server.server_bind", blocked)
    error = refusal(sign_in)
    assert error.code == "sign-in-failed"
    assert str(error) == (
        "Sign-in can’t begin. This computer lets Tagdrop open no port for the browser’s answer (Permission denied). "
        "Ask your IT team to allow it on 127.0.0.1."
    )
    assert browser.urls == []


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [(-12, "This computer’s clock is 12 minutes behind"), (125, "This computer’s clock is 2 hours ahead")],
)
def test_a_clock_that_is_off_is_told(sign_in, clock, keyring, minutes, sentence):
    clock.moved_by = timedelta(minutes=minutes)
    error = refusal(sign_in)
    assert (error.code, error.title) == ("clock-off", sentence)
    assert error.detail == "Set date and time to automatic, then try again."
    assert keyring.entries == {}


def test_two_browsers_of_one_person_do_not_disturb_each_other(open_program, provider):
    browsers = [Browser(provider) for _ in range(2)]
    programs = [open_program(open_browser=browser.open) for browser in browsers]
    for browser, program in zip(browsers, programs, strict=True):
        assert program.sign_in(ignore, CancelToken()).email == "maria@example.com"
        browser.close()
