"""Secrets of the sign-in show nowhere: not in reprs, errors, logs, the environment."""

from __future__ import annotations

import logging
import os
import traceback

import pytest

from app.auth.browser import BrowserVisit
from app.core.errors import AppError
from app.core.job import CancelToken


@pytest.fixture
def log(caplog):
    """All that anybody writes, at the lowest level."""
    caplog.set_level(logging.DEBUG)
    for name in ("requests_oauthlib", "requests_oauthlib.oauth2_session", "oauthlib", "urllib3", "google"):
        caplog.set_level(logging.DEBUG, name)
    return caplog


def secrets_of(provider, browser) -> set[str]:
    asked = [provider.authorize(url) for url in browser.urls]
    return (
        {"the-code", "client-secret", "ya29.access-token", "1//refresh-token"}
        | {form["code_verifier"] for form in provider.forms if "code_verifier" in form}
        | {value for parameters in asked for value in (parameters["state"], parameters["nonce"])}
    )


def test_a_sign_in_shows_no_secret(sign_in, open_program, provider, browser, log):
    sign_in.sign_in(lambda url, is_open: None, CancelToken())
    token = open_program().id_token()
    sign_in.sign_out(everywhere=True)
    shown = f"{log.text} {token!r} {sign_in!r} {vars(sign_in)!r} {vars(sign_in._keeper)!r} {vars(sign_in._provider)!r}"
    assert "POST /token" in shown  # so the log was really listened to
    for secret in secrets_of(provider, browser) | {token.text}:
        assert secret not in shown


@pytest.mark.parametrize(
    "answer",
    [
        lambda provider, form: (400, {"error": "invalid_grant", "error_description": form.get("code", "")}),
        lambda provider, form: (200, provider.good_answer(form)[1] | {"id_token": "secret-but.no.token"}),
        lambda provider, form: (200, provider.tokens(provider.id_token(hd=None))),
        lambda provider, form: (200, provider.tokens(provider.id_token(nonce="another"))),
        lambda provider, form: (200, {"refresh_token": "1//refresh-token"}),
        lambda provider, form: (503, {}),
    ],
)
def test_a_failed_sign_in_shows_no_secret(sign_in, provider, browser, log, answer):
    provider.token_answer = lambda form: answer(provider, form)
    with pytest.raises(AppError) as caught:
        sign_in.sign_in(lambda url, is_open: None, CancelToken())
    error = caught.value
    trace = "".join(traceback.format_exception(error))
    shown = f"{log.text} {error!r} {error} {vars(error)} {trace}"
    for secret in secrets_of(provider, browser) | {"secret-but"}:
        assert secret not in shown


def test_no_child_process_inherits_anything(sign_in, open_program, browser):
    seen = []

    def opens(url):
        seen.append(dict(os.environ))
        return browser.open(url)

    before = dict(os.environ)
    open_program(open_browser=opens).sign_in(lambda url, is_open: None, CancelToken())
    assert seen == [before]
    assert dict(os.environ) == before


def test_what_was_set_for_oauthlib_is_left_as_it_was(sign_in, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "as-it-was")
    sign_in.sign_in(lambda url, is_open: None, CancelToken())
    assert os.environ["OAUTHLIB_INSECURE_TRANSPORT"] == "as-it-was"


def test_plain_http_is_taken_for_this_computer_only():
    from app.auth.authorization import _plain_http_allowed

    with _plain_http_allowed("https://accounts.google.com/token"):
        assert "OAUTHLIB_INSECURE_TRANSPORT" not in os.environ
    with _plain_http_allowed("http://127.0.0.1:8080/token"):
        assert os.environ["OAUTHLIB_INSECURE_TRANSPORT"] == "1"
    assert "OAUTHLIB_INSECURE_TRANSPORT" not in os.environ


def test_a_visit_shows_nothing(sign_in):
    assert "secret" not in repr(vars(BrowserVisit(sign_in._provider, sign_in._admission, CancelToken(), 1.0)))
