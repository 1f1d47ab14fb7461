"""Secrets don't show: not in what an object says of itself, not in an error, not in a log."""

from __future__ import annotations

import logging

import pytest

from app.aws.connect import Server
from app.aws.credentials import CredentialsHolder, DefaultChain, without_session_name
from app.core.errors import AppError, SignInError
from app.core.identity import Credentials
from app.core.job import CancelToken
from tests.fakes import NoRenewal

SECRET = "wJalrXUtnFEMIthisIsTheSecret"
TOKEN = "FwoGZXIvYXdzEthisIsTheToken"


@pytest.fixture
def credentials():
    return Credentials("AKIDEXAMPLE", SECRET, TOKEN)


def test_credentials_show_the_beginning_of_their_name_only(credentials):
    assert repr(credentials) == str(credentials) == "Credentials(AKID…)"


def test_what_holds_credentials_does_not_show_them(credentials):
    holder = CredentialsHolder(credentials)
    frozen = holder.load_credentials()
    for shown in (repr(holder), repr(frozen), str(vars(holder)), str(vars(frozen))):
        assert SECRET not in shown
        assert TOKEN not in shown


def test_errors_and_our_own_log_hold_no_secret(credentials, caplog, proxy_to_nowhere):
    caplog.set_level(logging.DEBUG, "app")
    bucket = Server("us-east-1", proxy_to_nowhere, CredentialsHolder(credentials), NoRenewal()).bucket("b")
    with pytest.raises(AppError) as caught:
        list(bucket.list_objects("", CancelToken()))
    told = f"{caught.value!r} {caught.value} {vars(caught.value)} {caplog.text}"
    assert SECRET not in told
    assert TOKEN not in told


@pytest.fixture
def proxy_to_nowhere():
    import socket

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{nobody.getsockname()[1]}"


def test_no_credentials_anywhere_is_said_with_what_to_set():
    with pytest.raises(SignInError) as caught:
        DefaultChain("us-east-1", "").credentials()
    assert str(caught.value) == (
        "There are no AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    )


@pytest.mark.parametrize(
    ("arn", "kept"),
    [
        ("arn:aws:sts::1:assumed-role/tagdrop/maria", "arn:aws:sts::1:assumed-role/tagdrop"),
        ("arn:aws:iam::1:user/people/maria", "arn:aws:iam::1:user/people/maria"),
    ],
)
def test_a_place_is_named_by_the_role_and_not_by_its_session(arn, kept):
    assert without_session_name(arn) == kept
