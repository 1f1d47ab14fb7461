"""The only place where an error of an SDK becomes one of ours.

Codes: Amazon S3 API Reference, "Error responses"; IAM's and STS's are among them where they reach S3 requests.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from awscrt.exceptions import AwsCrtError
from awscrt.s3 import S3ResponseError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError as BotoConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    MetadataRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    RefreshWithMFAUnsupportedError,
    SSLError,
    SSOError,
    TokenRetrievalError,
)
from urllib3.exceptions import HTTPError, ReadTimeoutError, SSLError as UrllibSSLError

from app.aws.clock_skew import answered_at, clock_error, is_off
from app.core.errors import (
    AppError,
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

SESSION_ENDED_CODES = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidToken", "InvalidAccessKeyId", "TokenRefreshRequired"}
)
"""Answers to a session that ended; SeaweedFS says `InvalidAccessKeyId` where AWS says `ExpiredToken`."""

RETRYABLE_CODES = frozenset(
    {
        "InternalError",
        "ServiceUnavailable",
        "SlowDown",
        "RequestTimeout",
        "Throttling",
        "ThrottlingException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "ConditionalRequestConflict",
        "OperationAborted",
        "IncompleteBody",
        "BadDigest",
        "429",
        "500",
        "502",
        "503",
        "504",
    }
)
"""Answers after which the same request may succeed."""

THROTTLING_CODES = frozenset(
    {"SlowDown", "ServiceUnavailable", "503", "Throttling", "ThrottlingException", "RequestLimitExceeded", "429"}
)
"""Answers that ask for fewer requests."""


CLOCK_OFF_CODE = "RequestTimeTooSkewed"
"""The answer to a signature whose time is too far from the storage's."""


def is_session_over(code: str, signed_with: Credentials | None) -> bool:
    """Tell whether an answer means that the session has ended, so that a new one may bring another.

    A refusal that comes after the session's end says nothing of what one may do: SeaweedFS answers `AccessDenied`
    where the session ends between its two looks at a request.
    """
    if code in SESSION_ENDED_CODES:
        return True
    ends = signed_with.expires_at if signed_with is not None else None
    return code in _REFUSED and ends is not None and datetime.now(UTC) >= ends - _CLOCKS_APART


_CLOCKS_APART = timedelta(seconds=5)
_ELSEWHERE = {"PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException", "301", "307"}
_MISSING = {"NoSuchKey", "NoSuchVersion", "404", "NotFound"}
_REFUSED = {"AccessDenied", "AllAccessDisabled", "AccountProblem", "403", "Forbidden", "MethodNotAllowed"}
# What an answer without a body, as to a HEAD, says of every refusal.
_BARE_REFUSALS = {"403", "Forbidden"}
_TRY_LATER = "Try again in a moment."


