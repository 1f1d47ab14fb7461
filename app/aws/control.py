"""The few requests that go through boto3: multipart control, deletions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from app.aws.credentials import CredentialsHolder
from app.aws.errors import boto_error, is_session_over
from app.core.job import CancelToken
from app.core.ports.session import Renewal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")


class Control:
    """boto3's client under credentials that are kept good; its errors become ours.

    Args:
        client: boto3's.
        holder: whose credentials sign.
        renewal: keeps them good.
    """

    def __init__(self, client: S3Client, holder: CredentialsHolder, renewal: Renewal) -> None:
        self._client = client
        self._holder = holder
        self._renewal = renewal

    def call(self, target: str, request: Callable[[S3Client], T], cancel: CancelToken | None = None) -> T:
        """Return what `request` gets from the client; once more where the session had ended.

        Args:
            target: the key or bucket that is asked for.
            request: calls one method of the client.
            cancel: ends the wait for another session, or for the end of a pause; the request itself isn’t cut off.

        Raises:
            AppError: what boto3 raises, said of `target`.
            CancelledError: when cancelled while there is no session, or while it is paused.
        """
        patience = cancel or CancelToken()
        if patience.pace.is_paused:
            patience.wait_while_paused()
        self._renewal.ensure(patience)
        signed_with = self._holder.current
        try:
            return request(self._client)
        except (BotoCoreError, ClientError) as error:
            code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
            if not is_session_over(code, signed_with):
                raise boto_error(error, target) from error
        self._renewal.renew(signed_with, patience)
        try:
            return request(self._client)
        except (BotoCoreError, ClientError) as error:
            raise boto_error(error, target) from error
