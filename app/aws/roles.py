"""IAM roles, set through IAM's own requests where there is no CloudFormation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from app.aws.errors import admin_error
from app.core.provisioning import PartStatus, Role

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_POLICY_NAME = "tagdrop"


class Roles:
    """A `RoleKeeper`.

    Args:
        client: boto3's.
    """

    def __init__(self, client: IAMClient) -> None:
        self._client = client

    def put(self, role: Role) -> PartStatus:
        """Create the role or bring it to what is asked for (CreateRole, UpdateRole, PutRolePolicy)."""
        try:
            status = self._create(role)
            self._client.put_role_policy(
                RoleName=role.name, PolicyName=_POLICY_NAME, PolicyDocument=json.dumps(role.permissions)
            )
        except (BotoCoreError, ClientError) as error:
            raise admin_error(error, role.name) from error
        return status

    def _create(self, role: Role) -> PartStatus:
        trust = json.dumps(role.trust)
        try:
            self._client.create_role(
                RoleName=role.name,
                Path=role.path,
                AssumeRolePolicyDocument=trust,
                MaxSessionDuration=role.max_session_seconds,
            )
        except self._client.exceptions.EntityAlreadyExistsException:
            self._client.update_assume_role_policy(RoleName=role.name, PolicyDocument=trust)
            self._client.update_role(RoleName=role.name, MaxSessionDuration=role.max_session_seconds)
            return PartStatus.UPDATED
        return PartStatus.CREATED