def answer_error(code: str, message: str, target: str) -> AppError:
    """Return what an error answer of the storage means.

    Args:
        code: the storage's error code, or the HTTP status where it gave none.
        message: the storage's own words; used only where we have none.
        target: the key or bucket that was asked for.
    """
    if code in SESSION_ENDED_CODES:
        return SignInError("session-ended", "The session has ended", "Sign in again.", target)
    if code in _ELSEWHERE or (code == "AuthorizationHeaderMalformed" and "region" in message):
        return ConfigurationError(
            "wrong-region", "The bucket is in another region", "Ask IT to check the settings.", target
        )
    if code in ("SignatureDoesNotMatch", "AuthorizationHeaderMalformed", "AuthFailure", "InvalidClientTokenId"):
        return SignInError("credentials-refused", "The storage doesn’t accept the credentials", message, target)
    if code == CLOCK_OFF_CODE:
        return clock_error(None, target)
    if code in ("NoSuchBucket", "InvalidBucketName"):
        return ConfigurationError(
            "no-such-bucket", "The storage has no such bucket", "Ask IT to check the settings.", target
        )
    if code == "NoSuchUpload":
        return MissingError("no-such-upload", "The upload was ended by someone else", _TRY_LATER, target)
    if code in _MISSING:
        return MissingError("gone", "The file isn’t in the storage any more", "Search again to see what is.", target)
    if code in _REFUSED:
        return RefusalError(
            "forbidden", "You don’t have access", "Your IT team decides who may do this with which files.", target
        )
    if code.startswith("KMS."):
        return RefusalError(
            "key-refused", "The key that encrypts this can’t be used", f"Tell your IT team: {code}.", target
        )
    if code in ("PreconditionFailed", "412"):
        return ConflictError(
            "changed-meanwhile", "Someone else changed it meanwhile", "Search again, then repeat.", target
        )
    if code in ("ConditionalRequestConflict", "OperationAborted"):
        return ConflictError("written-meanwhile", "Someone else is writing it at this moment", _TRY_LATER, target)
    if code in ("BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest", "XAmzContentChecksumMismatch"):
        return IntegrityError("damaged-on-the-way", "It was damaged on the way", _TRY_LATER, target)
    if code in ("KeyTooLongError", "KeyTooLong"):
        return InputError("key-too-long", "The name is too long for this storage", "Shorten it.", target)
    if code == "InvalidObjectState":
        return RefusalError("archived", "It is in the archive", "IT has to restore it first.", target)
    if code in ("EntityTooLarge", "EntityTooSmall", "InvalidTag", "InvalidRequest", "InvalidArgument"):
        return InputError("refused-by-storage", "The storage doesn’t take it", message, target)
    if code in THROTTLING_CODES:
        return OutageError("storage-busy", "The storage is busy", _TRY_LATER, target)
    if code in RETRYABLE_CODES or code[:1] == "5":
        return OutageError("storage-failed", "The storage had a problem", _TRY_LATER, target)
    return OutageError(
        "storage-answer", "The storage gave an answer Tagdrop doesn’t know", f"{code}: {message}", target
    )


# What the default chain raises where a profile names a sign-in, a program or a service that yields none.
_CREDENTIALS_NOT_HAD = (
    SSOError,
    TokenRetrievalError,
    NoAuthTokenError,
    CredentialRetrievalError,
    MetadataRetrievalError,
    RefreshWithMFAUnsupportedError,
)


def boto_error(error: Exception, target: str) -> AppError:
    """Return what an error raised by boto3 means; an `AppError` is handed through."""
    if isinstance(error, AppError):
        return error.about(target)
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        code = str(details.get("Code", ""))
        answered = answered_at(error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}))
        if code == CLOCK_OFF_CODE or (code in _BARE_REFUSALS and is_off(answered)):
            return clock_error(answered, target)
        return answer_error(code, str(details.get("Message", "")), target)
    if isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound):
        return SignInError(
            "no-credentials",
            "There are no AWS credentials",
            "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            target,
        )
    if isinstance(error, _CREDENTIALS_NOT_HAD):
        return SignInError("credentials-not-had", "The AWS credentials can’t be had", str(error), target)
    if isinstance(error, SSLError):
        return _untrusted(target)
    if isinstance(error, BotoConnectionError | HTTPClientError | ProxyConnectionError):
        return no_connection(target)
    if isinstance(error, BotoCoreError):
        return ConfigurationError("aws-settings", "The AWS settings can’t be used", str(error), target)
    return BugError("unexpected", "Something unexpected happened", type(error).__name__, target)


