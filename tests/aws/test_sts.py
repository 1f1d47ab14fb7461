"""What STS is asked for and what its answers mean; the chain itself is tested on a real one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from app.aws.errors import sts_error
from app.aws.sts import WebIdentityRole, session_name
from app.core.errors import OutageError, RefusalError, SignInError
from app.core.identity import Account, IdToken

EMAIL = "maria.keller@example.com"
REFUSED = (
    RefusalError,
    "role-refused",
    f"{EMAIL}: This account isn’t let in. "
    "You are signed in, but the storage refuses this account. Your IT team decides who comes in.",
)
NOT_ACCEPTED = (
    SignInError,
    "token-refused",
    f"{EMAIL}: The storage doesn’t accept this sign-in. "
    "Check date and time of this computer and sign in again; if that doesn’t help, tell your IT team.",
)
CANT_CHECK = (
    OutageError,
    "sts-failed",
    f"{EMAIL}: The storage can’t check sign-ins at the moment. Try again in a moment.",
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDenied", REFUSED),
        ("ExpiredTokenException", NOT_ACCEPTED),
        ("InvalidIdentityToken", NOT_ACCEPTED),
        ("IDPRejectedClaim", NOT_ACCEPTED),
        ("IDPCommunicationError", CANT_CHECK),
    ],
)
def test_a_refusal_of_sts_says_what_it_means(code, expected):
    error = sts_error(ClientError({"Error": {"Code": code, "Message": "…"}}, "AssumeRoleWithWebIdentity"), EMAIL)
    assert (type(error), error.code, str(error)) == expected


def test_an_sts_that_cant_be_reached_is_an_outage():
    assert sts_error(EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), EMAIL).code == "no-connection"


@pytest.mark.parametrize(
    ("email", "name"),
    [
        (EMAIL, EMAIL),
        ("o'neil+x@example.com", "o-neil+x@example.com"),
        ("jörg@example.com", "j-rg@example.com"),
        ("a", "a-"),
        ("x" * 80, "x" * 64),
    ],
)
def test_a_session_is_named_after_the_person(email, name):
    assert session_name(email) == name


def test_the_token_is_in_no_error_and_in_no_traceback():
    token = IdToken("eyJ.canary.token", Account("https://issuer", "1", EMAIL, "example.com"), datetime.now(UTC))
    role = WebIdentityRole("arn:aws:iam::123456789012:role/tagdrop", "eu-central-1", "http://127.0.0.1:1")
    with pytest.raises(OutageError) as caught:
        role.assume(token)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "canary" not in f"{token!r} {caught.value!r} {vars(caught.value)}"
