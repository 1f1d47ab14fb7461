"""The policies: who may work under the role, what they may do, and what the buckets refuse to everybody."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.keys import CATALOG_PREFIX, RESERVED_PREFIX
from app.core.provisioning import Document
from app.services.provisioning.request import People, ProvisionRequest

TLS_SID = "TagdropTlsOnly"
"""Names our statement in a bucket policy that holds others' too."""

HOUR_SECONDS = 3600
LONGEST_SESSION_SECONDS = 12 * HOUR_SECONDS
"""A public link dies with the session that signed it, so its role allows what IAM allows at most."""

_SUBJECT = "${accounts.google.com:sub}"
_READ = ("s3:GetObject", "s3:GetObjectTagging")
_WRITE = ("s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")


def trust_policy(people: People) -> Document:
    """Return who may work under the role: accounts of the domains, signed in through the organisation's own client.

    Both conditions are plain `StringEquals`: a token without `hd` doesn't match (IAM User Guide, "Available keys for
    AWS OIDC federation"). `ForAllValues` would be true for it.
    """
    conditions = {"accounts.google.com:aud": people.client_id, "accounts.google.com:hd": _one_or_list(people.domains)}
    return _document(
        {
            "Sid": "OrganisationAccounts",
            "Effect": "Allow",
            "Principal": {"Federated": "accounts.google.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": conditions},
        }
    )


def people_policy(request: ProvisionRequest, kms_keys: Iterable[str]) -> Document:
    """Return what people may do, and nothing more.

    Args:
        request: what is set up.
        kms_keys: ARNs of the keys with which the buckets encrypt.
    """
    return _document(*_storage_statements(request), *_staging_statements(request), *_key_statements(request, kms_keys))


def publisher_policy(request: ProvisionRequest, kms_keys: Iterable[str]) -> Document:
    """Return what whoever publishes the catalogue may do, and nothing more.

    Args:
        request: what is set up.
        kms_keys: ARNs of the keys with which the storage bucket encrypts.
    """
    arn = request.bucket_arn(request.storage_bucket)
    write = ("s3:PutObject", "s3:PutObjectTagging", "s3:DeleteObject", "s3:AbortMultipartUpload")
    return _document(
        _statement("ListFiles", "Allow", ("s3:ListBucket",), arn),
        _statement("Files", "Allow", _READ, f"{arn}/*"),
        _statement("Catalogue", "Allow", write, f"{arn}/{CATALOG_PREFIX}*"),
        *_key_statements(request, kms_keys),
    )


def tls_statement(request: ProvisionRequest, bucket: str) -> Document:
    """Return the statement of a bucket policy that refuses whatever doesn't come by TLS."""
    arn = request.bucket_arn(bucket)
    return {
        "Sid": TLS_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def trail_statements(request: ProvisionRequest) -> tuple[Document, ...]:
    """Return the statements by which CloudTrail may write to the audit bucket, for this one trail.

    Source: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail".
    """
    arn = request.bucket_arn(request.audit_bucket)
    trail = {
        "Fn::Sub": f"arn:{request.partition}:cloudtrail:{request.region}:${{AWS::AccountId}}:trail/{request.stack}"
    }
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    return (
        {
            "Sid": "TrailLooks",
            **service,
            "Action": "s3:GetBucketAcl",
            "Resource": arn,
            "Condition": {"StringEquals": {"aws:SourceArn": trail}},
        },
        {
            "Sid": "TrailWrites",
            **service,
            "Action": "s3:PutObject",
            "Resource": {"Fn::Sub": f"{arn}/AWSLogs/${{AWS::AccountId}}/*"},
            "Condition": {"StringEquals": {"aws:SourceArn": trail, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    )


def _storage_statements(request: ProvisionRequest) -> list[Document]:
    arn = request.bucket_arn(request.storage_bucket)
    delete = ("s3:DeleteObject",) if request.allow_delete else ()
    statements = [
        _statement("ListFiles", "Allow", ("s3:ListBucket",), arn),
        _statement("Files", "Allow", (*_READ, "s3:GetObjectVersion", *_WRITE, *delete), f"{arn}/*"),
        _statement("ReservedNames", "Deny", (*_WRITE, "s3:DeleteObject"), f"{arn}/{RESERVED_PREFIX}*"),
    ]
    if not request.allow_replace:
        # Multipart requests but the last one take no condition, so they aren't asked for one (Amazon S3 User Guide,
        # "Enforce conditional writes on Amazon S3 buckets").
        conditions = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
        statements.append({**_statement("NoReplacing", "Deny", ("s3:PutObject",), f"{arn}/*"), "Condition": conditions})
    return statements


def _staging_statements(request: ProvisionRequest) -> list[Document]:
    arn = request.bucket_arn(request.staging_bucket)
    own = (f"{arn}/{_SUBJECT}/*", f"{arn}/shared/{_SUBJECT}/*")
    prefixes = {"StringLike": {"s3:prefix": [f"{_SUBJECT}/*", "shared/*"]}}
    return [
        {**_statement("ListCopies", "Allow", ("s3:ListBucket",), arn), "Condition": prefixes},
        _statement("OwnCopies", "Allow", (*_READ, "s3:GetObjectVersion", *_WRITE, "s3:DeleteObject"), *own),
        _statement("SharedCopies", "Allow", _READ, f"{arn}/shared/*"),
    ]


def _key_statements(request: ProvisionRequest, kms_keys: Iterable[str]) -> list[Document]:
    keys = sorted(set(kms_keys))
    if not keys:
        return []
    through_s3 = {"StringEquals": {"kms:ViaService": request.s3_host}}
    return [{**_statement("Keys", "Allow", ("kms:Decrypt", "kms:GenerateDataKey"), *keys), "Condition": through_s3}]


def _statement(sid: str, effect: str, actions: tuple[str, ...], *resources: str) -> Document:
    return {"Sid": sid, "Effect": effect, "Action": list(actions), "Resource": _one_or_list(resources)}


def _document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _one_or_list(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
