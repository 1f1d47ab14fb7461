"""How buckets are set up: read and set through S3's own requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError

from app.aws.admin import region_of_bucket
from app.aws.errors import admin_error
from app.core.errors import AppError, ConfigurationError, RefusalError
from app.core.provisioning import BucketState, Document, Encryption, Guard
from app.core.staging import place_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

# What S3 answers where a thing was never set.
_NOTHING_SET = {
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
    "NoSuchLifecycleConfiguration",
    "NoSuchBucketPolicy",
}
_SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class BucketSetup:
    """A `BucketKeeper` on one S3 server.

    Args:
        client: boto3's.
        is_aws: whether it is AWS, where a bucket has its region.
    """

    def __init__(self, client: S3Client, is_aws: bool) -> None:
        self._client = client
        self._is_aws = is_aws

    def read(self, bucket: str) -> BucketState | None:
        """Return how it is set up; None where there is none of that name."""
        if not self._is_there(bucket):
            return None
        if self._is_aws:
            self._check_region(bucket)
        unreadable: dict[Guard, AppError] = {}

        def read(guard: Guard, request: Callable[[], T], nothing: T) -> T:
            try:
                return self._do(bucket, request)
            except RefusalError as error:
                unreadable[guard] = error
            except AppError as error:
                if not _is_nothing_set(error):
                    raise
            return nothing

        return BucketState(
            blocks_public_access=read(Guard.PUBLIC_ACCESS, lambda: self._blocks_public_access(bucket), False),
            ownership=read(Guard.OWNERSHIP, lambda: self._ownership(bucket), ""),
            encryption=read(Guard.ENCRYPTION, lambda: self._encryption(bucket), Encryption("")),
            versioning=read(
                Guard.VERSIONING, lambda: self._client.get_bucket_versioning(Bucket=bucket).get("Status", ""), ""
            ),
            lifecycle=read(Guard.LIFECYCLE, lambda: self._lifecycle(bucket), ()),
            policy=read(Guard.POLICY, lambda: self._policy(bucket), None),
            unreadable=unreadable,
        )

    def holds_other_files(self, bucket: str) -> bool:
        """Tell whether there is an object in it that isn't laid out as a temporary copy (ListObjectsV2)."""

        def look() -> bool:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            keys = (entry["Key"] for page in pages for entry in page.get("Contents", ()))
            return any(place_of(key.removeprefix("shared/")) is None for key in keys)

        return self._do(bucket, look)

    def create(self, bucket: str) -> None:
        """Create it in the client's region (CreateBucket)."""
        self._do(bucket, lambda: self._client.create_bucket(Bucket=bucket, **region_of_bucket(self._client)))

    def block_public_access(self, bucket: str) -> None:
        """Turn all four switches on (PutPublicAccessBlock)."""
        switches = cast(Any, dict.fromkeys(_SWITCHES, True))
        self._do(
            bucket,
            lambda: self._client.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=switches),
        )

    def enforce_ownership(self, bucket: str) -> None:
        """Turn access lists off (PutBucketOwnershipControls)."""
        self._do(
            bucket,
            lambda: self._client.put_bucket_ownership_controls(
                Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
            ),
        )

    def encrypt(self, bucket: str, encryption: Encryption) -> None:
        """Encrypt new objects so (PutBucketEncryption)."""
        default: dict[str, Any] = {"SSEAlgorithm": encryption.algorithm}
        rule: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": default}
        if encryption.key:
            default["KMSMasterKeyID"] = encryption.key
            rule["BucketKeyEnabled"] = True
        self._do(
            bucket,
            lambda: self._client.put_bucket_encryption(
                Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [cast(Any, rule)]}
            ),
        )

    def keep_versions(self, bucket: str) -> None:
        """Keep old versions (PutBucketVersioning)."""
        self._do(
            bucket,
            lambda: self._client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}),
        )

    def set_lifecycle(self, bucket: str, rules: Sequence[Document]) -> None:
        """Replace its lifecycle rules (PutBucketLifecycleConfiguration)."""
        self._do(
            bucket,
            lambda: self._client.put_bucket_lifecycle_configuration(
                Bucket=bucket, LifecycleConfiguration={"Rules": cast(Any, list(rules))}
            ),
        )

    def set_policy(self, bucket: str, policy: Document) -> None:
        """Replace its policy (PutBucketPolicy)."""
        self._do(bucket, lambda: self._client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy)))

    def _is_there(self, bucket: str) -> bool:
        try:
            self._client.head_bucket(Bucket=bucket)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("404", "NoSuchBucket"):
                return False
            if code in ("403", "AccessDenied"):
                raise RefusalError(
                    "bucket-of-others",
                    "This bucket is somebody else’s, or your credentials may not look at it",
                    "Choose another name, or sign in to AWS with rights to s3:ListBucket.",
                    bucket,
                ) from error
            raise admin_error(error, bucket) from error
        except BotoCoreError as error:
            raise admin_error(error, bucket) from error
        return True

    def _check_region(self, bucket: str) -> None:
        answer = self._do(bucket, lambda: self._client.get_bucket_location(Bucket=bucket))
        # Two names from before there were regions (API Reference, GetBucketLocation).
        found = {None: "us-east-1", "EU": "eu-west-1"}.get(answer.get("LocationConstraint"))
        region = found or str(answer["LocationConstraint"])
        if region != self._client.meta.region_name:
            raise ConfigurationError(
                "other-region",
                f"The bucket is in {region}, not in {self._client.meta.region_name}",
                "Give its region, and take both buckets from there.",
                bucket,
            )

    def _blocks_public_access(self, bucket: str) -> bool:
        found: Any = self._client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        return all(found.get(switch) for switch in _SWITCHES)

    def _ownership(self, bucket: str) -> str:
        rules = self._client.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        return rules[0]["ObjectOwnership"] if rules else ""

    def _encryption(self, bucket: str) -> Encryption:
        answer = self._client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
        for rule in answer["Rules"]:
            default = rule.get("ApplyServerSideEncryptionByDefault")
            if default:
                return Encryption(default["SSEAlgorithm"], default.get("KMSMasterKeyID", ""))
        return Encryption("")

    def _lifecycle(self, bucket: str) -> tuple[Document, ...]:
        rules = self._client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        return tuple(cast(Document, rule) for rule in rules)

    def _policy(self, bucket: str) -> Document | None:
        found: Document = json.loads(self._client.get_bucket_policy(Bucket=bucket)["Policy"])
        return found

    def _do(self, bucket: str, request: Callable[[], T]) -> T:
        try:
            return request()
        except (BotoCoreError, ClientError) as error:
            raise admin_error(error, bucket) from error


def _is_nothing_set(error: AppError) -> bool:
    cause = error.__cause__
    return isinstance(cause, ClientError) and cause.response["Error"]["Code"] in _NOTHING_SET
