"""What IT is told while setting things up: AWS's own words, where they name the right that is missing."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from app.aws.errors import admin_error
from app.core.errors import ConflictError, InputError, OutageError, RefusalError, SignInError

NOT_SUPPORTED = (RefusalError, "files: The server can’t do that. its words")
NOT_ALLOWED = (RefusalError, "files: Your credentials don’t allow it. The answer was: its words")
TAKEN = (ConflictError, "files: The name is in use already. Choose another one.")


def _unfit(code):
    return InputError, f"files: The server doesn’t take it. {code}: its words"


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("NotImplemented", NOT_SUPPORTED),
        ("501", NOT_SUPPORTED),
        ("InvalidAction", NOT_SUPPORTED),
        ("AccessDenied", NOT_ALLOWED),
        ("AccessDeniedException", NOT_ALLOWED),
        ("UnauthorizedOperation", NOT_ALLOWED),
        ("BucketAlreadyExists", TAKEN),
        ("EntityAlreadyExists", TAKEN),
        *(
            (code, _unfit(code))
            for code in ("ValidationError", "MalformedPolicyDocument", "InvalidBucketAclWithObjectOwnership", "LimitExceeded")
        ),
        ("ExpiredToken", (SignInError, "files: The session has ended. Sign in again.")),
        ("SlowDown", (OutageError, "files: The storage is busy. Try again in a moment.")),
    ],
)  # fmt: skip
def test_an_answer_says_what_it_means(code, meaning):
    error = admin_error(ClientError({"Error": {"Code": code, "Message": "its words"}}, "PutBucketPolicy"), "files")
    assert (type(error), str(error)) == meaning


@pytest.mark.parametrize(
    ("raised", "kind", "code"),
    [
        (EndpointConnectionError(endpoint_url="x"), OutageError, "no-connection"),
        (NoCredentialsError(), SignInError, "no-credentials"),
    ],
)
def test_what_is_no_answer_means_what_it_means_elsewhere(raised, kind, code):
    error = admin_error(raised, "files")
    assert (type(error), error.code) == (kind, code)
