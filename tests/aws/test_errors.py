"""What each answer of the storage, error of an SDK and state of the network means for a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from awscrt.exceptions import AwsCrtError
from awscrt.s3 import S3ResponseError
from botocore import exceptions as boto

from app.aws.errors import (
    RETRYABLE_CODES,
    THROTTLING_CODES,
    answer_code,
    answer_error,
    body_code,
    boto_error,
    is_session_over,
    unanswered_error,
)
from app.core.errors import (
    BugError,
    ConfigurationError,
    ConflictError,
    InputError,
    IntegrityError,
    MissingError,
    OutageError,
    RefusalError,
    SignInError,
)
from app.core.identity import Credentials

NO_CONNECTION = (OutageError, "no-connection", "No connection to the storage. Check the network, then try again.")
UNTRUSTED = (
    OutageError,
    "untrusted-connection",
    "The connection isn’t trusted. Its certificate doesn’t come from an issuer this computer trusts. "
    "Ask IT about TLS inspection.",
)
NO_CREDENTIALS = (
    SignInError,
    "no-credentials",
    "There are no AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
)
SESSION_ENDED = (SignInError, "session-ended", "k: The session has ended. Sign in again.")
FORBIDDEN = (
    RefusalError,
    "forbidden",
    "k: You don’t have access. Your IT team decides who may do this with which files.",
)
GONE = (MissingError, "gone", "k: The file isn’t in the storage any more. Search again to see what is.")
BUSY = (OutageError, "storage-busy", "k: The storage is busy. Try again in a moment.")
FAILED = (OutageError, "storage-failed", "k: The storage had a problem. Try again in a moment.")
CHANGED = (ConflictError, "changed-meanwhile", "k: Someone else changed it meanwhile. Search again, then repeat.")
WRITTEN = (ConflictError, "written-meanwhile", "k: Someone else is writing it at this moment. Try again in a moment.")
DAMAGED = (IntegrityError, "damaged-on-the-way", "k: It was damaged on the way. Try again in a moment.")

ELSEWHERE = (
    ConfigurationError,
    "wrong-region",
    "k: The bucket is in another region. Ask IT to check the settings.",
)
NO_BUCKET = (
    ConfigurationError,
    "no-such-bucket",
    "k: The storage has no such bucket. Ask IT to check the settings.",
)
REFUSED_CREDENTIALS = (
    SignInError,
    "credentials-refused",
    "k: The storage doesn’t accept the credentials. its words",
)
NOT_TAKEN = (InputError, "refused-by-storage", "k: The storage doesn’t take it. its words")
TOO_LONG = (InputError, "key-too-long", "k: The name is too long for this storage. Shorten it.")

ANSWERS = {
    "ExpiredToken": SESSION_ENDED,
    "ExpiredTokenException": SESSION_ENDED,
    "InvalidToken": SESSION_ENDED,
    "InvalidAccessKeyId": SESSION_ENDED,
    "TokenRefreshRequired": SESSION_ENDED,
    "SignatureDoesNotMatch": REFUSED_CREDENTIALS,
    "AuthorizationHeaderMalformed": REFUSED_CREDENTIALS,
    "InvalidClientTokenId": REFUSED_CREDENTIALS,
    "AuthFailure": REFUSED_CREDENTIALS,
    "PermanentRedirect": ELSEWHERE,
    "TemporaryRedirect": ELSEWHERE,
    "IllegalLocationConstraintException": ELSEWHERE,
    "301": ELSEWHERE,
    "307": ELSEWHERE,
    "RequestTimeTooSkewed": (
        RefusalError,
        "clock-off",
        "k: This computer’s clock is wrong. Set date and time to automatic, then try again.",
    ),
    "NoSuchBucket": NO_BUCKET,
    "InvalidBucketName": NO_BUCKET,
    "NoSuchUpload": (
        MissingError,
        "no-such-upload",
        "k: The upload was ended by someone else. Try again in a moment.",
    ),
    "NoSuchKey": GONE,
    "NoSuchVersion": GONE,
    "NotFound": GONE,
    "404": GONE,
    "AccessDenied": FORBIDDEN,
    "AllAccessDisabled": FORBIDDEN,
    "AccountProblem": FORBIDDEN,
    "Forbidden": FORBIDDEN,
    "MethodNotAllowed": FORBIDDEN,
    "403": FORBIDDEN,
    "KMS.DisabledException": (
        RefusalError,
        "key-refused",
        "k: The key that encrypts this can’t be used. Tell your IT team: KMS.DisabledException.",
    ),
    "PreconditionFailed": CHANGED,
    "412": CHANGED,
    "ConditionalRequestConflict": WRITTEN,
    "OperationAborted": WRITTEN,
    "BadDigest": DAMAGED,
    "InvalidDigest": DAMAGED,
    "XAmzContentSHA256Mismatch": DAMAGED,
    "XAmzContentChecksumMismatch": DAMAGED,
    "KeyTooLongError": TOO_LONG,
    "KeyTooLong": TOO_LONG,
    "InvalidObjectState": (RefusalError, "archived", "k: It is in the archive. IT has to restore it first."),
    "EntityTooLarge": NOT_TAKEN,
    "EntityTooSmall": NOT_TAKEN,
    "InvalidTag": NOT_TAKEN,
    "InvalidRequest": NOT_TAKEN,
    "InvalidArgument": NOT_TAKEN,
    "SlowDown": BUSY,
    "ServiceUnavailable": BUSY,
    "Throttling": BUSY,
    "ThrottlingException": BUSY,
    "RequestLimitExceeded": BUSY,
    "503": BUSY,
    "429": BUSY,
    "InternalError": FAILED,
    "RequestTimeout": FAILED,
    "BandwidthLimitExceeded": FAILED,
    "IncompleteBody": FAILED,
    "500": FAILED,
    "502": FAILED,
    "504": FAILED,
    "599": FAILED,
    "418": (
        OutageError,
        "storage-answer",
        "k: The storage gave an answer Tagdrop doesn’t know. 418: its words",
    ),
}


def said(error):
    return type(error), error.code, str(error)


@pytest.mark.parametrize(("code", "meaning"), ANSWERS.items())
def test_an_answer_of_the_storage_says_what_it_means(code, meaning):
    assert said(answer_error(code, "its words", "k")) == meaning


@pytest.mark.parametrize(("code", "meaning"), ANSWERS.items())
def test_an_answer_means_the_same_through_either_sdk(code, meaning):
    raised = boto.ClientError({"Error": {"Code": code, "Message": "its words"}}, "PutObject")
    assert said(boto_error(raised, "k")) == meaning
    document = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>its words</Message></Error>".encode()
    crt = S3ResponseError(
        code=1, name="AWS_ERROR_S3_INVALID_RESPONSE_STATUS", message="", status_code=400, body=document
    )
    assert said(answer_error(*answer_code(crt), "k")) == meaning


def test_a_header_that_names_the_wrong_region_is_a_matter_of_settings():
    words = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'"
    assert said(answer_error("AuthorizationHeaderMalformed", words, "k")) == ELSEWHERE


def not_had(words):
    return SignInError, "credentials-not-had", f"The AWS credentials can’t be had. {words}"


BOTO = [
    (boto.EndpointConnectionError(endpoint_url="x"), NO_CONNECTION),
    (boto.ConnectTimeoutError(endpoint_url="x"), NO_CONNECTION),
    (boto.ReadTimeoutError(endpoint_url="x"), NO_CONNECTION),
    (boto.ConnectionClosedError(endpoint_url="x"), NO_CONNECTION),
    (boto.ProxyConnectionError(proxy_url="x"), NO_CONNECTION),
    (boto.SSLError(endpoint_url="x", error="e"), UNTRUSTED),
    (boto.NoCredentialsError(), NO_CREDENTIALS),
    (boto.PartialCredentialsError(provider="env", cred_var="x"), NO_CREDENTIALS),
    (boto.ProfileNotFound(profile="p"), NO_CREDENTIALS),
    (
        boto.UnauthorizedSSOTokenError(),
        not_had(
            "The SSO session associated with this profile has expired or is otherwise invalid. "
            "To refresh this SSO session run aws sso login with the corresponding profile."
        ),
    ),
    (boto.SSOTokenLoadError(error_msg="no token"), not_had("Error loading SSO Token: no token")),
    (
        boto.TokenRetrievalError(provider="sso", error_msg="it ended"),
        not_had("Error when retrieving token from sso: it ended"),
    ),
    (
        boto.CredentialRetrievalError(provider="custom-process", error_msg="exit 1"),
        not_had("Error when retrieving credentials from custom-process: exit 1"),
    ),
    (
        boto.MetadataRetrievalError(error_msg="no role"),
        not_had("Error retrieving metadata: no role"),
    ),
    (
        boto.InvalidRegionError(region_name="§"),
        (
            ConfigurationError,
            "aws-settings",
            "The AWS settings can’t be used. Provided region_name '§' doesn't match a supported format.",
        ),
    ),
    (KeyError("x"), (BugError, "unexpected", "Something unexpected happened. KeyError")),
    (RefusalError("forbidden", "No"), (RefusalError, "forbidden", "No")),
]


@pytest.mark.parametrize(("error", "meaning"), BOTO, ids=lambda value: type(value).__name__)
def test_an_error_of_boto3_says_what_it_means(error, meaning):
    assert said(boto_error(error, "")) == meaning


CRT = {
    "AWS_IO_SOCKET_CONNECTION_REFUSED": NO_CONNECTION,
    "AWS_IO_SOCKET_TIMEOUT": NO_CONNECTION,
    "AWS_IO_DNS_INVALID_NAME": NO_CONNECTION,
    "AWS_ERROR_HTTP_CONNECTION_CLOSED": NO_CONNECTION,
    "AWS_ERROR_HTTP_CHANNEL_THROUGHPUT_FAILURE": (
        OutageError,
        "no-answer",
        "The storage doesn’t answer. Check the network, then try again.",
    ),
    "AWS_IO_TLS_NEGOTIATION_TIMEOUT": NO_CONNECTION,
    "AWS_IO_TLS_ERROR_READ_FAILURE": NO_CONNECTION,
    "AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE": UNTRUSTED,
    "AWS_IO_TLS_UNKNOWN_ROOT_CERTIFICATE": UNTRUSTED,
    "AWS_IO_TLS_ERROR_DEFAULT_TRUST_STORE_NOT_FOUND": UNTRUSTED,
    "AWS_ERROR_S3_CHECKSUM_CALCULATION_FAILED": (
        OutageError,
        "transfer-failed",
        "The transfer failed. AWS_ERROR_S3_CHECKSUM_CALCULATION_FAILED. Try again in a moment.",
    ),
}


@pytest.mark.parametrize(("name", "meaning"), CRT.items())
def test_an_error_of_awscrt_says_what_it_means(name, meaning):
    assert said(unanswered_error(AwsCrtError(1, name, "its words"), "")) == meaning


@pytest.mark.parametrize(
    ("name", "code"), [("AWS_ERROR_S3_INTERNAL_ERROR", "InternalError"), ("AWS_ERROR_S3_SLOW_DOWN", "SlowDown")]
)
def test_an_answer_that_awscrt_keeps_to_itself_is_still_an_answer(name, code):
    assert answer_code(AwsCrtError(1, name, "")) == (code, "")


def test_a_connection_that_broke_is_no_answer():
    assert answer_code(AwsCrtError(1, "AWS_ERROR_HTTP_CONNECTION_CLOSED", "")) is None


def test_an_answer_without_a_document_is_known_by_its_status():
    crt = S3ResponseError(code=1, name="", message="", status_code=404, body=None)
    assert answer_code(crt) == ("404", "")


@pytest.mark.parametrize("body", [b"", b"hello", b"<Error>", b"<CopyObjectResult/>", b"<a><Error></Error></a>"])
def test_what_is_no_error_document_is_none(body):
    assert body_code(body) is None


def test_what_asks_for_fewer_requests_is_asked_again():
    assert THROTTLING_CODES <= RETRYABLE_CODES


def test_an_error_fits_into_a_line_of_json():
    error = answer_error("AccessDenied", "", "a.txt")
    line = json.dumps({"code": error.code, "title": error.title, "detail": error.detail, "target": error.target})
    assert json.loads(line)["target"] == "a.txt"


@pytest.mark.parametrize(
    ("code", "ends_in_seconds", "is_over"),
    [
        ("ExpiredToken", 3600, True),
        ("InvalidAccessKeyId", None, True),
        ("AccessDenied", -1, True),
        ("403", 2, True),
        ("AccessDenied", 60, False),
        ("AccessDenied", None, False),
        ("NoSuchKey", -1, False),
    ],
)
def test_a_refusal_after_the_sessions_end_says_nothing_of_rights(code, ends_in_seconds, is_over):
    ends = None if ends_in_seconds is None else datetime.now(UTC) + timedelta(seconds=ends_in_seconds)
    assert is_session_over(code, Credentials("A", "s", "t", ends)) is is_over


class TestABareRefusal:
    """An answer to a HEAD has no document that says what it means."""

    def answer(self, minutes):
        date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
        headers = [("Date", date)]
        from_crt = S3ResponseError(
            code=14343, name="x", message="x", status_code=403, headers=headers, body=None, operation_name="HeadObject"
        )
        parsed = {"Error": {"Code": "403"}, "ResponseMetadata": {"HTTPHeaders": {"date": date}}}
        return answer_code(from_crt)[0], boto_error(boto.ClientError(parsed, "HeadObject"), "k").code

    @pytest.mark.parametrize("minutes", [-16, 16])
    def test_is_of_the_clock_where_that_is_too_far_off(self, minutes):
        assert self.answer(minutes) == ("RequestTimeTooSkewed", "clock-off")

    @pytest.mark.parametrize("minutes", [-14, 0, 14])
    def test_is_of_ones_rights_otherwise(self, minutes):
        assert self.answer(minutes) == ("403", "forbidden")