def sts_error(error: Exception, email: str) -> AppError:
    """Return what an error of AssumeRoleWithWebIdentity means (STS API Reference, "Errors").

    Args:
        error: as raised by boto3.
        email: of the account whose token was presented.
    """
    code = str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""
    if code in ("AccessDenied", "AccessDeniedException", "403"):
        return RefusalError(
            "role-refused",
            "This account isn’t let in",
            "You are signed in, but the storage refuses this account. Your IT team decides who comes in.",
            email,
        )
    if code.startswith(("ExpiredToken", "InvalidIdentityToken", "IDPRejectedClaim")):
        return SignInError(
            "token-refused",
            "The storage doesn’t accept this sign-in",
            "Check date and time of this computer and sign in again; if that doesn’t help, tell your IT team.",
            email,
        )
    if code.startswith("IDPCommunicationError"):
        return OutageError("sts-failed", "The storage can’t check sign-ins at the moment", _TRY_LATER, email)
    return boto_error(error, "")


def admin_error(error: Exception, target: str) -> AppError:
    """Return what an error means that IT meets while setting things up: AWS's own words name what is missing.

    Args:
        error: as raised by boto3.
        target: the bucket, role or stack.
    """
    details = error.response.get("Error", {}) if isinstance(error, ClientError) else {}
    code, message = str(details.get("Code", "")), str(details.get("Message", ""))
    if code in ("NotImplemented", "501", "InvalidAction"):
        return RefusalError("not-supported", "The server can’t do that", message, target)
    if code in _REFUSED or code in ("AccessDeniedException", "UnauthorizedOperation"):
        return RefusalError(
            "not-allowed", "Your credentials don’t allow it", f"The answer was: {message or code}", target
        )
    if code in _TAKEN:
        return ConflictError("name-taken", "The name is in use already", "Choose another one.", target)
    if code in _UNFIT:
        return InputError("refused-by-server", "The server doesn’t take it", f"{code}: {message}", target)
    return boto_error(error, target)


