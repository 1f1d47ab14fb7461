"""One holder of credentials for boto3 and awscrt, and the AWS default chain as their source."""

from __future__ import annotations

import hashlib
import threading

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials as BotoCredentials, ReadOnlyCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError as BotoConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)
from botocore.parsers import ResponseParserError

from app.aws.errors import THROTTLING_CODES, boto_error
from app.core.errors import SignInError
from app.core.identity import Credentials, Identity

_STS_TRIES = 3
_PASSING_STATUS = (500, 502, 503, 504)


class CredentialsHolder:
    """Holds the credentials that every request is signed with; reading it never waits for anybody."""

    def __init__(self, credentials: Credentials | None = None) -> None:
        """Args: `credentials` may come later, before the first request."""
        self._lock = threading.Lock()
        self._credentials = credentials

    @property
    def current(self) -> Credentials:
        """The credentials to sign the next request with."""
        with self._lock:
            if self._credentials is None:
                raise RuntimeError("no credentials have been put into the holder yet")
            return self._credentials

    def replace(self, credentials: Credentials) -> None:
        """Sign with other credentials from now on."""
        with self._lock:
            self._credentials = credentials

    def load_credentials(self) -> BotoCredentials:
        """Return credentials for botocore that read the holder (its component `credential_provider`)."""
        return _HeldCredentials(self)


class _HeldCredentials(BotoCredentials):
    def __init__(self, holder: CredentialsHolder) -> None:
        super().__init__("", "")
        self._holder = holder

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        now = self._holder.current
        return ReadOnlyCredentials(now.access_key_id, now.secret_access_key, now.session_token)


class DefaultChain:
    """An `IdentitySource` that takes what AWS's tools take: environment, profile, SSO, container, instance.

    Args:
        region: AWS region for STS.
        sts_endpoint_url: where STS answers; empty for AWS's own.
    """

    def __init__(self, region: str, sts_endpoint_url: str) -> None:
        self._session = botocore.session.get_session()
        self._region = region
        self._sts_endpoint_url = sts_endpoint_url

    def credentials(self) -> Credentials:
        """Return the chain's credentials, which it renews itself where it can.

        Raises:
            SignInError: `no-credentials`, or the chain couldn't renew them.
        """
        try:
            found = self._session.get_credentials()
            frozen = found.get_frozen_credentials() if found else None
        except (BotoCoreError, ClientError) as error:
            raise boto_error(error, "") from error
        if frozen is None or not frozen.access_key or not frozen.secret_key:
            raise SignInError(
                "no-credentials",
                "There are no AWS credentials",
                "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            )
        expires_at = getattr(found, "_expiry_time", None)
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token, expires_at)

    def long_credentials(self, seconds: int) -> Credentials:
        """Return the chain's credentials: it has no others, however long they are to live.

        Raises:
            SignInError: as `credentials`.
        """
        return self.credentials()

    def identity(self) -> Identity:
        """Return the caller's identity; where there is no STS to say it, one made of the access key's id.

        Raises:
            SignInError: as `credentials`.
            OutageError: STS is there, but doesn't answer now. Another identity in its place would hide from
                somebody what is their own.
        """
        credentials = self.credentials()
        arn = self._caller_arn(credentials)
        if arn is None:
            return Identity(_short_hash(credentials.access_key_id), credentials.access_key_id)
        return Identity(_short_hash(without_session_name(arn)), arn.rpartition(":")[2])

    def _caller_arn(self, credentials: Credentials) -> str | None:
        client = boto3.client(
            "sts",
            region_name=self._region,
            endpoint_url=self._sts_endpoint_url or None,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
            config=Config(
                connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": _STS_TRIES}
            ),
        )
        try:
            return str(client.get_caller_identity()["Arn"])
        except (BotoCoreError, ClientError, ResponseParserError, KeyError) as error:
            if self._is_passing(error):
                raise boto_error(error, "") from error
            return None
        finally:
            client.close()

    def _is_passing(self, error: Exception) -> bool:
        """Tell whether STS would answer another time; a server may have none, and a network may keep AWS's own off."""
        if isinstance(error, ClientError):
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            code = error.response.get("Error", {}).get("Code", "")
            return code in THROTTLING_CODES or status in _PASSING_STATUS
        if isinstance(error, EndpointConnectionError | ConnectTimeoutError):
            return bool(self._sts_endpoint_url)
        return isinstance(error, BotoConnectionError | HTTPClientError)


def without_session_name(arn: str) -> str:
    """Return the ARN of a role's session without the name that is new with each session.

    `arn:aws:sts::1:assumed-role/ROLE/SESSION` is the only kind that has one (IAM User Guide, "IAM identifiers").
    """
    return arn.rpartition("/")[0] if ":assumed-role/" in arn else arn


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
