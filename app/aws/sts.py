"""Buying AWS credentials with an ID token (STS API Reference, AssumeRoleWithWebIdentity)."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.aws.errors import sts_error
from app.core.identity import Credentials, IdToken

_LONGEST_SESSION_NAME = 64
_NOT_IN_SESSION_NAMES = re.compile(r"[^\w+=,.@-]", re.ASCII)

_SHORTEST_SECONDS, _LONGEST_SECONDS = 900, 12 * 3600  # STS API Reference, AssumeRoleWithWebIdentity, DurationSeconds
_SHORTER_HOURS = (8, 6, 4, 3, 2, 1)


class _TooLongError(Exception):
    """The role allows no session of that length."""


class WebIdentityRole:
    """The role that signed-in people work under: a `RoleAssumer`.

    Args:
        role_arn: of the role.
        region: AWS region for STS.
        endpoint_url: where STS answers; empty for AWS's own of the region.
    """

    def __init__(self, role_arn: str, region: str, endpoint_url: str) -> None:
        self._role_arn = role_arn
        self._client = boto3.client(
            "sts",
            region_name=region,
            endpoint_url=endpoint_url or None,
            # The token is the proof. Without these two, keys would be looked for, on the network too.
            aws_access_key_id="unsigned",
            aws_secret_access_key="unsigned",  # noqa: S106 -- no secret
            config=Config(
                signature_version=UNSIGNED, connect_timeout=10, read_timeout=20, retries={"mode": "standard"}
            ),
        )

    def assume(self, token: IdToken) -> Credentials:
        """Return the credentials of a new session, as long as the role's default (an hour on AWS).

        Raises:
            AppError: see `RoleAssumer.assume`.
        """
        return self._assume(token, None)

    def assume_longest(self, token: IdToken, seconds: int) -> Credentials:
        """Return the credentials of a session that lasts as long, or as near to it as the role allows.

        The role's maximum can't be asked for without more rights, so shorter lengths are tried one after the other.

        Raises:
            AppError: see `RoleAssumer.assume`.
        """
        wanted = min(max(seconds, _SHORTEST_SECONDS), _LONGEST_SECONDS)
        for length in (wanted, *(hours * 3600 for hours in _SHORTER_HOURS if hours * 3600 < wanted)):
            with contextlib.suppress(_TooLongError):
                return self._assume(token, length)
        return self._assume(token, None)

    def _assume(self, token: IdToken, seconds: int | None) -> Credentials:
        email = token.account.email
        duration: Any = {} if seconds is None else {"DurationSeconds": seconds}
        try:
            answer = self._client.assume_role_with_web_identity(
                RoleArn=self._role_arn, RoleSessionName=session_name(email), WebIdentityToken=token.text, **duration
            )
        except (BotoCoreError, ClientError) as error:
            if duration and _is_too_long(error):
                raise _TooLongError from None
            # Not chained: the SDK's error may hold the request, and that holds the token.
            raise sts_error(error, email) from None
        found = answer["Credentials"]
        return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], found["Expiration"])


def _is_too_long(error: Exception) -> bool:
    details = error.response.get("Error", {}) if isinstance(error, ClientError) else {}
    # AWS says ValidationError, SeaweedFS InvalidParameterValue; both name the parameter.
    return "DurationSeconds" in details.get("Message", "")


def session_name(email: str) -> str:
    """Return the session's name, by which CloudTrail names the person: the email address as far as a name may hold it.

    2 to 64 of letters, digits and `_+=,.@-` (STS API Reference, RoleSessionName).
    """
    return _NOT_IN_SESSION_NAMES.sub("-", email)[:_LONGEST_SESSION_NAME].ljust(2, "-")