def stack_error(reasons: Mapping[str, str], status: str, stack: str) -> AppError:
    """Return what it means that a stack failed.

    Args:
        reasons: why, by logical id, as its events tell.
        status: in which it ended.
        stack: its name.
    """
    sentences = [f"{part}: {reason.strip().rstrip('.')}." for part, reason in reasons.items()]
    is_undone = status in ("DELETE_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    end = "Everything is as it was before." if is_undone else f"It ended in {status}; look at it in AWS’s console."
    detail = " ".join([*sentences, end])
    if any("not authorized" in reason or "AccessDenied" in reason for reason in reasons.values()):
        return RefusalError("not-allowed", "Your credentials don’t allow it", detail, stack)
    if any("already exists" in reason for reason in reasons.values()):
        return ConflictError("name-taken", "One of the names is in use already", detail, stack)
    return OutageError("stack-failed", "The stack couldn’t be set up", detail, stack)


_TAKEN = {"BucketAlreadyExists", "EntityAlreadyExists", "AlreadyExistsException"}
_UNFIT = {
    "IllegalLocationConstraintException",
    "InsufficientCapabilitiesException",
    "InvalidBucketAclWithObjectOwnership",
    "InvalidBucketName",
    "LimitExceeded",
    "LimitExceededException",
    "MalformedPolicy",
    "MalformedPolicyDocument",
    "MalformedXML",
    "TooManyBuckets",
    "ValidationError",
}


# What awscrt calls a certificate that doesn't hold; its other AWS_IO_TLS_ errors are connections that broke.
_UNTRUSTED = {
    f"AWS_IO_TLS_{name}"
    for name in (
        "BAD_CERTIFICATE",
        "BAD_PEER_CERTIFICATE",
        "CERTIFICATE_EXPIRED",
        "CERTIFICATE_NOT_YET_VALID",
        "ERROR_DEFAULT_TRUST_STORE_NOT_FOUND",
        "ERROR_NEGOTIATION_FAILURE",
        "HOST_NAME_MISMATCH",
        "INVALID_CERTIFICATE_CHAIN",
        "NO_ROOT_CERTIFICATE_FOUND",
        "PEER_CERTIFICATE_EXPIRED",
        "PEER_CERTIFICATE_REVOKED",
        "PEER_CERTIFICATE_UNKNOWN",
        "UNKNOWN_ROOT_CERTIFICATE",
    )
}


# awscrt gives a connection up over which nothing came or went for half a minute.
_STALLED = "AWS_ERROR_HTTP_CHANNEL_THROUGHPUT_FAILURE"


def unanswered_error(error: BaseException, target: str) -> AppError:
    """Return what an error of awscrt or urllib3 means that came instead of an answer of the storage."""
    if isinstance(error, HTTPError):
        return _urllib3_error(error, target)
    name = error.name if isinstance(error, AwsCrtError) else type(error).__name__
    if name in _UNTRUSTED:
        return _untrusted(target)
    if name == _STALLED:
        return _no_answer(target)
    if name.startswith(("AWS_IO_", "AWS_ERROR_HTTP", "AWS_ERROR_S3_CANCELED", "AWS_ERROR_S3_REQUEST_TIME")):
        return no_connection(target)
    if name.startswith("AWS_AUTH"):
        return SignInError("no-credentials", "There are no AWS credentials", "Sign in again.", target)
    return OutageError("transfer-failed", "The transfer failed", f"{name}. {_TRY_LATER}", target)


def _urllib3_error(error: HTTPError, target: str) -> AppError:
    if isinstance(error, UrllibSSLError) and isinstance(error.args[0], ssl.SSLCertVerificationError):
        return _untrusted(target)
    if isinstance(error, ReadTimeoutError):
        return _no_answer(target)
    return no_connection(target)


def _no_answer(target: str) -> OutageError:
    return OutageError("no-answer", "The storage doesn’t answer", "Check the network, then try again.", target)


def no_connection(target: str = "") -> OutageError:
    """Return the error that says the storage can't be reached."""
    return OutageError("no-connection", "No connection to the storage", "Check the network, then try again.", target)


# Answers that awscrt keeps to itself when it gives up: an error of its own comes, without status and body.
_SWALLOWED_ANSWERS = {
    "AWS_ERROR_S3_INTERNAL_ERROR": "InternalError",
    "AWS_ERROR_S3_SLOW_DOWN": "SlowDown",
    "AWS_ERROR_S3_REQUEST_TIME_TOO_SKEWED": CLOCK_OFF_CODE,
    "AWS_ERROR_S3_REQUEST_TIMEOUT": "RequestTimeout",
}


def answer_code(error: BaseException) -> tuple[str, str] | None:
    """Return code and message of an error answer, None where the storage gave no answer.

    The HTTP status stands in where the body says nothing.
    """
    if isinstance(error, S3ResponseError):
        code = body_code(error.body or b"") or (str(error.status_code), "")
        is_skewed = code[0] in _BARE_REFUSALS and is_off(answered_at(response_headers(error)))
        return (CLOCK_OFF_CODE, "") if is_skewed else code
    if isinstance(error, AwsCrtError) and error.name in _SWALLOWED_ANSWERS:
        return _SWALLOWED_ANSWERS[error.name], ""
    return None


def response_headers(error: S3ResponseError) -> dict[str, str]:
    """Return the headers of an error answer, names in lower case."""
    return {name.lower(): value for name, value in error.headers or ()}


_NAMESPACE = re.compile(rb'\sxmlns="[^"]*"')


def body_code(body: bytes) -> tuple[str, str] | None:
    """Return code and message where the body is an error document, also under status 200 (CopyObject)."""
    if b"<Error>" not in body:
        return None
    try:
        root = ElementTree.fromstring(_NAMESPACE.sub(b"", body))  # noqa: S314 -- the storage's own answer
    except ElementTree.ParseError:
        return None
    return (root.findtext("Code") or "", root.findtext("Message") or "") if root.tag == "Error" else None


def _untrusted(target: str) -> OutageError:
    return OutageError(
        "untrusted-connection",
        "The connection isn’t trusted",
        "Its certificate doesn’t come from an issuer this computer trusts. Ask IT about TLS inspection.",
        target,
    )
