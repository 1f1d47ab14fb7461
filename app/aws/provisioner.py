"""From region and addresses to an account that can be set up, under the credentials of AWS's default chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.aws.bucket_setup import BucketSetup
from app.aws.cloudformation import Stacks
from app.aws.errors import admin_error
from app.aws.roles import Roles

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


class Account:
    """A `Provisioner`.

    Attributes:
        buckets: its buckets.
        roles: its roles.
        stacks: its stacks; None where it has no CloudFormation.
        uses_tls: whether it is reached by https.
    """

    def __init__(
        self, buckets: BucketSetup, roles: Roles, stacks: Stacks | None, sts: STSClient, uses_tls: bool
    ) -> None:
        self.buckets = buckets
        self.roles = roles
        self.stacks = stacks
        self.uses_tls = uses_tls
        self._sts = sts

    def account_id(self) -> str:
        """Return the account's id (GetCallerIdentity)."""
        try:
            return self._sts.get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise admin_error(error, "") from error


def open_account(region: str, endpoint_url: str, sts_endpoint_url: str) -> Account:
    """Return the account that the credentials belong to.

    Args:
        region: AWS region.
        endpoint_url: of an S3-compatible server; empty for AWS.
        sts_endpoint_url: of its STS; empty for AWS's own of the region.

    Raises:
        AppError: the server can't be reached, or there are no credentials.
    """
    config = Config(
        connect_timeout=10,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 5},
        s3={"addressing_style": "path" if endpoint_url else "auto"},
    )
    try:
        session = boto3.Session(region_name=region)
        address = endpoint_url or None
        stacks = Stacks(session.client("cloudformation", endpoint_url=address, config=config))
        buckets = BucketSetup(session.client("s3", endpoint_url=address, config=config), is_aws=not endpoint_url)
        roles = Roles(session.client("iam", endpoint_url=address, config=config))
        sts = session.client("sts", endpoint_url=sts_endpoint_url or None, config=config)
    except BotoCoreError as error:
        raise admin_error(error, "") from error
    uses_tls = not endpoint_url.startswith("http://")
    # The template refuses requests without TLS, and would lock out whoever has no other way in.
    has_stacks = not endpoint_url or (uses_tls and stacks.is_there())
    return Account(buckets, roles, stacks if has_stacks else None, sts, uses_tls)
