"""How a bucket is set up: read as it was set, and nothing taken for nothing that couldn't be read."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from app.aws.bucket_setup import BucketSetup
from app.core.errors import OutageError, RefusalError
from app.core.provisioning import BucketState, Encryption, Guard

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def _client():
    return boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def setup():
    with mock_aws():
        yield BucketSetup(_client(), is_aws=True)


def test_a_bucket_that_is_not_there_is_none(setup):
    assert setup.read("files") is None


def test_a_bare_bucket_has_nothing_set(setup):
    setup.create("files")
    state = setup.read("files")
    assert state == BucketState(encryption=state.encryption)
    assert state.unreadable == {}


def test_what_is_set_is_read_again(setup):
    setup.create("files")
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::files"}]}  # fmt: skip
    setup.block_public_access("files")
    setup.enforce_ownership("files")
    setup.encrypt("files", Encryption("aws:kms", KEY))
    setup.keep_versions("files")
    setup.set_lifecycle("files", [rule])
    setup.set_policy("files", policy)
    assert setup.read("files") == BucketState(
        blocks_public_access=True,
        ownership="BucketOwnerEnforced",
        encryption=Encryption("aws:kms", KEY),
        versioning="Enabled",
        lifecycle=(rule,),
        policy=policy,
    )


def test_files_of_others_are_told_from_temporary_copies(setup):
    setup.create("staging")
    client = _client()
    client.put_object(Bucket="staging", Key="1001/20260101T000000Z-0123abcd/files/a", Body=b"")
    assert not setup.holds_other_files("staging")
    client.put_object(Bucket="staging", Key="notes.txt", Body=b"")
    assert setup.holds_other_files("staging")


def test_a_bucket_of_somebody_else_is_said():
    client = _client()
    with Stubber(client) as stub:
        stub.add_client_error("head_bucket", "403", "Forbidden", 403)
        with pytest.raises(RefusalError, match="This bucket is somebody else’s"):
            BucketSetup(client, is_aws=True).read("files")


def test_what_may_not_be_read_is_not_taken_for_not_set():
    client = _client()
    with Stubber(client) as stub:
        stub.add_response("head_bucket", {})
        stub.add_client_error("get_public_access_block", "AccessDenied", "s3:GetBucketPublicAccessBlock")
        stub.add_client_error("get_bucket_ownership_controls", "OwnershipControlsNotFoundError")
        stub.add_response(
            "get_bucket_encryption",
            {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}},
        )  # fmt: skip
        stub.add_response("get_bucket_versioning", {})
        stub.add_client_error("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration")
        stub.add_client_error("get_bucket_policy", "AccessDenied", "s3:GetBucketPolicy")
        state = BucketSetup(client, is_aws=False).read("files")
    assert set(state.unreadable) == {Guard.PUBLIC_ACCESS, Guard.POLICY}
    assert "s3:GetBucketPolicy" in state.unreadable[Guard.POLICY].detail


def test_a_storage_that_fails_while_it_is_read_is_no_answer():
    client = _client()
    with Stubber(client) as stub:
        stub.add_response("head_bucket", {})
        stub.add_client_error("get_public_access_block", "InternalError", "", 500)
        with pytest.raises(OutageError):
            BucketSetup(client, is_aws=False).read("files")
