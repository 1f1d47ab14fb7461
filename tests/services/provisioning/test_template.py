"""The template: right for CloudFormation in every variant, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cfnlint.api import lint

from app.core.provisioning import BucketState, Encryption
from app.services.provisioning.buckets import adopted, planned_buckets
from app.services.provisioning.template import template
from tests.services.provisioning.evaluator import Request, is_allowed
from tests.services.provisioning.variants import KEY, PLAIN, VARIANTS


def _template(request):
    return template(request, planned_buckets(request))


def _properties(variant, logical_id):
    return _template(VARIANTS[variant])["Resources"][logical_id]["Properties"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_cfn_lint_finds_nothing(variant):
    request = VARIANTS[variant]
    assert lint(json.dumps(_template(request)), regions=[request.region]) == []


def test_cfn_lint_finds_nothing_where_buckets_are_adopted():
    request = VARIANTS["everything"]
    plans = tuple(adopted(plan, BucketState(), request, owns_policy=False) for plan in planned_buckets(request)[:2])
    text = json.dumps(template(request, (*plans, planned_buckets(request)[2])))
    assert lint(text, regions=[request.region]) == []


def test_cfn_lint_would_find_a_mistake():
    broken = json.dumps(_template(PLAIN)).replace("BucketEncryption", "BucketEncryptoin")
    assert [match.rule.id for match in lint(broken, regions=["eu-central-1"])] != []


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_never_says_for_all_values_and_never_deletes_versions(variant):
    text = json.dumps(_template(VARIANTS[variant]))
    assert "ForAllValues" not in text
    assert "DeleteObjectVersion" not in text
    assert text == json.dumps(_template(VARIANTS[variant]))


@pytest.mark.parametrize("logical_id", ["StorageBucket", "StagingBucket", "AuditBucket"])
def test_every_bucket_is_closed_and_encrypted_and_outlives_its_stack(logical_id):
    resources = _template(VARIANTS["audit"])["Resources"]
    properties = resources[logical_id]["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (tls, *_) = resources[f"{logical_id}Policy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert resources[logical_id]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resources[logical_id]["UpdateReplacePolicy"] == "Retain"


def test_files_keep_old_versions_for_a_time_and_unfinished_uploads_for_a_week():
    properties = _properties("plain", "StorageBucket")
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = properties["LifecycleConfiguration"]["Rules"]
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert "ExpirationInDays" not in rule
    rule, _ = _properties("everything", "StorageBucket")["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    (rule,) = _properties("versions for ever", "StorageBucket")["LifecycleConfiguration"]["Rules"]
    assert "NoncurrentVersionExpiration" not in rule


def test_temporary_copies_end_after_a_day_and_leave_no_version():
    properties = _properties("plain", "StagingBucket")
    (rule,) = properties["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 1)
    assert "VersioningConfiguration" not in properties


def test_an_own_key_encrypts_both_buckets():
    for logical_id in ("StorageBucket", "StagingBucket"):
        (rule,) = _properties("own key", logical_id)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}


@pytest.mark.parametrize(("variant", "seconds"), [("plain", 3600), ("public links", 12 * 3600)])
def test_sessions_are_longer_only_for_public_links(variant, seconds):
    assert _properties(variant, "Role")["MaxSessionDuration"] == seconds


def test_without_sign_in_there_is_no_role():
    assert not any(
        part["Type"].startswith("AWS::IAM") for part in _template(VARIANTS["without sign-in"])["Resources"].values()
    )


def test_the_role_is_called_as_asked():
    role = _properties("role with a path", "Role")
    assert (role["RoleName"], role["Path"]) == ("tagdrop", "/office/")
    assert VARIANTS["role with a path"].role_arn("123456789012") == "arn:aws:iam::123456789012:role/office/tagdrop"


def test_arns_are_those_of_the_partition():
    text = json.dumps(_template(VARIANTS["other partition"]))
    assert "arn:aws-us-gov:s3:::example-files/*" in text
    assert "arn:aws:" not in text


def test_the_trail_takes_down_what_happens_to_files_but_not_what_a_search_reads():
    (selector,) = _properties("audit", "AuditTrail")["AdvancedEventSelectors"]
    fields = {field["Field"]: field for field in selector["FieldSelectors"]}
    events = set(fields["eventName"]["Equals"])
    assert {"GetObject", "PutObject", "CompleteMultipartUpload", "CopyObject", "UploadPartCopy"} <= events
    assert {"DeleteObject", "DeleteObjects", "PutObjectTagging"} <= events
    assert events.isdisjoint({"GetObjectTagging", "HeadObject", "ListObjects"})
    assert fields["resources.ARN"]["StartsWith"] == ["arn:aws:s3:::example-files/", "arn:aws:s3:::example-staging/"]
    assert fields["eventCategory"]["Equals"] == ["Data"]
    assert "AuditTrail" not in _template(PLAIN)["Resources"]


def _filled(text):
    return text.replace("${AWS::AccountId}", "123456789012") if isinstance(text, str) else text


def _without_functions(value):
    if isinstance(value, dict) and set(value) == {"Fn::Sub"}:
        return _filled(value["Fn::Sub"])
    if isinstance(value, dict):
        return {key: _without_functions(item) for key, item in value.items()}
    return [_without_functions(item) for item in value] if isinstance(value, list) else value


def test_only_this_trail_writes_to_the_audit_bucket():
    policy = _without_functions(_properties("audit", "AuditBucketPolicy")["PolicyDocument"])
    trail = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/tagdrop"
    service = {"Service": "cloudtrail.amazonaws.com"}
    context = {"aws:SourceArn": trail, "s3:x-amz-acl": "bucket-owner-full-control", "aws:SecureTransport": "true"}
    write = Request(
        "s3:PutObject", "arn:aws:s3:::example-files-audit/AWSLogs/123456789012/CloudTrail/x.gz", context, service
    )
    look = Request("s3:GetBucketAcl", "arn:aws:s3:::example-files-audit", context, service)
    assert is_allowed(write, policy)
    assert is_allowed(look, policy)
    for wrong in (
        replace(write, context={**context, "aws:SourceArn": trail.replace("1234", "9999")}),
        replace(write, context={**context, "aws:SecureTransport": "false"}),
        replace(write, principal={"AWS": "123456789012"}),
        replace(write, resource="arn:aws:s3:::example-files-audit/AWSLogs/999999999999/x.gz"),
        replace(write, action="s3:GetObject"),
        replace(write, action="s3:DeleteObject"),
    ):
        assert not is_allowed(wrong, policy)


def test_an_adopted_bucket_is_named_but_not_described():
    plans = planned_buckets(PLAIN)
    found = BucketState(encryption=Encryption("aws:kms", KEY), policy={"Version": "2012-10-17", "Statement": []})
    made = template(PLAIN, (adopted(plans[0], found, PLAIN, owns_policy=False), plans[1]))
    assert made["Metadata"]["Tagdrop"]["Adopted"] == ["example-files"]
    # CloudFormation can't set a policy where there is one, nor anything else of a bucket that isn't the stack's.
    assert not {"StorageBucket", "StorageBucketPolicy"} & set(made["Resources"])
    assert {"StagingBucket", "StagingBucketPolicy", "Role"} <= set(made["Resources"])
    (policy,) = made["Resources"]["Role"]["Properties"]["Policies"]
    assert any(statement["Resource"] == KEY for statement in policy["PolicyDocument"]["Statement"])


def test_an_adopted_bucket_without_a_policy_gets_one():
    plans = planned_buckets(PLAIN)
    made = template(PLAIN, (adopted(plans[0], BucketState(), PLAIN, owns_policy=False), plans[1]))
    assert made["Resources"]["StorageBucketPolicy"]["Properties"]["Bucket"] == "example-files"
