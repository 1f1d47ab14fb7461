"""Roles, set through IAM's own requests."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from app.aws.roles import Roles
from app.core.errors import InputError
from app.core.provisioning import PartStatus, Role
from app.services.provisioning.template import people_role
from tests.services.provisioning.variants import PEOPLE, VARIANTS


@pytest.fixture
def iam():
    with mock_aws():
        yield boto3.client("iam", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")


def _role(variant="plain"):
    return people_role(VARIANTS[variant], PEOPLE, ())


def test_a_role_is_created_as_asked(iam):
    role = _role()
    assert Roles(iam).put(role) is PartStatus.CREATED
    found = iam.get_role(RoleName="tagdrop")["Role"]
    assert found["AssumeRolePolicyDocument"] == role.trust
    assert found["MaxSessionDuration"] == 3600
    assert iam.get_role_policy(RoleName="tagdrop", PolicyName="tagdrop")["PolicyDocument"] == role.permissions


def test_a_role_that_is_there_is_brought_to_what_is_asked(iam):
    Roles(iam).put(_role("public links"))
    role = _role("no delete")
    assert Roles(iam).put(role) is PartStatus.UPDATED
    assert iam.get_role(RoleName="tagdrop")["Role"]["MaxSessionDuration"] == 3600
    assert iam.get_role_policy(RoleName="tagdrop", PolicyName="tagdrop")["PolicyDocument"] == role.permissions


def test_a_role_that_iam_does_not_take_is_said(iam):
    with pytest.raises(InputError, match="The server doesn’t take it"):
        Roles(iam).put(Role("tagdrop", "/", {"Version": "2012-10-17"}, {"Statement": "none"}, 3600))
