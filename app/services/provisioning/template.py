"""The CloudFormation template, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from app.core.provisioning import Document, Finding, Role
from app.services.provisioning.buckets import AUDIT_ID, BucketPlan, Lifecycle, kms_keys, storage_keys
from app.services.provisioning.policies import (
    HOUR_SECONDS,
    LONGEST_SESSION_SECONDS,
    people_policy,
    publisher_policy,
    trust_policy,
)
from app.services.provisioning.request import People, ProvisionRequest

AUDITED_EVENTS = (
    "CompleteMultipartUpload",
    "CopyObject",
    "DeleteObject",
    "DeleteObjects",
    "GetObject",
    "PutObject",
    "PutObjectTagging",
    "SelectObjectContent",
    "UploadPartCopy",
)
"""Every way in which a file is read, written, copied, retagged or deleted.

GetObjectTagging is left out: one search makes as many of them as there are files.
"""

ROLE_ID = "Role"
"""The role's logical id."""

PUBLISHER_ID = "PublisherPolicy"
"""Logical id of the policy for whoever publishes the catalogue."""


def template(request: ProvisionRequest, plans: Sequence[BucketPlan], found: Sequence[Finding] = ()) -> Document:
    """Return the template that sets up what is missing.

    Args:
        request: what is set up.
        plans: of the buckets; those that were there before are named, not described.
        found: what they lack, to be read by whoever reads the template.
    """
    resources: dict[str, Any] = {}
    for plan in plans:
        resources.update(_bucket_resources(plan))
    if request.people is not None:
        resources[ROLE_ID] = _role_resource(people_role(request, request.people, kms_keys(plans)))
    if request.publisher:
        resources[PUBLISHER_ID] = _publisher_resource(request, storage_keys(plans))
    if request.audit_bucket:
        resources["AuditTrail"] = _trail_resource(request)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Buckets, role and policies for Tagdrop.",
        **_metadata(plans, found),
        "Resources": resources,
        **_outputs(request),
    }


def people_role(request: ProvisionRequest, people: People, keys: Iterable[str]) -> Role:
    """Return the role that people work under.

    Args:
        request: what is set up.
        people: who may sign in.
        keys: ARNs of the keys with which the buckets encrypt.
    """
    return Role(
        name=people.role_name,
        path=people.role_path,
        trust=trust_policy(people),
        permissions=people_policy(request, keys),
        max_session_seconds=LONGEST_SESSION_SECONDS if request.public_links else HOUR_SECONDS,
    )


def _metadata(plans: Sequence[BucketPlan], found: Sequence[Finding]) -> dict[str, Any]:
    adopted = [plan.name for plan in plans if plan.adopted]
    if not adopted:
        return {}
    sentences = [f"{finding.bucket}: {finding.text}. {finding.remedy}" for finding in found]
    return {"Metadata": {"Tagdrop": {"Adopted": adopted, "Open": sentences}}}


def _bucket_resources(plan: BucketPlan) -> dict[str, Any]:
    resources: dict[str, Any] = {}
    if plan.adopted is None:
        resources[plan.logical_id] = {
            "Type": "AWS::S3::Bucket",
            # A stack that is deleted leaves the files; one that fails at its first creation leaves nothing.
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
            "Properties": _bucket_properties(plan),
        }
    if plan.has_policy_in_template:
        bucket: Any = plan.name if plan.adopted else {"Ref": plan.logical_id}
        policy = {"Version": "2012-10-17", "Statement": list(plan.statements)}
        resources[policy_id(plan)] = {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": bucket, "PolicyDocument": policy},
        }
    return resources


def policy_id(plan: BucketPlan) -> str:
    """Return the logical id of a bucket's policy."""
    return f"{plan.logical_id}Policy"


def _bucket_properties(plan: BucketPlan) -> dict[str, Any]:
    switches = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    properties: dict[str, Any] = {
        "BucketName": plan.name,
        "PublicAccessBlockConfiguration": dict.fromkeys(switches, True),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [_encryption_rule(plan)]},
    }
    if plan.keeps_versions:
        properties["VersioningConfiguration"] = {"Status": "Enabled"}
    if plan.lifecycles:
        properties["LifecycleConfiguration"] = {"Rules": [_lifecycle_rule(rule) for rule in plan.lifecycles]}
    return properties


def _encryption_rule(plan: BucketPlan) -> dict[str, Any]:
    default = {"SSEAlgorithm": plan.encryption.algorithm}
    if not plan.encryption.key:
        return {"ServerSideEncryptionByDefault": default}
    default["KMSMasterKeyID"] = plan.encryption.key
    return {"ServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}


def _lifecycle_rule(lifecycle: Lifecycle) -> dict[str, Any]:
    rule: dict[str, Any] = {"Id": lifecycle.rule_id, "Status": "Enabled"}
    if lifecycle.prefix:
        rule["Prefix"] = lifecycle.prefix
    if lifecycle.unfinished_days:
        rule["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": lifecycle.unfinished_days}
    if lifecycle.file_days:
        rule["ExpirationInDays"] = lifecycle.file_days
    if lifecycle.old_version_days:
        rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": lifecycle.old_version_days}
        rule["ExpiredObjectDeleteMarker"] = True
    return rule


def _role_resource(role: Role) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": role.name,
            "Path": role.path,
            "MaxSessionDuration": role.max_session_seconds,
            "AssumeRolePolicyDocument": role.trust,
            "Policies": [{"PolicyName": "tagdrop", "PolicyDocument": role.permissions}],
        },
    }


def _publisher_resource(request: ProvisionRequest, keys: Iterable[str]) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "ManagedPolicyName": request.publisher_name,
            "Description": "Publishes the catalogue of Tagdrop.",
            "PolicyDocument": publisher_policy(request, keys),
        },
    }


def _trail_resource(request: ProvisionRequest) -> dict[str, Any]:
    buckets = [f"{request.bucket_arn(name)}/" for name in (request.storage_bucket, request.staging_bucket)]
    selected = (
        ("eventCategory", "Equals", ["Data"]),
        ("resources.type", "Equals", ["AWS::S3::Object"]),
        ("eventName", "Equals", list(AUDITED_EVENTS)),
        ("resources.ARN", "StartsWith", buckets),
    )
    fields = [{"Field": field, operator: values} for field, operator, values in selected]
    return {
        "Type": "AWS::CloudTrail::Trail",
        "DependsOn": [f"{AUDIT_ID}Policy"],
        "Properties": {
            "TrailName": request.stack,
            "S3BucketName": {"Ref": AUDIT_ID},
            "IsLogging": True,
            "IsMultiRegionTrail": False,
            "IncludeGlobalServiceEvents": False,
            "EnableLogFileValidation": True,
            "AdvancedEventSelectors": [{"Name": "Files read, written, copied and deleted", "FieldSelectors": fields}],
        },
    }


def _outputs(request: ProvisionRequest) -> dict[str, Any]:
    outputs: dict[str, Any] = {}
    if request.people is not None:
        outputs["RoleArn"] = {"Value": {"Fn::GetAtt": [ROLE_ID, "Arn"]}}
    if request.publisher:
        outputs["PublisherPolicyArn"] = {"Value": {"Ref": PUBLISHER_ID}}
    return {"Outputs": outputs} if outputs else {}
